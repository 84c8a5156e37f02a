package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;
import org.soda4j.novelview.ViewConditioning;

/** Inference with batch norm folded and kernels packed against inference without, on any CPU. */
class InferenceParametersTest {

    private static final String PROPERTY = "org.soda4j.kernels";

    private final NDManager manager = PyTorchEngine.require().newBaseManager(Device.cpu());

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(5);
    }

    @AfterEach
    void close() {
        System.clearProperty(PROPERTY);
        manager.close();
    }

    /**
     * Float32 differs by the order of sums, bfloat16 by its steps (2^-8): folded kernels are
     * rounded where otherwise kernels and then maps are, and that adds up over the layers.
     */
    @ParameterizedTest
    @CsvSource({"18, FP32, 3e-6", "50, FP32, 3e-6", "18, BF16, 1e-2", "50, BF16, 2e-2"})
    void changeNoResult(int layers, Precision precision, double tolerance) {
        NDArray images = manager.randomUniform(0, 1, new Shape(3, 3, 16, 16));
        SamplingOptions options =
                SamplingOptions.defaults().withSampler(DdimSampler.builder().steps(2).build());
        try (Soda soda = model(layers, precision)) {
            assertUnchanged(soda, () -> soda.encode(images), tolerance);
            assertUnchanged(soda, () -> soda.reconstruct(images, options), tolerance);
        }
    }

    /** Only the norms between two convolutions can be folded; the others stay operators. */
    @ParameterizedTest
    @CsvSource({"18, FP32, 3e-6, 8", "50, FP32, 3e-6, 32", "18, BF16, 2e-2, 8"})
    void changeNoLatentOfPreActivation(
            int layers, Precision precision, double tolerance, int folded) {
        NDArray images = manager.randomUniform(0, 1, new Shape(16, 3, 16, 16));
        SodaBuilder builder =
                builder(layers, 0.5, precision)
                        .encoder(
                                ResNetEncoder.builder()
                                        .depth(layers)
                                        .widthMultiplier(0.5)
                                        .smallImages(true)
                                        .preActivation(true)
                                        .build());
        try (Soda soda = model(builder)) {
            NamedBlock encoder = named(soda.encoder());
            assertThat(encoder.batchNorms()).hasSize(folded);
            encoder.namedParameters().entrySet().stream()
                    .filter(e -> e.getKey().matches(".*bn1?\\.(weight|running_var)"))
                    .map(e -> e.getValue().getArray())
                    .forEach(
                            v ->
                                    Operators.copy(
                                            v, manager.randomUniform(0.5f, 1.5f, v.getShape())));
            assertUnchanged(soda, () -> soda.encode(images), tolerance);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 50})
    void areAsNearToFloat32InBfloat16(int layers) {
        NDArray images = manager.randomUniform(0, 1, new Shape(16, 3, 16, 16));
        System.setProperty(PROPERTY, "plain");
        NDArray exact = encode(layers, Precision.FP32, images);
        double plain = distance(encode(layers, Precision.BF16, images), exact);
        System.clearProperty(PROPERTY);
        double folded = distance(encode(layers, Precision.BF16, images), exact);
        assertThat(folded).isLessThan(1.2 * plain); // Roundings are drawn anew.
    }

    private NDArray encode(int layers, Precision precision, NDArray images) {
        seed();
        try (Soda soda = model(layers, precision)) {
            return soda.encode(images);
        }
    }

    /** From 128 channels and 32 tiles on, so in half the width with 32 images; maps of 6 and 3. */
    @ParameterizedTest
    @ValueSource(ints = {18, 50})
    void winogradsAlgorithmChangesNoLatent(int layers) {
        NDArray images = manager.randomUniform(0, 1, new Shape(32, 3, 24, 24));
        try (Soda soda = model(builder(layers, 0.5, Precision.FP32))) {
            assertUnchanged(soda, () -> soda.encode(images), 3e-6);
        }
    }

    @Test
    void winogradsKernelsAreForStrideOneAndFloat32() {
        System.setProperty(PROPERTY, "+packed");
        try (Soda soda = model(builder(50, 0.5, Precision.FP32))) {
            NamedBlock encoder = named(soda.encoder());
            List<String> found =
                    winograd(
                            new InferenceParameters(
                                    manager, encoder, NumberFormat.FLOAT32, () -> {}),
                            soda);
            assertThat(found)
                    .containsExactly(
                            "layer3.1.conv2.weight",
                            "layer3.2.conv2.weight",
                            "layer3.3.conv2.weight",
                            "layer3.4.conv2.weight",
                            "layer3.5.conv2.weight",
                            "layer4.1.conv2.weight",
                            "layer4.2.conv2.weight");
            assertThat(
                            winograd(
                                    new InferenceParameters(
                                            manager, encoder, NumberFormat.BFLOAT16, () -> {}),
                                    soda))
                    .isEmpty();
        }
    }

    /** Names of the kernels that Winograd's algorithm has as well. */
    private static List<String> winograd(InferenceParameters made, Soda soda) {
        made.refresh();
        NamedBlock encoder = named(soda.encoder());
        List<Parameter> found =
                encoder.batchNorms().stream()
                        .filter(norm -> made.folded(norm).isForWinograd())
                        .map(ConvNorm::kernel)
                        .toList();
        return encoder.namedParameters().entrySet().stream()
                .filter(e -> found.contains(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The first convolution of a model of novel views has a second kernel, for rays. */
    @Test
    void changeNoLatentOfViews() {
        NDArray images = manager.randomUniform(0, 1, new Shape(3, 1, 3, 16, 16));
        Camera camera = new Camera(Intrinsics.ofHorizontalView(16, 16, 50), Pose.orbit(2, 1, 0.5));
        List<List<Camera>> cameras = Collections.nCopies(3, List.of(camera));
        try (Soda soda =
                model(
                        builder(18, 0.25, Precision.FP32)
                                .views(ViewConditioning.builder().build()))) {
            NDArray rays = soda.parameters().get("encoder.views.conv1.weight");
            Operators.copy(rays, manager.randomNormal(0, 0.1f, rays.getShape(), DataType.FLOAT32));
            assertUnchanged(soda, () -> soda.novelViews().encode(images, cameras).pooled(), 3e-6);
        }
    }

    @Test
    void followTheirParameters() {
        NDArray images = manager.randomUniform(0, 1, new Shape(2, 3, 16, 16));
        try (Soda soda = model(18, Precision.FP32)) {
            System.setProperty(PROPERTY, "+packed");
            NDArray before = soda.encode(images);
            NDArray kernel = soda.parameters().get("encoder.layer1.0.conv1.weight");
            Operators.copy(kernel, kernel.mul(-1));
            NDArray after = assertUnchanged(soda, () -> soda.encode(images), 2e-6);
            assertThat(distance(after, before)).isGreaterThan(1e-3);
            kernel.setRequiresGradient(true);
            ParameterOperators.dropGradients(new NDList(kernel)); // As a training step does.
            kernel.muli(-1);
            assertThat(distance(soda.encode(images), before)).isLessThan(1e-9);
        }
    }

    @Test
    void aPropertyThatIsNeitherIsRefused() {
        System.setProperty(PROPERTY, "sometimes");
        assertThatThrownBy(FastKernel.PACKED::isOn)
                .hasMessageContaining("-Dorg.soda4j.kernels=sometimes")
                .hasMessageContaining("-winograd")
                .hasMessageContaining("found sometimes");
    }

    @Test
    void areKeptUntilTheyAreCleared() {
        try (Soda soda = model(18, Precision.FP32)) {
            NamedBlock encoder = named(soda.encoder());
            InferenceParameters kernels =
                    new InferenceParameters(manager, encoder, NumberFormat.FLOAT32, () -> {});
            ConvNorm norm = encoder.batchNorms().get(0);
            Parameter matrix = encoder.namedParameters().get("fc.weight");
            kernels.refresh();
            FoldedConv first = kernels.folded(norm);
            kernels.refresh();
            assertThat(kernels.folded(norm)).isSameAs(first).isNotNull();
            assertThat(kernels.getValue(matrix, Device.cpu(), false)).isSameAs(matrix.getArray());
            kernels.clear();
            assertThat(kernels.folded(norm)).isNull();
            NDArray own = norm.kernel().getArray();
            assertThat(kernels.getValue(norm.kernel(), Device.cpu(), false)).isSameAs(own);
        }
    }

    @Test
    void areMadeAnewWithoutAFamilyThatHasFailed() {
        try (Soda soda = model(builder(18, 0.5, Precision.FP32))) {
            NamedBlock encoder = named(soda.encoder());
            System.setProperty(PROPERTY, "+packed");
            InferenceParameters made =
                    new InferenceParameters(manager, encoder, NumberFormat.FLOAT32, () -> {});
            NDArray large = manager.randomUniform(0, 1, new Shape(8, 3, 32, 32));
            assertThat(encode(encoder, made, large)).anyMatch(FoldedConv::hasWinograd);
            Qualification.passes(
                    FastKernel.WINOGRAD, KernelShape.ANY, NumberFormat.FLOAT32, Double.NaN);
            assertThat(encode(encoder, made, large)).noneMatch(FoldedConv::hasWinograd);
        } finally {
            Qualification.forget();
        }
    }

    /** The convolutions that took part. */
    private static List<FoldedConv> encode(
            NamedBlock encoder, InferenceParameters made, NDArray images) {
        made.refresh();
        encoder.forward(made, new NDList(images), false, NamedBlock.options(NumberFormat.FLOAT32))
                .close();
        return encoder.batchNorms().stream().map(made::folded).toList();
    }

    @ParameterizedTest
    @CsvSource({"BFLOAT16, true", "FLOAT32, false"})
    void holdTheDenoisersKernelsInLowPrecision(NumberFormat format, boolean converted) {
        try (Soda soda = model(18, Precision.FP32)) {
            NamedBlock denoiser = named(soda.denoiser());
            InferenceParameters kernels =
                    new InferenceParameters(manager, denoiser, format, () -> {});
            kernels.refresh();
            Parameter kernel = denoiser.namedParameters().get("image_proj.weight");
            boolean same = kernels.getValue(kernel, Device.cpu(), false) == kernel.getArray();
            assertThat(same).isNotEqualTo(converted);
        }
    }

    private static NamedBlock named(Block block) {
        return (NamedBlock) LiveBlock.inside(block);
    }

    private Soda model(int layers, Precision precision) {
        return model(builder(layers, 0.25, precision));
    }

    private static SodaBuilder builder(int layers, double width, Precision precision) {
        return Soda.builder()
                .encoder(
                        ResNetEncoder.builder()
                                .depth(layers)
                                .widthMultiplier(width)
                                .smallImages(true)
                                .build())
                .denoiser(
                        UNetDenoiser.builder()
                                .imageShape(3, 16, 16)
                                .channels(32)
                                .multipliers(1, 2)
                                .blocks(1)
                                .attention(1)
                                .build())
                .device(Device.cpu())
                .precision(precision)
                .seed(3);
    }

    /** Its norms are as different from doing nothing as a trained model's. */
    private Soda model(SodaBuilder builder) {
        Soda soda = builder.build();
        named(soda.encoder()).batchNorms().stream()
                .map(ConvNorm::norm)
                .flatMap(n -> Stream.of(n.weight(), n.bias(), n.mean(), n.variance()))
                .map(Parameter::getArray)
                .forEach(
                        values ->
                                Operators.copy(
                                        values,
                                        manager.randomUniform(0.5f, 1.5f, values.getShape())));
        return soda;
    }

    private static NDArray assertUnchanged(
            Soda soda, Supplier<NDArray> inference, double tolerance) {
        System.setProperty(PROPERTY, "plain");
        NDArray plain = inference.get();
        System.clearProperty(PROPERTY);
        assertThat(distance(inference.get(), plain)).isLessThan(tolerance);
        System.setProperty(PROPERTY, "+packed");
        soda.parameters().values().forEach(p -> Operators.copy(p, p)); // So that all is made anew.
        NDArray packed = inference.get();
        assertThat(distance(packed, plain)).isLessThan(tolerance);
        return packed;
    }

    /** Relative, in the L2 norm. */
    private static double distance(NDArray actual, NDArray expected) {
        float[] a = actual.toFloatArray();
        float[] e = expected.toFloatArray();
        assertThat(a).hasSameSizeAs(e);
        double square = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            square += Math.pow(a[i] - e[i], 2);
            norm += Math.pow(e[i], 2);
        }
        return Math.sqrt(square / norm);
    }
}
