package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.engine.PlainMath.Tensor;

/** The encoder's operators: values against plain loops, gradients against finite differences. */
class EncoderOperatorsTest extends Float64Operators {

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void convNorm(int stride) {
        for (boolean relu : new boolean[] {false, true}) {
            NDArray x = random(1, 3, 2, 4, 3);
            NDArray kernel = random(11, 3, 2, 3, 3);
            Norm.Batch norm = batchNorm(3);
            Tensor before = PlainMath.conv(plain(x), plain(kernel), null, stride);
            Tensor expected = normalised(before, norm, null);
            assertSame(
                    EncoderOperators.convNorm(x, kernel, norm, stride, relu, INFERENCE),
                    relu ? PlainMath.relu(expected) : expected);
            assertStatistics(
                    norm,
                    before,
                    () -> {
                        Tensor trained = normalised(before, norm, before);
                        assertSame(
                                EncoderOperators.convNorm(x, kernel, norm, stride, relu, TRAINING),
                                relu ? PlainMath.relu(trained) : trained);
                    });
            GradientCheck.check(
                    a ->
                            EncoderOperators.convNorm(
                                    a[0], a[1], with(norm, a[2], a[3]), stride, relu, TRAINING),
                    x,
                    kernel,
                    norm.weight(),
                    norm.bias());
        }
    }

    @Test
    void convNormAddRelu() {
        NDArray x = random(1, 3, 2, 4, 3);
        NDArray shortcut = random(2, 3, 3, 4, 3);
        NDArray kernel = random(11, 3, 2, 3, 3);
        Norm.Batch norm = batchNorm(3);
        Tensor before = PlainMath.conv(plain(x), plain(kernel), null, 1);
        Tensor sum = PlainMath.add(normalised(before, norm, null), plain(shortcut));
        double[] untouched = values(shortcut);
        assertSame(
                EncoderOperators.convNormAddRelu(x, shortcut, kernel, norm, INFERENCE),
                PlainMath.relu(sum));
        assertThat(values(shortcut)).isEqualTo(untouched);
        GradientCheck.check(
                a ->
                        EncoderOperators.convNormAddRelu(
                                a[0], a[1], a[2], with(norm, a[3], a[4]), TRAINING),
                x,
                shortcut,
                kernel,
                norm.weight(),
                norm.bias());
    }

    @Test
    void convGroupNorm() {
        NDArray x = random(1, 3, 2, 4, 3);
        NDArray shortcut = random(2, 3, 6, 4, 3);
        NDArray kernel = random(11, 6, 2, 3, 3);
        NDArray weight = random(12, 6);
        NDArray bias = random(13, 6);
        Norm norm = new Norm.Group(weight, bias, 3);
        Tensor before = PlainMath.conv(plain(x), plain(kernel), null, 1);
        Tensor expected = PlainMath.groupNorm(before, values(weight), values(bias), 3);
        assertSame(EncoderOperators.convNorm(x, kernel, norm, 1, false, INFERENCE), expected);
        assertSame(
                EncoderOperators.convNorm(x, kernel, norm, 1, true, TRAINING),
                PlainMath.relu(expected));
        assertSame(
                EncoderOperators.convNormAddRelu(x, shortcut, kernel, norm, INFERENCE),
                PlainMath.relu(PlainMath.add(expected, plain(shortcut))));
        GradientCheck.check(
                a ->
                        EncoderOperators.convNorm(
                                a[0], a[1], new Norm.Group(a[2], a[3], 3), 2, true, TRAINING),
                x,
                kernel,
                weight,
                bias);
        GradientCheck.check(
                a ->
                        EncoderOperators.convNormAddRelu(
                                a[0], a[1], a[2], new Norm.Group(a[3], a[4], 3), TRAINING),
                random(4, 3, 2, 4, 3),
                shortcut,
                random(11, 6, 2, 3, 3), // Anew: gradients would add up.
                random(12, 6),
                random(13, 6));
    }

    private Norm.Batch batchNorm(int channels) {
        return new Norm.Batch(
                random(12, channels),
                random(13, channels),
                random(14, channels),
                random(15, channels).abs().add(0.5));
    }

    private static Norm.Batch with(Norm.Batch norm, NDArray weight, NDArray bias) {
        return new Norm.Batch(weight, bias, norm.mean(), norm.variance());
    }

    /** Batch norm with the running statistics, or with those of a batch. */
    private static Tensor normalised(Tensor x, Norm.Batch norm, Tensor batch) {
        return PlainMath.batchNorm(
                x,
                values(norm.weight()),
                values(norm.bias()),
                batch == null ? values(norm.mean()) : PlainMath.channelMoment(batch, false),
                batch == null ? values(norm.variance()) : PlainMath.channelMoment(batch, true));
    }

    /** Running statistics move by a tenth; the variance that they take is the unbiased one. */
    private static void assertStatistics(Norm.Batch norm, Tensor before, Runnable training) {
        double[] mean = values(norm.mean());
        double[] variance = values(norm.variance());
        training.run();
        double count = before.data().length / (double) mean.length;
        double[] batchMean = PlainMath.channelMoment(before, false);
        double[] batchVariance = PlainMath.channelMoment(before, true);
        for (int c = 0; c < mean.length; c++) {
            mean[c] = 0.9 * mean[c] + 0.1 * batchMean[c];
            variance[c] = 0.9 * variance[c] + 0.1 * batchVariance[c] * count / (count - 1);
        }
        assertClose(values(norm.mean()), mean);
        assertClose(values(norm.variance()), variance);
    }

    @Test
    void maxPool() {
        NDArray x = random(1, 1, 2, 5, 4);
        NDArray y = EncoderOperators.maxPool(x, INFERENCE);
        assertThat(y.getShape().getShape()).containsExactly(1, 2, 3, 2);
        Tensor all = plain(x);
        double[] expected = new double[12];
        for (int i = 0; i < expected.length; i++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int row = 2 * (i / 2 % 3) - 1; row <= 2 * (i / 2 % 3) + 1; row++) {
                for (int column = 2 * (i % 2) - 1; column <= 2 * (i % 2) + 1; column++) {
                    if (row >= 0 && row < 5 && column >= 0 && column < 4) {
                        most = Math.max(most, all.at(0, i / 6, row, column));
                    }
                }
            }
            expected[i] = most;
        }
        assertThat(y.toDoubleArray()).isEqualTo(expected);
        GradientCheck.check(a -> EncoderOperators.maxPool(a[0], TRAINING), x);
    }

    @Test
    void globalPool() {
        NDArray x = random(1, 2, 3, 4, 5);
        NDArray y = EncoderOperators.globalPool(x, INFERENCE);
        assertThat(y.getShape().getShape()).containsExactly(2, 3);
        assertClose(values(y), values(x.reshape(2, 3, 20).mean(new int[] {2})));
        GradientCheck.check(
                a -> EncoderOperators.globalPool(a[0], TRAINING), random(2, 2, 2, 3, 2));
    }
}
