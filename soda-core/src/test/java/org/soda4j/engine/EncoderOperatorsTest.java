package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
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
            NDArray[] parameters = normParameters(3, 2);
            Tensor before = PlainMath.conv(plain(x), plain(parameters[0]), null, stride);
            Tensor expected = normalised(before, parameters, null);
            assertSame(
                    EncoderOperators.convNorm(x, parameters, 0, stride, relu, INFERENCE),
                    relu ? PlainMath.relu(expected) : expected);
            assertStatistics(
                    parameters,
                    before,
                    () -> {
                        Tensor trained = normalised(before, parameters, before);
                        assertSame(
                                EncoderOperators.convNorm(x, parameters, 0, stride, relu, TRAINING),
                                relu ? PlainMath.relu(trained) : trained);
                    });
            GradientCheck.check(
                    a ->
                            EncoderOperators.convNorm(
                                    a[0], with(parameters, a, 1), 0, stride, relu, TRAINING),
                    x,
                    parameters[0],
                    parameters[1],
                    parameters[2]);
        }
    }

    @Test
    void convNormAddRelu() {
        NDArray x = random(1, 3, 2, 4, 3);
        NDArray shortcut = random(2, 3, 3, 4, 3);
        NDArray[] parameters = normParameters(3, 2);
        Tensor before = PlainMath.conv(plain(x), plain(parameters[0]), null, 1);
        Tensor sum = PlainMath.add(normalised(before, parameters, null), plain(shortcut));
        double[] untouched = values(shortcut);
        assertSame(
                EncoderOperators.convNormAddRelu(x, shortcut, parameters, 0, INFERENCE),
                PlainMath.relu(sum));
        assertThat(values(shortcut)).isEqualTo(untouched);
        GradientCheck.check(
                a ->
                        EncoderOperators.convNormAddRelu(
                                a[0], a[1], with(parameters, a, 2), 0, TRAINING),
                x,
                shortcut,
                parameters[0],
                parameters[1],
                parameters[2]);
    }

    @Test
    void convGroupNorm() {
        NDArray x = random(1, 3, 2, 4, 3);
        NDArray shortcut = random(2, 3, 6, 4, 3);
        NDArray[] parameters = Arrays.copyOf(normParameters(6, 2), 3);
        Tensor before = PlainMath.conv(plain(x), plain(parameters[0]), null, 1);
        Tensor expected =
                PlainMath.groupNorm(before, values(parameters[1]), values(parameters[2]), 3);
        assertSame(EncoderOperators.convNorm(x, parameters, 3, 1, false, INFERENCE), expected);
        assertSame(
                EncoderOperators.convNorm(x, parameters, 3, 1, true, TRAINING),
                PlainMath.relu(expected));
        assertSame(
                EncoderOperators.convNormAddRelu(x, shortcut, parameters, 3, INFERENCE),
                PlainMath.relu(PlainMath.add(expected, plain(shortcut))));
        GradientCheck.check(
                a -> EncoderOperators.convNorm(a[0], with(parameters, a, 1), 3, 2, true, TRAINING),
                x,
                parameters[0],
                parameters[1],
                parameters[2]);
        NDArray[] others = Arrays.copyOf(normParameters(6, 2), 3); // Gradients would add up.
        GradientCheck.check(
                a -> EncoderOperators.convNormAddRelu(a[0], a[1], with(others, a, 2), 3, TRAINING),
                random(4, 3, 2, 4, 3),
                shortcut,
                others[0],
                others[1],
                others[2]);
    }

    /** Kernel, weight, bias, running mean and running variance. */
    private NDArray[] normParameters(int out, int in) {
        return new NDArray[] {
            random(11, out, in, 3, 3),
            random(12, out),
            random(13, out),
            random(14, out),
            random(15, out).abs().add(0.5)
        };
    }

    private static NDArray[] with(NDArray[] parameters, NDArray[] inputs, int from) {
        NDArray[] all = parameters.clone();
        System.arraycopy(inputs, from, all, 0, 3);
        return all;
    }

    /** Batch norm with the running statistics, or with those of a batch. */
    private static Tensor normalised(Tensor x, NDArray[] p, Tensor batch) {
        return PlainMath.batchNorm(
                x,
                values(p[1]),
                values(p[2]),
                batch == null ? values(p[3]) : PlainMath.channelMoment(batch, false),
                batch == null ? values(p[4]) : PlainMath.channelMoment(batch, true));
    }

    /** Running statistics move by a tenth; the variance that they take is the unbiased one. */
    private static void assertStatistics(NDArray[] parameters, Tensor before, Runnable training) {
        double[] mean = values(parameters[3]);
        double[] variance = values(parameters[4]);
        training.run();
        double count = before.data().length / (double) mean.length;
        double[] batchMean = PlainMath.channelMoment(before, false);
        double[] batchVariance = PlainMath.channelMoment(before, true);
        for (int c = 0; c < mean.length; c++) {
            mean[c] = 0.9 * mean[c] + 0.1 * batchMean[c];
            variance[c] = 0.9 * variance[c] + 0.1 * batchVariance[c] * count / (count - 1);
        }
        assertClose(values(parameters[3]), mean);
        assertClose(values(parameters[4]), variance);
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
