package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.concurrent.atomic.AtomicInteger;
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
        "8, 8, 8, 128, 256, true",
        "8, 5, 7, 48, 64, false",
        "32, 4, 4, 32, 16, true",
        "16, 3, 8, 64, 48, true",
        "5, 16, 12, 128, 128, false",
        "6, 96, 60, 32, 16, true", // Two images at a time.
        "5, 96, 60, 32, 16, false", // One by one, because five are no multiple of two.
        "2, 184, 96, 32, 16, false", // One by one, because one is already large.
    })
    void sumsAreThoseOfFloat64(int n, int height, int width, int in, int out, boolean relu) {
        assertSums(random(1, n, in, height, width), out, relu, true);
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 2", "31, 4, 4", "40, 1, 1", "40, 2, 2"})
    void fewOrEmptyTilesAreLeftToThePackedKernel(int n, int height, int width) {
        assertSums(random(1, n, 16, height, width), 32, true, false);
    }

    @Test
    void theKernelIsMadeForTheFirstLargeBatchAndOnce() {
        NDArray kernel = random(2, 32, 32, 3, 3);
        AtomicInteger made = new AtomicInteger();
        FoldedConv conv =
                FoldedConv.packed(packed(kernel, random(3, 32)), 1)
                        .withWinograd(
                                () -> {
                                    made.incrementAndGet();
                                    return FastOperators.winogradKernel(kernel);
                                });
        conv.apply(random(1, 31, 32, 4, 4), true, MODE);
        assertThat(conv.hasWinograd()).isFalse();
        conv.apply(random(1, 32, 32, 4, 4), true, MODE);
        conv.apply(random(1, 32, 32, 4, 4), true, MODE);
        assertThat(conv.hasWinograd()).isTrue();
        assertThat(made).hasValue(1);
    }

    /** As where its trial fails. */
    @Test
    void withoutItsKernelLargeBatchesTakeThePackedOne() {
        NDArray x = random(1, 32, 16, 4, 4);
        NDArray kernel = random(2, 16, 16, 3, 3);
        NDArray bias = random(3, 16);
        FoldedConv packed = FoldedConv.packed(packed(kernel, bias), 1);
        NDArray found = packed.withWinograd(() -> null).apply(x, false, MODE);
        assertThat(found.toFloatArray())
                .containsExactly(packed.apply(x, false, MODE).toFloatArray());
    }

    private void assertSums(NDArray x, int out, boolean relu, boolean winograd) {
        NDArray kernel = random(2, out, x.getShape().get(1), 3, 3);
        NDArray bias = random(3, out);
        NDArray expected = exact(x, kernel, bias);
        expected = relu ? expected.maximum(0) : expected;
        NDArray found = folded(kernel, bias, winograd).apply(x, relu, MODE);
        assertThat(found.getShape()).isEqualTo(expected.getShape());
        assertThat(error(found, expected)).isLessThan(TOLERANCE);
    }

    /** The result of one, whose channels are last in memory, is input and shortcut of the next. */
    @Test
    void theShortcutIsAddedBeforeRelu() {
        NDArray x = random(1, 8, 32, 7, 8);
        NDArray kernel = random(2, 32, 32, 3, 3);
        NDArray bias = random(3, 32);
        FoldedConv conv = folded(kernel, bias, true);
        NDArray first = conv.apply(x, true, MODE);
        NDArray found = conv.applyAddRelu(first, first, MODE);
        NDArray exact = exact(x, kernel, bias).maximum(0);
        assertThat(error(found, exact(exact, kernel, bias).add(exact).maximum(0)))
                .isLessThan(TOLERANCE);
    }

    @Test
    void placeInTheBatchDoesNotMatter() {
        NDArray x = random(1, 1, 32, 96, 60).repeat(0, 5);
        NDArray found = folded(random(2, 16, 32, 3, 3), random(3, 16), true).apply(x, false, MODE);
        assertThat(found.get(4).toFloatArray()).containsExactly(found.get(0).toFloatArray());
    }

    /** The other kernel, which is not to be taken, holds zeros. */
    private static FoldedConv folded(NDArray kernel, NDArray bias, boolean winograd) {
        NDArray zeros = kernel.zerosLike();
        return FoldedConv.packed(packed(winograd ? zeros : kernel, bias), 1)
                .withWinograd(() -> FastOperators.winogradKernel(winograd ? kernel : zeros));
    }

    private static Affine packed(NDArray kernel, NDArray bias) {
        return new Affine(FastOperators.packKernel(kernel, NumberFormat.FLOAT32), bias);
    }

    private static NDArray exact(NDArray x, NDArray kernel, NDArray bias) {
        return Operators.conv(
                x.toType(DataType.FLOAT64, true),
                new Affine(
                        kernel.toType(DataType.FLOAT64, true), bias.toType(DataType.FLOAT64, true)),
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
