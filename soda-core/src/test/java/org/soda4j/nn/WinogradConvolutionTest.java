package org.soda4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Winograd's algorithm against the same convolution in float64, which is computed without it. */
class WinogradConvolutionTest {

    /**
     * Of the greatest value. Transformations have elements up to 8, so that round-off is some times
     * that of plain float32 sums; the greatest found here is 2e-6.
     */
    private static final double TOLERANCE = 5e-6;

    private static final OperatorMode MODE = new OperatorMode(false, NumberFormat.FLOAT32);

    private final NDManager manager = PyTorchEngine.require().newBaseManager();

    @ParameterizedTest
    @CsvSource({
        "1, 2, 2, 16, 32, false", // Too few tiles: the packed kernel.
        "40, 1, 1, 16, 32, false",
        "32, 4, 4, 32, 16, true",
        "8, 5, 7, 48, 64, false",
        "16, 3, 8, 64, 48, true",
        "8, 8, 8, 128, 256, true",
        "5, 16, 12, 128, 128, false",
        "5, 96, 60, 32, 16, true", // Two images at a time.
        "2, 184, 96, 32, 16, false", // One by one.
    })
    void sumsAreThoseOfFloat64(int n, int height, int width, int in, int out, boolean relu) {
        NDArray x = random(1, n, in, height, width);
        NDArray kernel = random(2, out, in, 3, 3);
        NDArray bias = random(3, out);
        NDArray expected = exact(x, kernel, bias);
        expected = relu ? expected.maximum(0) : expected;
        NDArray found = Operators.convNorm(x, folded(kernel, bias), 0, 1, relu, MODE);
        assertThat(found.getShape()).isEqualTo(new Shape(n, out, height, width));
        assertThat(error(found, expected)).isLessThan(TOLERANCE);
    }

    @Test
    void theShortcutIsAddedBeforeRelu() {
        NDArray x = random(1, 8, 32, 8, 8);
        NDArray kernel = random(2, 32, 32, 3, 3);
        NDArray bias = random(3, 32);
        NDArray shortcut = random(4, 8, 32, 8, 8);
        NDArray expected =
                exact(x, kernel, bias).add(shortcut.toType(DataType.FLOAT64, true)).maximum(0);
        NDArray found = Operators.convNormAddRelu(x, shortcut, folded(kernel, bias), 0, MODE);
        assertThat(error(found, expected)).isLessThan(TOLERANCE);
    }

    private NDArray[] folded(NDArray kernel, NDArray bias) {
        NDArray packed = Operators.packKernel(kernel, NumberFormat.FLOAT32);
        NDList made = Operators.winogradKernel(kernel);
        NDArray empty = manager.create(new Shape(0));
        return new NDArray[] {packed, made.get(0), bias, made.get(1), empty};
    }

    private static NDArray exact(NDArray x, NDArray kernel, NDArray bias) {
        return Operators.conv(
                x.toType(DataType.FLOAT64, true),
                kernel.toType(DataType.FLOAT64, true),
                bias.toType(DataType.FLOAT64, true),
                1,
                MODE);
    }

    private static double error(NDArray found, NDArray expected) {
        NDArray difference = found.toType(DataType.FLOAT64, true).sub(expected).abs();
        return difference.max().getDouble() / expected.abs().max().getDouble();
    }

    private NDArray random(int seed, long... shape) {
        return ConvolutionChannelsTest.random(manager, seed, shape);
    }
}
