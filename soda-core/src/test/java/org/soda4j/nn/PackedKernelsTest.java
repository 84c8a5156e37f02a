package org.soda4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;

/** Inference with packed kernels against inference without, on any CPU. */
class PackedKernelsTest {

    private static final String PROPERTY = "org.soda4j.packedKernels";

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
     * Float32 differs by the order of sums; bfloat16 by less than one of its steps, because norms
     * modulate in float32 either way.
     */
    @ParameterizedTest
    @CsvSource({"FP32, 2e-6", "BF16, 6e-3"})
    void changeNoResult(Precision precision, double tolerance) {
        NDArray images = manager.randomUniform(0, 1, new Shape(3, 3, 16, 16));
        SamplingOptions options = SamplingOptions.defaults().withSteps(2);
        try (Soda soda = model(precision)) {
            assertUnchanged(() -> soda.encode(images), tolerance);
            assertUnchanged(() -> soda.reconstruct(images, options), tolerance);
        }
    }

    @Test
    void followTheirParameters() {
        NDArray images = manager.randomUniform(0, 1, new Shape(2, 3, 16, 16));
        try (Soda soda = model(Precision.FP32)) {
            System.setProperty(PROPERTY, "always");
            NDArray before = soda.encode(images);
            NDArray kernel = soda.parameters().get("encoder.layer1.0.conv1.weight");
            Operators.copy(kernel, kernel.mul(-1));
            NDArray after = assertUnchanged(() -> soda.encode(images), 2e-6);
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
        assertThatThrownBy(() -> PackedKernels.areFaster(Device.cpu(), NumberFormat.FLOAT32))
                .hasMessageContaining("expected always or never, found sometimes");
    }

    @Test
    void areKeptUntilTheyAreCleared() {
        try (Soda soda = model(Precision.FP32)) {
            Map<String, Parameter> parameters = ((NamedBlock) soda.encoder()).namedParameters();
            PackedKernels kernels =
                    new PackedKernels(manager, parameters.values(), NumberFormat.FLOAT32);
            ParameterStore plain = new ParameterStore(manager, false);
            Parameter kernel = parameters.get("layer1.0.conv1.weight");
            Parameter matrix = parameters.get("fc.weight");
            kernels.refresh();
            NDArray first = kernels.getValue(kernel, Device.cpu(), false);
            kernels.refresh();
            assertThat(kernels.getValue(kernel, Device.cpu(), false)).isSameAs(first);
            NDArray own = plain.getValue(kernel, Device.cpu(), false);
            assertThat(first).isNotSameAs(own);
            assertThat(kernels.getValue(kernel, Device.cpu(), true)).isSameAs(own);
            assertThat(kernels.getValue(matrix, Device.cpu(), false)).isSameAs(matrix.getArray());
            kernels.clear();
            assertThat(first.isReleased()).isTrue();
            assertThat(kernels.getValue(kernel, Device.cpu(), false)).isSameAs(own);
        }
    }

    private static Soda model(Precision precision) {
        return Soda.builder()
                .encoder(ResNetEncoder.builder().widthMultiplier(0.25).smallImages(true).build())
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
                .seed(3)
                .build();
    }

    private static NDArray assertUnchanged(Supplier<NDArray> inference, double tolerance) {
        System.setProperty(PROPERTY, "never");
        NDArray plain = inference.get();
        System.setProperty(PROPERTY, "always");
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
