package org.soda4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.nn.PlainMath.Tensor;

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
                    Operators.resizeConv(x, weight, bias, Resample.UP, INFERENCE),
                    PlainMath.conv(doubled, plain(weight), values(bias), 1));
        }
    }

    @Test
    void hasTheGradientsOfFiniteDifferences() {
        GradientCheck.check(
                a -> Operators.resizeConv(a[0], a[1], a[2], Resample.UP, TRAINING),
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
        NDArray x = random(scope, 1, 2, in, 5, 8);
        NDArray weight = random(scope, 2, out, in, 3, 3);
        NDArray bias = random(scope, 3, out);
        List<NDArray> found = run(x, weight, bias, format);
        List<NDArray> expected = run(exact(x), exact(weight), exact(bias), NumberFormat.FLOAT32);
        for (int i = 0; i < found.size(); i++) {
            double scale = expected.get(i).abs().max().getDouble();
            NDArray error = exact(found.get(i)).sub(expected.get(i)).abs();
            assertThat(error.max().getDouble() / scale)
                    .as("%d -> %d, result %d", in, out, i)
                    .isLessThan(tolerance);
        }
    }

    /** Output and the gradients of input, weight and bias. */
    private static List<NDArray> run(NDArray x, NDArray weight, NDArray bias, NumberFormat format) {
        for (NDArray input : List.of(x, weight, bias)) {
            input.setRequiresGradient(true);
        }
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            OperatorMode mode = new OperatorMode(true, format);
            NDArray y = Operators.resizeConv(x, weight, bias, Resample.UP, mode);
            if (format != NumberFormat.FLOAT32) {
                y = Operators.float32(y, true);
            }
            NDArray weights = GradientCheck.random(y.getManager(), 4, y.getShape().getShape());
            collector.backward(y.mul(weights.toType(y.getDataType(), true)).sum());
            return List.of(y, x.getGradient(), weight.getGradient(), bias.getGradient());
        }
    }

    private static NDArray random(NDManager manager, long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape).toType(DataType.FLOAT32, true);
    }

    private static NDArray exact(NDArray array) {
        return array.toType(DataType.FLOAT64, true);
    }
}
