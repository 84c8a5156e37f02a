package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.Guidance;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.Operators;
import org.soda4j.model.ImageChecks;
import org.soda4j.model.NonFiniteException;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.ViewConditioning;

/** Finite weights, and numbers that overflow on the way; arguments that are not finite. */
class NonFiniteResultsTest {

    private static final String PROPERTY = "org.soda4j.packedKernels";
    private static final SamplingOptions TWO_STEPS = SamplingOptions.defaults().withSteps(2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    @AfterEach
    void close() {
        System.clearProperty(PROPERTY);
        manager.close();
    }

    private static SodaBuilder model(double width, Precision precision) {
        return TinyModels.builder()
                .encoder(ResNetEncoder.builder().widthMultiplier(width).smallImages(true).build())
                .precision(precision)
                .seed(4);
    }

    /** Multiplies the numbers of a parameter, up to where float32 ends. */
    private void scale(Soda soda, String name, double factor) {
        NDArray array = soda.parameters().get(name);
        float[] values = array.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            double value = values[i] * factor;
            values[i] = (float) Math.max(-3e38, Math.min(3e38, value));
        }
        try (NDArray scaled = manager.create(values, array.getShape())) {
            Operators.copy(array, scaled);
        }
    }

    /** Overwrites one number of a copy. */
    private NDArray with(NDArray array, int at, float value) {
        float[] values = array.toFloatArray();
        values[at] = value;
        return manager.create(values, array.getShape());
    }

    private static AbstractThrowableAssert<?, ?> assertNotFinite(
            ThrowingCallable call, Integer... rows) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NonFiniteException.class, e -> assertThat(e.rows()).containsExactly(rows));
    }

    /**
     * Weights of any layer so great that its sums, or those of the layers after it, overflow in
     * both directions: the sum of both is NaN, which no ReLU may hide. At half the width and with
     * 32 images Winograd's algorithm takes part.
     */
    @ParameterizedTest
    @CsvSource({
        "0.25, 2, conv1.weight",
        "0.25, 2, layer1.0.conv1.weight",
        "0.25, 2, layer1.0.conv2.weight",
        "0.25, 2, layer1.1.conv2.weight",
        "0.25, 2, layer2.0.conv1.weight",
        "0.25, 2, layer2.0.downsample.0.weight",
        "0.25, 2, layer3.0.conv1.weight",
        "0.25, 2, layer4.1.conv2.weight",
        "0.25, 2, fc.weight",
        "0.5, 32, layer1.1.bn1.weight",
        "0.5, 32, layer3.1.conv1.weight"
    })
    void noOverflowInsideBecomesANumber(double width, int batch, String name) {
        NDArray images = TinyModels.images(manager, batch);
        String full = "encoder." + name;
        Integer[] rows = new Integer[batch];
        Arrays.setAll(rows, i -> i);
        for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
            for (String packed : new String[] {"", "always", "never"}) {
                System.setProperty(PROPERTY, packed);
                try (Soda soda = model(width, precision).build()) {
                    scale(soda, full, 1e39);
                    assertNotFinite(() -> soda.encode(images), rows)
                            .as("%s, packed %s", precision, packed)
                            .hasMessageContainingAll(
                                    "latents: expected finite numbers, found ",
                                    "in %d of %d rows: 0, 1".formatted(batch, batch),
                                    "weights are finite, so numbers overflowed on the way",
                                    "the greatest weight is ",
                                    "in parameter " + full);
                }
            }
        }
    }

    @Test
    void float16SaysWhereItEnds() {
        NDArray images = TinyModels.images(manager, 2);
        try (Soda soda = model(0.25, Precision.FP16).build();
                Soda wide = model(0.25, Precision.BF16).build()) {
            scale(soda, "encoder.conv1.weight", 1e6);
            scale(wide, "encoder.conv1.weight", 1e6);
            assertNotFinite(() -> soda.encode(images), 0, 1)
                    .hasMessageContainingAll("65504", "Precision.BF16");
            assertThat(wide.encode(images).getShape()).isEqualTo(new Shape(2, 12));
        }
    }

    /** An image of the mean colour gives zeros up to the end, where the other ones overflow. */
    @Test
    void onlyTheRowsConcernedAreNamed() {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray images = TinyModels.images(manager, 5);
            List<Double> mean = soda.config().normalization().mean();
            for (int i : new int[] {0, 2, 3}) {
                for (int c = 0; c < 3; c++) {
                    images.get("%d, %d".formatted(i, c)).subi(images.get("%d, %d".formatted(i, c)));
                    images.get("%d, %d".formatted(i, c)).addi(mean.get(c));
                }
            }
            scale(soda, "encoder.fc.weight", 1e39);
            assertNotFinite(() -> soda.encode(images), 1, 4)
                    .hasMessageContainingAll("at index [1, ", "such in 2 of 5 rows: 1, 4;");
            assertThat(soda.encodeFeatures(images).getShape()).isEqualTo(new Shape(5, 128));
            assertNotFinite(() -> soda.reconstruct(images), 1, 4);
        }
    }

    @Test
    void aLatentTooLongToBeNormalizedIsRefused() {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray images = TinyModels.images(manager, 2);
            scale(soda, "encoder.fc.weight", 1e25);
            assertThat(soda.encode(images).getShape()).isEqualTo(new Shape(2, 12));
            assertNotFinite(() -> soda.encodeNormalized(images), 0, 1)
                    .hasMessageContaining("squared lengths of latents: expected finite");
        }
    }

    /** Infinite predictions would be clipped to finite pixels. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDenoiserThatOverflowsDrawsNothing(boolean guided) {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray images = TinyModels.images(manager, 2);
            NDArray z = soda.encode(images);
            NDArray times = manager.create(new long[] {3, 5});
            String last = "decoder.final.weight";
            scale(soda, last, 1e41);
            SamplingOptions options =
                    TWO_STEPS.withGuidance(guided ? Guidance.whole(2) : Guidance.none());
            assertNotFinite(() -> soda.denoise(images, times, z), 0, 1)
                    .hasMessageContaining("prediction: expected finite numbers");
            assertNotFinite(() -> soda.sample(z, options), 0, 1)
                    .hasMessageContainingAll("prediction at time 1000", "in parameter " + last);
            assertNotFinite(() -> soda.sample(z, images, options), 0, 1);
            assertNotFinite(
                    () -> soda.invert(images, z, new DdimInversion(2, 1), Guidance.none()), 0, 1);
            assertNotFinite(() -> soda.sample(manager, 1, options), 0);
            // What comes before the last layer is as it was.
            assertThat(soda.activations(images, times, z, Set.of("up.0"))).hasSize(1);
        }
    }

    /** The prediction is finite, and 157 times as much, the next noisy image, is not. */
    @Test
    void aSamplerThatLeavesFloat32IsTheCause() {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray z = soda.encode(TinyModels.images(manager, 2));
            scale(soda, "decoder.final.weight", 1e37);
            DdimSampler unclipped = DdimSampler.builder().steps(10).clip(false).build();
            assertNotFinite(() -> soda.sample(z, TWO_STEPS.withSampler(unclipped)), 0, 1)
                    .hasMessageContaining("the noisy images have ");
        }
    }

    @Test
    void activationsAreChecked() {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray images = TinyModels.images(manager, 2);
            NDArray z = soda.encode(images);
            NDArray times = manager.create(new long[] {3, 5});
            scale(soda, "decoder.image_proj.weight", 1e39);
            assertNotFinite(() -> soda.activations(images, times, z, Set.of("up.0")), 0, 1)
                    .hasMessageContaining("activation up.0: expected finite numbers");
        }
    }

    @Test
    void novelViewsAreChecked() {
        ViewConditioning views = ViewConditioning.builder().sources(2).build();
        try (Soda soda = model(0.25, Precision.FP32).views(views).build()) {
            NDArray images = ViewScenes.images(manager, 16, 2, 2);
            var cameras = ViewScenes.cameras(16, 2, 2);
            var targets = List.of(ViewScenes.camera(16, 10), ViewScenes.camera(16, 20));
            EncodedViews encoded = soda.novelViews().encode(images, cameras);
            EncodedViews wrong =
                    new EncodedViews(
                            encoded.latents(),
                            with(encoded.pooled(), 13, Float.NaN),
                            encoded.references());
            refuses(
                    () -> soda.novelViews().sample(wrong, targets, TWO_STEPS),
                    "pooled latents",
                    "row 1");
            refuses(
                    () -> soda.novelViews().encode(with(images, 5, Float.NaN), cameras),
                    "images: expected finite numbers, found NaN at index [0, 0, 0, 0, 5], in row 0");
            scale(soda, "decoder.image_proj.weight", 1e39);
            assertNotFinite(() -> soda.novelViews().sample(encoded, targets, TWO_STEPS), 0, 1);
            scale(soda, "encoder.layer2.0.conv1.weight", 1e39);
            assertNotFinite(() -> soda.novelViews().encode(images, cameras), 0, 1)
                    .hasMessageContaining("view latents");
            assertNotFinite(() -> soda.novelViews().encodeFeatures(images, cameras), 0, 1)
                    .hasMessageContaining("pooled features");
        }
    }

    @Test
    void argumentsThatAreNotFiniteAreRefused() {
        try (Soda soda = model(0.25, Precision.FP32).build()) {
            NDArray images = TinyModels.images(manager, 2);
            NDArray z = soda.encode(images);
            NDArray times = manager.create(new long[] {3, 5});
            int second = 3 * 16 * 16 + 17; // row 1, channel 0, line 1, column 1
            for (float value :
                    new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                NDArray pixels = with(images, second, value);
                NDArray latents = with(z, 12, value);
                String pixel = "found " + value + " at index [1, 0, 1, 1], in row 1 of the batch";
                String number = "found " + value + " at index [1, 0], in row 1 of the batch";
                List<Consumer<NDArray>> ofImages = new ArrayList<>();
                ofImages.add(soda::encode);
                ofImages.add(soda::encodeNormalized);
                ofImages.add(soda::encodeFeatures);
                ofImages.add(soda::reconstruct);
                ofImages.forEach(call -> refuses(() -> call.accept(pixels), "images: ", pixel));
                refuses(() -> soda.denoise(pixels, times, z), "noisy: ", pixel);
                refuses(() -> soda.denoise(images, times, latents), "latents: ", number);
                refuses(() -> soda.activations(pixels, times, z, Set.of()), "noisy: ", pixel);
                refuses(() -> soda.sample(latents, TWO_STEPS), "latents: ", number);
                refuses(() -> soda.sample(latents, images, TWO_STEPS), "latents: ", number);
                refuses(() -> soda.sample(z, pixels, TWO_STEPS), "noise: ", pixel);
                DdimInversion two = new DdimInversion(2, 1);
                refuses(() -> soda.invert(pixels, z, two, Guidance.none()), "images: ", pixel);
                refuses(() -> soda.invert(images, latents, two, Guidance.none()), number);
            }
        }
    }

    private static void refuses(ThrowingCallable call, String... message) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message);
    }

    /** A sum that overflows where its numbers do not is no reason. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void greatNumbersAreFinite(Precision precision) {
        try (Soda soda = model(0.25, precision).build()) {
            NDArray z = manager.full(new Shape(2, 12), 3e38f);
            ImageChecks.requireLatents(z, 12);
            assertThat(soda.encode(TinyModels.images(manager, 2)).getShape())
                    .isEqualTo(new Shape(2, 12));
        }
    }
}
