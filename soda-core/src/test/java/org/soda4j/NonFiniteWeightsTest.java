package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.Guidance;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.Operators;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsException;
import org.soda4j.model.NonFiniteException;

/** Weights that are not finite never become a number: not from a file, and not in memory. */
class NonFiniteWeightsTest {

    private static final String PROPERTY = "org.soda4j.packedKernels";
    private static final SamplingOptions TWO_STEPS = SamplingOptions.defaults().withSteps(2);

    @TempDir private Path folder;

    private NDManager manager;
    private Soda soda;

    @BeforeEach
    void build() {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        soda = model(Precision.FP32);
    }

    /** In a quarter of the width, of which blocks of 16 channels are packed. */
    private static Soda model(Precision precision) {
        return TinyModels.builder()
                .encoder(ResNetEncoder.builder().widthMultiplier(0.25).smallImages(true).build())
                .precision(precision)
                .seed(4)
                .build();
    }

    @AfterEach
    void close() {
        System.clearProperty(PROPERTY);
        soda.close();
        manager.close();
    }

    private NDArray images() {
        return TinyModels.images(manager, 2);
    }

    /** Overwrites one number. */
    private void put(String name, int at, float value) {
        put(soda.parameters().get(name), at, value);
    }

    private void put(NDArray array, int at, float value) {
        float[] values = array.toFloatArray();
        values[at] = value;
        try (NDArray changed = manager.create(values, array.getShape())) {
            Operators.copy(array, changed);
        }
    }

    // ---- files ----

    @ParameterizedTest
    @CsvSource({
        "encoder.conv1.weight, 35, NaN, '[1, 0, 2, 2]'",
        "encoder.layer2.0.bn1.bias, 3, Infinity, [3]",
        "encoder.layer4.1.bn2.running_var, 2, -0.5, [2]",
        "decoder.image_proj.weight, 0, -Infinity, '[0, 0, 0, 0]'"
    })
    void aSavedModelWithThemIsNotLoaded(String name, int at, float value, String index)
            throws IOException {
        put(name, at, value);
        soda.save(folder);
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContainingAll(
                        folder.resolve("model.safetensors").toString(),
                        "tensor '" + name + "'",
                        value < 0 && value > -1 ? "variances of at least 0" : "finite in float32",
                        "found " + value + " at index " + index);
    }

    @Test
    void djlsCriteriaDoesNotLoadThem() throws IOException {
        put("encoder.fc.bias", 1, Float.NaN);
        soda.save(folder);
        Criteria<Image, float[]> criteria =
                Criteria.builder()
                        .setTypes(Image.class, float[].class)
                        .optModelPath(folder)
                        .optTranslatorFactory(new ImageEncodingTranslatorFactory())
                        .build();
        assertThatThrownBy(criteria::loadModel)
                .hasStackTraceContaining("tensor 'encoder.fc.bias'")
                .hasStackTraceContaining("found NaN at index [1]");
    }

    /** As in a file that was met: torchvision's name, NaN in the first kernel, nothing else. */
    @Test
    void anImportWithThemCopiesNothing() throws IOException {
        NDArray kernel = soda.parameters().get("encoder.conv1.weight").duplicate();
        NDArray bias = soda.parameters().get("encoder.bn1.bias").duplicate();
        float[] before = bias.toFloatArray();
        put(bias, 2, 5);
        put(kernel, 0, Float.NaN);
        Path file = folder.resolve("resnet.safetensors");
        Safetensors.write(file, Map.of("conv1.weight", kernel, "bn1.bias", bias));
        assertThatThrownBy(() -> soda.importMatchingWeights(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContainingAll(
                        file.toString(), "tensor 'conv1.weight'", "NaN at index [0, 0, 0, 0]");
        assertThat(soda.parameters().get("encoder.bn1.bias").toFloatArray()).isEqualTo(before);
        Map<String, NDArray> all = new LinkedHashMap<>(soda.parameters());
        all.put("encoder.bn1.bias", bias);
        all.put("encoder.conv1.weight", kernel);
        Safetensors.write(file, all);
        assertThatThrownBy(() -> soda.importWeights(file))
                .hasMessageContaining("tensor 'encoder.conv1.weight'");
        assertThat(soda.parameters().get("encoder.bn1.bias").toFloatArray()).isEqualTo(before);
        // What does not fit is not copied, and may be anything.
        Safetensors.write(file, Map.of("encoder.other", kernel, "bn1.bias", bias));
        assertThat(soda.importMatchingWeights(file).fitting()).containsExactly("encoder.bn1.bias");
    }

    // ---- memory ----

    @ParameterizedTest
    @EnumSource(Precision.class)
    void noWayOfEncodingGivesANumber(Precision precision) {
        for (String packed : new String[] {"", "never", "always"}) {
            System.setProperty(PROPERTY, packed);
            try (Soda own = model(precision)) {
                refusesEach(
                        own,
                        Map.ofEntries(
                                Map.entry("conv1.weight", Float.NaN),
                                Map.entry("bn1.running_var", -1f),
                                Map.entry("bn1.running_mean", Float.NEGATIVE_INFINITY),
                                Map.entry("layer1.0.conv1.weight", Float.POSITIVE_INFINITY),
                                Map.entry("layer1.1.bn2.running_var", Float.POSITIVE_INFINITY),
                                Map.entry("layer2.0.bn1.running_var", -1e-3f),
                                Map.entry("layer2.0.conv2.weight", Float.NEGATIVE_INFINITY),
                                Map.entry("layer3.0.downsample.1.bias", Float.NEGATIVE_INFINITY),
                                Map.entry("layer4.1.bn2.weight", Float.NaN),
                                Map.entry("fc.weight", Float.NaN),
                                Map.entry("fc.bias", Float.POSITIVE_INFINITY)));
            }
        }
    }

    private void refusesEach(Soda own, Map<String, Float> values) {
        NDArray images = images();
        float[] before = own.encode(images).toFloatArray();
        values.forEach(
                (name, value) -> {
                    NDArray array = own.parameters().get("encoder." + name);
                    int at = (int) array.size() - 1;
                    float good = array.toFloatArray()[at];
                    put(array, at, value);
                    for (int i = 0; i < 2; i++) { // Nor at the second time.
                        assertThatThrownBy(() -> own.encode(images))
                                .isInstanceOf(NonFiniteException.class)
                                .hasMessageContainingAll(
                                        "parameter encoder." + name + ": expected",
                                        "found " + value + " at index [");
                    }
                    put(array, at, good);
                });
        assertThat(own.encode(images).toFloatArray()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "never"})
    void noWayOfUsingTheDenoiserGivesANumber(String packed) {
        System.setProperty(PROPERTY, packed);
        NDArray images = images();
        NDArray z = soda.encode(images);
        NDArray times = manager.create(new long[] {1, 2});
        NDArray noise = manager.randomNormal(images.getShape());
        put("decoder.image_proj.weight", 1, Float.NEGATIVE_INFINITY);
        assertNamed(() -> soda.denoise(images, times, z));
        assertNamed(() -> soda.activations(images, times, z, Set.of("up.0")));
        assertNamed(() -> soda.reconstruct(images, TWO_STEPS));
        assertNamed(() -> soda.sample(z, TWO_STEPS));
        assertNamed(() -> soda.sample(z, noise, TWO_STEPS));
        assertNamed(() -> soda.sample(manager, 2, TWO_STEPS));
        assertNamed(() -> soda.invert(images, z, new DdimInversion(2, 1), Guidance.none()));
        assertThat(soda.encode(images).toFloatArray()).isEqualTo(z.toFloatArray());
    }

    private static void assertNamed(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(NonFiniteException.class)
                .hasMessageContainingAll(
                        "parameter decoder.image_proj.weight",
                        "found -Infinity at index [0, 0, 0, 1]");
    }

    @Test
    void allThatAreConcernedAreCounted() {
        put("encoder.conv1.weight", 0, Float.NaN);
        put("encoder.bn1.bias", 1, Float.NaN);
        put("encoder.fc.bias", 0, Float.POSITIVE_INFINITY);
        assertThatThrownBy(() -> soda.encode(images()))
                .hasMessageContaining(
                        "; so 2 further parameters, first encoder.bn1.bias, encoder.fc.bias;");
    }

    @Test
    void aPredictorDoesNotEncodeWithThem() throws Exception {
        BufferedImage black = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        Image image = ImageFactory.getInstance().fromImage(black);
        try (Predictor<Image, float[]> before = soda.newPredictor(Image.class)) {
            assertThat(before.predict(image)).hasSize(12);
            put("encoder.fc.weight", 0, Float.NaN);
            assertThatThrownBy(() -> before.predict(image))
                    .hasRootCauseInstanceOf(NonFiniteException.class)
                    .hasStackTraceContaining(
                            "parameter encoder.fc.weight: expected finite numbers, found NaN at index");
        }
        put("encoder.fc.weight", 0, 0);
        put("encoder.conv1.weight", 0, Float.NEGATIVE_INFINITY);
        try (Predictor<Image, float[]> after = soda.newPredictor(Image.class)) {
            assertThatThrownBy(() -> after.predict(image))
                    .hasRootCauseInstanceOf(NonFiniteException.class)
                    .hasStackTraceContaining("parameter encoder.conv1.weight");
        }
    }

    /** DJL's own way to read parameters puts other arrays in their place. */
    @Test
    void parametersThatDjlHasLoadedAreSeen() throws Exception {
        float[] before = soda.encode(images()).toFloatArray();
        ByteArrayOutputStream good = new ByteArrayOutputStream();
        soda.encoder().saveParameters(new DataOutputStream(good));
        put("encoder.layer1.0.conv1.weight", 0, Float.NaN);
        ByteArrayOutputStream bad = new ByteArrayOutputStream();
        soda.encoder().saveParameters(new DataOutputStream(bad));
        load(good);
        assertThat(soda.encode(images()).toFloatArray()).isEqualTo(before);
        load(bad);
        assertThatThrownBy(() -> soda.encode(images()))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("parameter encoder.layer1.0.conv1.weight");
        load(good);
        put("encoder.layer1.0.conv1.weight", 0, 0.5f);
        float[] changed = soda.encode(images()).toFloatArray();
        assertThat(changed).isNotEqualTo(before);
        System.setProperty(PROPERTY, "never");
        assertThat(soda.encode(images()).toFloatArray())
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(changed);
    }

    private void load(ByteArrayOutputStream bytes) throws Exception {
        soda.encoder()
                .loadParameters(
                        soda.parameters().get("encoder.fc.bias").getManager(),
                        new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    /** The trainer looks at the loss, and says which step it was. */
    @Test
    void aTrainingLossIsHandedOn() {
        put("encoder.conv1.weight", 0, Float.NaN);
        NDArray images = images();
        boolean[][] keep = new boolean[2][soda.config().latent().sections()];
        Arrays.stream(keep).forEach(each -> Arrays.fill(each, true));
        TrainingDraw draw =
                new TrainingDraw(
                        new long[] {1, 2}, manager.randomNormal(new Shape(2, 3, 16, 16)), keep);
        assertThat(soda.loss(images, images, draw, true, Precision.FP32).getFloat()).isNaN();
    }
}
