package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.engine.PlainMath.Tensor;

/** Doubling and a 3 x 3 convolution, which are one transposed convolution from 16 channels on. */
class DoublingConvolutionTest extends Float64Operators {

    @Test
    void isWhatPlainLoopsGive() {
        for (int[] size : new int[][] {{1, 1}, {2, 3}, {5, 4}}) {
            NDArray x = random(1, 2, 16, size[0], size[1]);
            NDArray weight = random(2, 32, 16, 3, 3);
            NDArray bias = random(3, 32);
            Tensor doubled = PlainMath.resize(plain(x), Resample.UP);
            assertSame(
                    Operators.resizeConv(x, new Affine(weight, bias), Resample.UP, INFERENCE),
                    PlainMath.conv(doubled, plain(weight), values(bias), 1));
        }
    }

    @Test
    void hasTheGradientsOfFiniteDifferences() {
        GradientCheck.check(
                a -> Operators.resizeConv(a[0], new Affine(a[1], a[2]), Resample.UP, TRAINING),
                random(1, 1, 16, 2, 3),
                random(2, 16, 16, 3, 3),
                random(3, 16));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void everyChannelCountGivesTheSumsOfFloat64(NumberFormat format) {
        // Round-off of float32 sums, and of inputs and sums of taps rounded to bfloat16 or float16
        // (2^-8 or 2^-11 each), some of which cancel.
        double tolerance =
                switch (format) {
                    case FLOAT32 -> 1e-5;
                    case BFLOAT16 -> 4e-2;
                    case FLOAT16 -> 5e-3;
                };
        for (int in : new int[] {8, 16, 24, 48, 64}) {
            for (int out : new int[] {3, 16, 32, 80}) {
                try (NDManager scope = manager.newSubManager()) {
                    check(scope, in, out, format, tolerance);
                }
            }
        }
    }

    private static void check(
            NDManager scope, int in, int out, NumberFormat format, double tolerance) {
        ConvolutionChannelsTest.assertSumsOfFloat64(
                (a, mode) -> Operators.resizeConv(a[0], new Affine(a[1], a[2]), Resample.UP, mode),
                ConvolutionChannelsTest.random(scope, 1, 2, in, 5, 8),
                ConvolutionChannelsTest.random(scope, 2, out, in, 3, 3),
                ConvolutionChannelsTest.random(scope, 3, out),
                format,
                tolerance);
    }
}
