package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The 1 x 1 kernels for which the CPU library divides by zero where it does not know how large the
 * caches are; a failure ends the JVM. The reference is float64, which that library does not
 * compute.
 */
class FaultyChannelsTest {

    private final NDManager manager = PyTorchEngine.require().newBaseManager();

    @ParameterizedTest
    @CsvSource({
        "256, 1024",
        "512, 1024",
        "512, 2048",
        "1024, 512",
        "1024, 2048",
        "1024, 256",
        "2048, 512",
        "2048, 1024",
        "250, 1020"
    })
    void areComputedForwardAndBackwardAtBothStrides(int in, int out) {
        for (NumberFormat format :
                new NumberFormat[] {NumberFormat.FLOAT32, NumberFormat.BFLOAT16}) {
            // Sums of up to 2048 products in another order, or rounded to bfloat16 before.
            double tolerance = format == NumberFormat.FLOAT32 ? 1e-5 : 2e-2;
            for (int stride = 1; stride <= 2; stride++) {
                int strideNow = stride;
                try (NDManager scope = manager.newSubManager()) {
                    ConvolutionChannelsTest.assertSumsOfFloat64(
                            (a, mode) ->
                                    Operators.conv(a[0], new Affine(a[1], a[2]), strideNow, mode),
                            random(scope, 1, 16, in, 2, 2), // Fewer are no matter for it.
                            random(scope, 2, out, in, 1, 1),
                            random(scope, 3, out),
                            format,
                            tolerance);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "256, 1024",
        "512, 1024",
        "512, 2048",
        "1024, 512",
        "1024, 2048",
        "1024, 256",
        "2048, 512",
        "2048, 1024"
    })
    void areComputedByPackedKernels(int in, int out) {
        for (NumberFormat format :
                new NumberFormat[] {NumberFormat.FLOAT32, NumberFormat.BFLOAT16}) {
            if (format == NumberFormat.BFLOAT16 && !Processor.hasAvx512()) {
                continue; // The library refuses to pack them.
            }
            for (int stride = 1; stride <= 2; stride++) {
                KernelShape shape = new KernelShape(out, in, 1, stride);
                try (NDManager scope = manager.newSubManager()) {
                    double error =
                            KernelTrial.of(FastKernel.PACKED, scope, shape, format, Extent.SMALL)
                                    .error();
                    assertThat(error)
                            .as("%s in %s", shape, format)
                            .isLessThanOrEqualTo(FastKernel.PACKED.bound(format));
                }
            }
        }
    }

    private static NDArray random(NDManager scope, long seed, long... shape) {
        return GradientCheck.random(scope, seed, shape).toType(DataType.FLOAT32, true);
    }
}
