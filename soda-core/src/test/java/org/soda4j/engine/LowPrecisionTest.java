package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * bfloat16 mode. bfloat16 has 8 significant bits, so that rounding to it changes a number by at
 * most u = 2^-8 of itself.
 */
class LowPrecisionTest extends ArrayFixture {

    private static final double U = 0x1p-8;
    private static final OperatorMode INFERENCE = new OperatorMode(false, NumberFormat.FLOAT32);
    private static final OperatorMode HIGH = new OperatorMode(true, NumberFormat.FLOAT32);
    private static final OperatorMode LOW = new OperatorMode(true, NumberFormat.BFLOAT16);

    @Test
    void convIsWithinTheRoundingOfItsInputsAndOutput() {
        NDArray x = random(1, 2, 8, 6, 6);
        NDArray weight = random(2, 16, 8, 3, 3);
        NDArray bias = random(3, 16);
        for (int stride = 1; stride <= 2; stride++) {
            NDArray low = Operators.conv(x, new Affine(weight, bias), stride, LOW);
            assertWithin(
                    low,
                    Operators.conv(x, new Affine(weight, bias), stride, HIGH),
                    Operators.conv(x.abs(), new Affine(weight.abs(), bias.abs()), stride, HIGH));
            assertRoundedToBfloat16(low);
        }
    }

    @Test
    void normSiluConvKeepsItsNormInFloat32() {
        NDArray x = random(1, 2, 8, 4, 4).mul(1000).add(5000);
        Norm.Group norm =
                new Norm.Group(manager.ones(new Shape(8)), manager.zeros(new Shape(8)), 2);
        NDArray weight = random(2, 4, 8, 3, 3);
        NDArray bias = random(3, 4);
        NDArray active = Operators.silu(Operators.groupNorm(x, norm, INFERENCE), INFERENCE);
        for (Resample resample : Resample.values()) {
            NDArray resized = Operators.resize(active, resample, INFERENCE);
            assertWithin(
                    Operators.normSiluConv(x, norm, new Affine(weight, bias), resample, LOW),
                    Operators.normSiluConv(x, norm, new Affine(weight, bias), resample, HIGH),
                    Operators.conv(resized.abs(), new Affine(weight.abs(), bias.abs()), 1, HIGH));
        }
    }

    @Test
    void aNormOfLowPrecisionMapsTakesItsStatisticsInFloat32() {
        // Far from zero: a mean or variance in bfloat16 would be off by tens of percent.
        NDArray x = random(1, 2, 32, 8, 8).mul(10).add(1000);
        NDArray weight = random(2, 16, 32, 3, 3);
        NDArray low = Operators.conv(x, new Affine(weight, random(3, 16)), 1, LOW);
        NDArray gamma = random(4, 16);
        NDArray beta = random(5, 16);
        NDArray normed = Operators.groupNorm(low, new Norm.Group(gamma, beta, 4), HIGH);
        NDArray exact =
                Operators.groupNorm(
                        Operators.float32(low, HIGH), new Norm.Group(gamma, beta, 4), HIGH);
        NDArray error = Operators.float32(normed, HIGH).sub(exact).abs();
        // One rounding of the result, u / 2 of it, and what float32 loses in E[x^2] - E[x]^2.
        assertThat(error.sub(exact.abs().mul(0.51 * U)).max().getFloat()).isLessThan(0.02f);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void poolingDoesNotRound(NumberFormat format) {
        NDArray maps = Operators.cast(random(1, 2, 8, 4, 4).add(3), format);
        NDArray pooled = EncoderOperators.globalPool(maps, INFERENCE);
        assertThat(pooled.getDataType()).isEqualTo(DataType.FLOAT32);
        NDArray exact = EncoderOperators.globalPool(Operators.float32(maps), INFERENCE);
        // Sums of 16 numbers about 3 in float32, in another order.
        assertThat(pooled.sub(exact).abs().max().getFloat()).isLessThan(1e-6f);
    }

    @Test
    void compositesStayNearFloat32() {
        // Attention and the modulated convolution round about seven times one after another.
        NDArray map = random(1, 2, 32, 4, 4);
        Norm.Group ones = new Norm.Group(manager.ones(new Shape(32)), random(3, 32), 8);
        Affine projection = new Affine(random(4, 96, 32).mul(0.2), random(5, 96));
        Affine output = new Affine(random(6, 32, 32).mul(0.2), random(7, 32));
        assertNear(mode -> Operators.attentionBlock(map, ones, projection, output, 2, mode), true);
        NDArray h = random(1, 2, 8, 4, 4);
        NDArray straight = random(2, 2, 8, 4, 4);
        Modulation time =
                new Modulation(
                        random(3, 2, 6), new Affine(random(5, 16, 6).mul(0.3), random(6, 16)));
        Modulation latent =
                new Modulation(
                        random(4, 2, 5), new Affine(random(7, 16, 5).mul(0.3), random(8, 16)));
        Norm.Group group = new Norm.Group(random(9, 8), random(10, 8), 4);
        Affine conv = new Affine(random(11, 8, 8, 3, 3).mul(0.1), random(12, 8));
        assertNear(
                mode -> Operators.modulatedConv(h, straight, time, latent, group, conv, 0, mode),
                true);
        NDArray x = random(16, 2, 3, 8, 8);
        NDArray shortcut = random(17, 2, 8, 8, 8);
        NDArray kernel = random(13, 8, 3, 3, 3);
        Norm.Batch norm =
                new Norm.Batch(
                        random(14, 8),
                        random(15, 8),
                        manager.zeros(new Shape(8)),
                        manager.ones(new Shape(8)));
        for (boolean relu : new boolean[] {false, true}) {
            assertNear(mode -> EncoderOperators.convNorm(x, kernel, norm, 1, relu, mode), false);
        }
        assertNear(
                mode -> EncoderOperators.convNormAddRelu(x, shortcut, kernel, norm, mode), false);
    }

    private static void assertNear(Function<OperatorMode, NDArray> operator, boolean training) {
        assertNear(
                operator.apply(new OperatorMode(training, NumberFormat.BFLOAT16)),
                operator.apply(new OperatorMode(training, NumberFormat.FLOAT32)));
    }

    @Test
    void gradientsFlowInFloat32AndStayNear() {
        NDArray[] low = gradients(a -> Operators.conv(a[0], new Affine(a[1], a[2]), 1, LOW));
        NDArray[] high = gradients(a -> Operators.conv(a[0], new Affine(a[1], a[2]), 1, HIGH));
        for (int i = 0; i < low.length; i++) {
            assertNear(low[i], high[i]);
        }
    }

    private NDArray[] gradients(Function<NDArray[], NDArray> operator) {
        NDArray[] inputs = {random(1, 2, 8, 6, 6), random(2, 4, 8, 3, 3), random(3, 4)};
        for (NDArray input : inputs) {
            input.setRequiresGradient(true);
        }
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            NDArray y = operator.apply(inputs);
            NDArray read = Operators.float32(y, HIGH);
            collector.backward(read.mul(random(4, y.getShape().getShape())).sum());
        }
        return Arrays.stream(inputs).map(NDArray::getGradient).toArray(NDArray[]::new);
    }

    private NDArray random(long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape).toType(DataType.FLOAT32, true);
    }

    /**
     * Rounding x, w, b and y costs at most u (2 |x||w| + |b| + |y|) plus terms in u^2: 3 u of the
     * sum of absolute values, with a twentieth for u^2 and float32's own error.
     */
    private static void assertWithin(NDArray low, NDArray high, NDArray absolute) {
        assertThat(low.getShape()).isEqualTo(high.getShape());
        float[] found = Operators.float32(low).toFloatArray();
        float[] expected = high.toFloatArray();
        float[] size = absolute.toFloatArray();
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            double error = Math.abs(found[i] - expected[i]);
            assertThat(error).as("element %d", i).isLessThanOrEqualTo(3.15 * U * size[i]);
            largest = Math.max(largest, error);
        }
        assertThat(largest).as("the low precision was used").isPositive();
    }

    /** Seven roundings of independent sign, so far less than seven times u of the largest value. */
    private static void assertNear(NDArray low, NDArray high) {
        float most = high.abs().max().getFloat();
        float error = Operators.float32(low).sub(high).abs().max().getFloat();
        assertThat((double) error).isPositive().isLessThan(7 * U * most);
    }

    private static void assertRoundedToBfloat16(NDArray array) {
        for (float value : Operators.float32(array).toFloatArray()) {
            assertThat(Float.floatToIntBits(value) & 0xFFFF).isZero();
        }
    }
}
