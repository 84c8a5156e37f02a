package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * float16 mode, which is for GPUs but runs on a CPU too. float16 has 11 significant bits, so that
 * rounding to it changes a number by at most u / 2 = 2^-12 of itself.
 */
class Float16Test extends ArrayFixture {

    private static final double U = 0x1p-11;
    private static final OperatorMode HIGH = new OperatorMode(true, NumberFormat.FLOAT32);
    private static final OperatorMode LOW = new OperatorMode(true, NumberFormat.FLOAT16);

    @Test
    void convAndItsGradientsAreFloat16() {
        NDArray low = conv(inputs(), LOW);
        assertNear(low, conv(inputs(), HIGH));
        for (float value : low.toFloatArray()) {
            // 11 of 24 significant bits.
            assertThat(Float.floatToIntBits(value) & 0x1FFF).isZero();
        }
        NDArray[] lowGradients = gradients(LOW);
        NDArray[] highGradients = gradients(HIGH);
        for (int i = 0; i < lowGradients.length; i++) {
            assertNear(lowGradients[i], highGradients[i]);
        }
    }

    private NDArray[] inputs() {
        return new NDArray[] {random(1, 2, 32, 6, 6), random(2, 16, 32, 3, 3), random(3, 16)};
    }

    private static NDArray conv(NDArray[] inputs, OperatorMode mode) {
        return Operators.float32(
                Operators.conv(inputs[0], new Affine(inputs[1], inputs[2]), 1, mode), mode);
    }

    @Test
    void attentionStaysNearFloat32() {
        NDArray x = random(1, 2, 32, 4, 4);
        Norm.Group norm = new Norm.Group(random(2, 32), random(3, 32), 8);
        Affine projection = new Affine(random(4, 96, 32).mul(0.2), random(5, 96));
        Affine output = new Affine(random(6, 32, 32).mul(0.2), random(7, 32));
        assertNear(
                Operators.float32(Operators.attentionBlock(x, norm, projection, output, 2, LOW)),
                Operators.attentionBlock(x, norm, projection, output, 2, HIGH));
    }

    @Test
    void whatFloat16CannotHoldIsInfinite() {
        NDArray x = random(1, 1, 16, 4, 4).abs().mul(1e6);
        NDArray weight = manager.ones(random(2, 16, 16, 1, 1).getShape());
        NDArray y = Operators.float32(Operators.conv(x, new Affine(weight, random(3, 16)), 1, LOW));
        assertThat(y.isInfinite().all().getBoolean()).isTrue();
    }

    private NDArray[] gradients(OperatorMode mode) {
        NDArray[] inputs = inputs();
        for (NDArray input : inputs) {
            input.setRequiresGradient(true);
        }
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            NDArray y = conv(inputs, mode);
            collector.backward(y.mul(random(4, y.getShape().getShape())).sum());
        }
        return Arrays.stream(inputs).map(NDArray::getGradient).toArray(NDArray[]::new);
    }

    private NDArray random(long seed, long... shape) {
        return GradientCheck.random(manager, seed, shape).toType(DataType.FLOAT32, true);
    }

    /** Seven roundings of independent sign, so far less than seven times u of the largest value. */
    private static void assertNear(NDArray low, NDArray high) {
        float most = high.abs().max().getFloat();
        float error = low.sub(high).abs().max().getFloat();
        assertThat((double) error).isPositive().isLessThan(7 * U * most);
    }
}
