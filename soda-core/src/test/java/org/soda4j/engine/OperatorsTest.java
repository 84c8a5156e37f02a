package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.engine.PlainMath.Tensor;

/** Values against plain loops and gradients against finite differences, all in float64. */
class OperatorsTest extends Float64Operators {

    @Test
    void groupNorm() {
        NDArray x = random(1, 2, 4, 3, 2);
        NDArray weight = random(2, 4);
        NDArray bias = random(3, 4);
        assertSame(
                Operators.groupNorm(x, new Norm.Group(weight, bias, 2), INFERENCE),
                PlainMath.groupNorm(plain(x), values(weight), values(bias), 2));
        GradientCheck.check(
                a -> Operators.groupNorm(a[0], new Norm.Group(a[1], a[2], 2), TRAINING),
                x,
                weight,
                bias);
    }

    @Test
    void silu() {
        NDArray x = random(1, 3, 5);
        assertSame(Operators.silu(x, INFERENCE), PlainMath.silu(plain(x)));
        GradientCheck.check(a -> Operators.silu(a[0], TRAINING), x);
    }

    @Test
    void modulatedNormSilu() {
        NDArray[] a = {
            random(1, 2, 4, 2, 3), random(2, 2, 8), random(3, 2, 8), random(4, 4), random(5, 4)
        };
        assertSame(
                Operators.modulatedNormSilu(
                        a[0], a[1], a[2], new Norm.Group(a[3], a[4], 2), INFERENCE),
                PlainMath.modulatedNormSilu(
                        plain(a[0]), plain(a[1]), plain(a[2]), values(a[3]), values(a[4]), 2));
        GradientCheck.check(
                b ->
                        Operators.modulatedNormSilu(
                                b[0], b[1], b[2], new Norm.Group(b[3], b[4], 2), TRAINING),
                a);
    }

    @Test
    void linear() {
        NDArray x = random(1, 3, 4);
        NDArray weight = random(2, 5, 4);
        NDArray bias = random(3, 5);
        assertSame(
                Operators.linear(x, new Affine(weight, bias), INFERENCE),
                PlainMath.linear(plain(x), plain(weight), values(bias)));
        GradientCheck.check(
                a -> Operators.linear(a[0], new Affine(a[1], a[2]), TRAINING), x, weight, bias);
    }

    @Test
    void linearTakesLeadingAxes() {
        NDArray x = random(1, 2, 3, 4);
        NDArray weight = random(2, 5, 4);
        NDArray bias = random(3, 5);
        NDArray rows = Operators.linear(x.reshape(6, 4), new Affine(weight, bias), INFERENCE);
        NDArray y = Operators.linear(x, new Affine(weight, bias), INFERENCE);
        assertThat(y.getShape().getShape()).containsExactly(2, 3, 5);
        assertThat(y.toDoubleArray()).isEqualTo(rows.toDoubleArray());
    }

    /** The engine has other ways for a single map and for kernels of one pixel. */
    @ParameterizedTest
    @CsvSource({"1, 2", "3, 2", "5, 2", "7, 2", "1, 1", "3, 1", "5, 1", "1, 16"})
    void convOfEveryKernel(int kernel, int images) {
        NDArray x = random(1, images, 2, 6, 5);
        NDArray weight = random(2, 3, 2, kernel, kernel);
        NDArray bias = random(3, 3);
        for (int stride = 1; stride <= 2; stride++) {
            assertSame(
                    Operators.conv(x, new Affine(weight, bias), stride, INFERENCE),
                    PlainMath.conv(plain(x), plain(weight), values(bias), stride));
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 2", "3, 2, 2", "3, 1, 1", "3, 2, 1", "1, 1, 2", "1, 2, 1"})
    void convGradients(int kernel, int stride, int images) {
        GradientCheck.check(
                a -> Operators.conv(a[0], new Affine(a[1], a[2]), stride, TRAINING),
                random(1, images, 2, 4, 3),
                random(2, 3, 2, kernel, kernel),
                random(3, 3));
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void resize(Resample resample) {
        NDArray x = random(1, 2, 3, 4, 6);
        assertSame(Operators.resize(x, resample, INFERENCE), PlainMath.resize(plain(x), resample));
        GradientCheck.check(a -> Operators.resize(a[0], resample, TRAINING), random(2, 1, 2, 2, 4));
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void normSiluConv(Resample resample) {
        NDArray[] a = {
            random(1, 2, 4, 4, 2), random(2, 4), random(3, 4), random(4, 3, 4, 3, 3), random(5, 3)
        };
        Tensor active =
                PlainMath.silu(PlainMath.groupNorm(plain(a[0]), values(a[1]), values(a[2]), 2));
        assertSame(
                Operators.normSiluConv(
                        a[0],
                        new Norm.Group(a[1], a[2], 2),
                        new Affine(a[3], a[4]),
                        resample,
                        INFERENCE),
                PlainMath.conv(PlainMath.resize(active, resample), plain(a[3]), values(a[4]), 1));
        GradientCheck.check(
                b ->
                        Operators.normSiluConv(
                                b[0],
                                new Norm.Group(b[1], b[2], 2),
                                new Affine(b[3], b[4]),
                                resample,
                                TRAINING),
                a);
    }

    @Test
    void modulatedConv() {
        NDArray[] a = modulatedInputs();
        Tensor time = PlainMath.linear(plain(a[2]), plain(a[4]), values(a[5]));
        Tensor latent = PlainMath.linear(plain(a[3]), plain(a[6]), values(a[7]));
        Tensor active =
                PlainMath.modulatedNormSilu(
                        plain(a[0]), time, latent, values(a[8]), values(a[9]), 2);
        Tensor expected =
                PlainMath.add(PlainMath.conv(active, plain(a[10]), values(a[11]), 1), plain(a[1]));
        assertSame(modulatedConv(a, 2, 0, INFERENCE), expected);
        // Dropout is for training only.
        assertSame(modulatedConv(a, 2, 0.5, INFERENCE), expected);
        assertSame(modulatedConv(a, 2, 0, TRAINING), expected);
        GradientCheck.check(b -> modulatedConv(b, 2, 0, TRAINING), a);
    }

    /** The inputs in the order of {@link #modulatedInputs}. */
    private static NDArray modulatedConv(
            NDArray[] a, int groups, double dropout, OperatorMode mode) {
        return Operators.modulatedConv(
                a[0],
                a[1],
                new Modulation(a[2], new Affine(a[4], a[5])),
                new Modulation(a[3], new Affine(a[6], a[7])),
                new Norm.Group(a[8], a[9], groups),
                new Affine(a[10], a[11]),
                dropout,
                mode);
    }

    private NDArray[] modulatedInputs() {
        return new NDArray[] {
            random(1, 2, 4, 2, 3),
            random(2, 2, 4, 2, 3),
            random(3, 2, 3),
            random(4, 2, 2),
            random(5, 8, 3),
            random(6, 8),
            random(7, 8, 2),
            random(8, 8),
            random(9, 4),
            random(10, 4),
            random(11, 4, 4, 3, 3),
            random(12, 4)
        };
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 0.25",
        "FLOAT32, 0.9999",
        "BFLOAT16, 0.1",
        "BFLOAT16, 0.5",
        "BFLOAT16, 0.75",
        "FLOAT16, 0.1",
        "FLOAT16, 0.75"
    })
    void dropoutKeepsAShareAndTheMean(NumberFormat format, double dropout) {
        NDArray[] inputs = twenties();
        OperatorMode mode = new OperatorMode(true, format);
        NDArray output = modulatedConv(inputs, 32, dropout, mode);
        float[] y = Operators.float32(output).toFloatArray();
        double expected = 20 / (1 - dropout);
        int kept = 0;
        int pairs = 0;
        for (int i = 0; i < y.length; i++) {
            if (y[i] != 0) {
                // One rounding of bfloat16, half of 2^-8.
                assertThat((double) y[i]).isCloseTo(expected, within(0x1p-9 * expected));
                kept++;
                pairs += i > 0 && y[i - 1] != 0 ? 1 : 0;
            }
        }
        double keep = 1 - dropout;
        assertShare(kept, y.length, keep);
        // Neighbours know nothing of each other, though four of them share a random word.
        assertShare(pairs, y.length, keep * keep);
    }

    /** Eight standard deviations of independent draws, and the rounding of the probability. */
    private static void assertShare(int count, int of, double probability) {
        double deviation = Math.sqrt(probability * (1 - probability) / of);
        assertThat(count / (double) of).isCloseTo(probability, within(8 * deviation + 0x1p-15));
    }

    @Test
    void dropoutPassesGradientsWhereItKeeps() {
        NDArray[] inputs = twenties();
        NDArray latentBias = inputs[7];
        latentBias.setRequiresGradient(true);
        NDArray y;
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            y = modulatedConv(inputs, 32, 0.25, TRAINING);
            collector.backward(y.sum());
        }
        // An element is 20 times what it passes, and the shift of a channel goes to all of its own.
        float[] passed = y.sum(new int[] {0, 2, 3}).div(20).toFloatArray();
        float[] gradient = latentBias.getGradient().toFloatArray();
        for (int i = 0; i < passed.length; i++) {
            assertThat(gradient[passed.length + i]).isCloseTo(passed[i], within(1e-4f * passed[i]));
        }
        float[] alike = passed.clone();
        Arrays.fill(alike, passed[0]);
        assertThat(passed).as("channels are drawn apart").isNotEqualTo(alike);
    }

    /** Inputs of which everything but dropout makes 20: silu(20) is 20, the kernel is 1. */
    private NDArray[] twenties() {
        int channels = 32;
        int side = 64;
        NDArray zeros = manager.zeros(new Shape(1, channels, side, side));
        NDArray row = manager.zeros(new Shape(1, 1));
        NDArray projection = manager.zeros(new Shape(2 * channels, 1));
        NDArray timeBias = manager.zeros(new Shape(2 * channels));
        NDArray latentBias = constantShift(channels, 20);
        NDArray ones = manager.ones(new Shape(channels));
        NDArray none = manager.zeros(new Shape(channels));
        NDArray kernel = manager.eye(channels).reshape(channels, channels, 1, 1);
        return new NDArray[] {
            zeros,
            zeros,
            row,
            row,
            projection,
            timeBias,
            projection,
            latentBias,
            ones,
            none,
            kernel,
            none
        };
    }

    private NDArray constantShift(int channels, float shift) {
        float[] values = new float[2 * channels];
        Arrays.fill(values, channels, 2 * channels, shift);
        return manager.create(values);
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void resizeConv(Resample resample) {
        NDArray x = random(1, 1, 2, 4, 2);
        NDArray weight = random(2, 3, 2, 3, 3);
        NDArray bias = random(3, 3);
        assertSame(
                Operators.resizeConv(x, new Affine(weight, bias), resample, INFERENCE),
                PlainMath.conv(
                        PlainMath.resize(plain(x), resample), plain(weight), values(bias), 1));
        GradientCheck.check(
                a -> Operators.resizeConv(a[0], new Affine(a[1], a[2]), resample, TRAINING),
                x,
                weight,
                bias);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void attentionBlock(int heads) {
        NDArray[] a = {
            random(1, 2, 4, 3, 2),
            random(2, 4),
            random(3, 4),
            random(4, 12, 4),
            random(5, 12),
            random(6, 4, 4),
            random(7, 4)
        };
        assertSame(attentionBlock(a, heads, INFERENCE), plainAttention(a, heads));
        GradientCheck.check(b -> attentionBlock(b, heads, TRAINING), a);
    }

    private static NDArray attentionBlock(NDArray[] a, int heads, OperatorMode mode) {
        return Operators.attentionBlock(
                a[0],
                new Norm.Group(a[1], a[2], 2),
                new Affine(a[3], a[4]),
                new Affine(a[5], a[6]),
                heads,
                mode);
    }

    /** Projection head by head: each head's rows of the weight are query, key and value. */
    private static Tensor plainAttention(NDArray[] a, int heads) {
        Tensor x = plain(a[0]);
        Tensor normal = PlainMath.groupNorm(x, values(a[1]), values(a[2]), 2);
        int channels = x.dim(1);
        int pixels = x.dim(2) * x.dim(3);
        int width = channels / heads;
        double[] y = new double[x.data().length];
        for (int n = 0; n < x.dim(0); n++) {
            double[] rows = new double[pixels * channels];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = normal.data()[(n * channels + i % channels) * pixels + i / channels];
            }
            Tensor all =
                    PlainMath.linear(new Tensor(rows, pixels, channels), plain(a[3]), values(a[4]));
            double[] joined = new double[rows.length];
            for (int head = 0; head < heads; head++) {
                double[][][] parts = new double[3][pixels][];
                for (int part = 0; part < 3; part++) {
                    for (int p = 0; p < pixels; p++) {
                        int from = p * 3 * channels + (head * 3 + part) * width;
                        parts[part][p] = Arrays.copyOfRange(all.data(), from, from + width);
                    }
                }
                double[][] result = PlainMath.attention(parts[0], parts[1], parts[2]);
                for (int p = 0; p < pixels; p++) {
                    System.arraycopy(result[p], 0, joined, p * channels + head * width, width);
                }
            }
            Tensor out =
                    PlainMath.linear(
                            new Tensor(joined, pixels, channels), plain(a[5]), values(a[6]));
            for (int i = 0; i < rows.length; i++) {
                int at = (n * channels + i % channels) * pixels + i / channels;
                y[at] = x.data()[at] + out.data()[i];
            }
        }
        return new Tensor(y, x.shape());
    }

    @Test
    void copyConvertsAndOverwrites() {
        NDArray target = manager.zeros(new Shape(2, 3), DataType.FLOAT32);
        target.setRequiresGradient(true);
        Operators.copy(target, random(1, 2, 3));
        assertThat(target.getDataType()).isEqualTo(DataType.FLOAT32);
        float[] expected = random(1, 2, 3).toType(DataType.FLOAT32, true).toFloatArray();
        assertThat(target.toFloatArray()).isEqualTo(expected);
        assertThat(target.hasGradient()).isTrue();
    }

    @Test
    void resultsBelongToTheFirstArgumentsManagerAndNothingElseStays() {
        try (NDManager scope = manager.newSubManager()) {
            NDArray x = GradientCheck.random(scope, 1, 2, 4, 4, 4);
            NDArray weight = random(2, 4);
            NDArray y = Operators.groupNorm(x, new Norm.Group(weight, weight, 2), INFERENCE);
            assertThat(y.getManager()).isSameAs(scope);
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x, y);
        }
    }
}
