package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.ParameterOperators.AdamWRates;

class ParameterOperatorsTest extends ArrayFixture {

    private static final int[][] SHAPES = {{4, 3}, {7}, {2, 3, 3, 3}};

    @Test
    void adamWMakesTheStepsThatPyTorchDefines() {
        NDList parameters = arrays(1);
        parameters.forEach(p -> p.setRequiresGradient(true));
        NDList average = zeros();
        NDList square = zeros();
        PlainAdamW[] expected = new PlainAdamW[SHAPES.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = new PlainAdamW(parameters.get(i).toFloatArray());
        }
        for (int step = 1; step <= 5; step++) {
            AdamWRates rates = new AdamWRates(step, 0.01 * step, 0.9, 0.95, 0.05, 1e-8);
            double scale = step % 2 == 0 ? 0.37 : 1;
            NDList gradients = arrays(100 + step);
            backward(parameters, gradients);
            ParameterOperators.adamW(parameters, average, square, rates, scale);
            for (int i = 0; i < expected.length; i++) {
                expected[i].step(gradients.get(i).toFloatArray(), rates, scale);
                // Five float32 steps on numbers about 1.
                assertClose(parameters.get(i), expected[i].value, 2e-6);
                assertClose(average.get(i), expected[i].average, 2e-6);
                assertClose(square.get(i), expected[i].square, 2e-6);
                assertThat(parameters.get(i).hasGradient()).isTrue();
            }
            assertThat(ParameterOperators.gradientNorms(parameters)).containsOnly(0);
        }
    }

    @Test
    void bucketsHoldArraysOneAfterAnother() {
        NDList values = arrays(1);
        NDList before = arrays(1);
        NDArray bucket = manager.zeros(new Shape(12 + 7 + 54));
        ParameterOperators.gather(values, bucket);
        assertThat(bucket.get("0:12").reshape(4, 3)).isEqualTo(before.get(0));
        assertThat(bucket.get("12:19")).isEqualTo(before.get(1));
        assertThat(bucket.get("19:").reshape(2, 3, 3, 3)).isEqualTo(before.get(2));
        ParameterOperators.scatter(values, bucket, 0.5);
        for (int i = 0; i < SHAPES.length; i++) {
            assertThat(values.get(i)).isEqualTo(before.get(i).mul(0.5));
        }
    }

    @Test
    void bucketsOfGradients() {
        NDList parameters = arrays(1);
        parameters.forEach(p -> p.setRequiresGradient(true));
        NDArray bucket = manager.ones(new Shape(12 + 7 + 54));
        ParameterOperators.gatherGradients(parameters, bucket);
        assertThat(bucket.toFloatArray()).as("backward has not been here").containsOnly(0);
        NDList gradients = arrays(2);
        backward(parameters, gradients);
        ParameterOperators.gatherGradients(parameters, bucket);
        assertThat(bucket.get("12:19")).isEqualTo(gradients.get(1));
        bucket.muli(3);
        ParameterOperators.scatterGradients(parameters, bucket, 0.25);
        for (int i = 0; i < SHAPES.length; i++) {
            assertThat(parameters.get(i).getGradient().toFloatArray())
                    .isEqualTo(gradients.get(i).mul(3).mul(0.25).toFloatArray());
        }
    }

    @Test
    void anyBitChangesTheChecksum() {
        NDList values = arrays(1);
        long before = ParameterOperators.checksum(values);
        assertThat(ParameterOperators.checksum(arrays(1))).isEqualTo(before);
        float[] last = values.get(2).toFloatArray();
        last[53] = Math.nextUp(last[53]);
        Operators.copy(values.get(2), manager.create(last, new Shape(2, 3, 3, 3)));
        assertThat(ParameterOperators.checksum(values)).isNotEqualTo(before);
        // The same numbers in another place.
        NDList exchanged =
                new NDList(manager.create(new float[] {1, 2}), manager.create(new float[] {3}));
        NDList other =
                new NDList(manager.create(new float[] {3, 2}), manager.create(new float[] {1}));
        assertThat(ParameterOperators.checksum(exchanged))
                .isNotEqualTo(ParameterOperators.checksum(other));
    }

    /** Loshchilov and Hutter's algorithm 2 as torch.optim.AdamW documents it, in double. */
    private static final class PlainAdamW {
        final double[] value;
        final double[] average;
        final double[] square;

        PlainAdamW(float[] start) {
            value = new double[start.length];
            for (int i = 0; i < start.length; i++) {
                value[i] = start[i];
            }
            average = new double[start.length];
            square = new double[start.length];
        }

        void step(float[] gradient, AdamWRates r, double scale) {
            for (int i = 0; i < value.length; i++) {
                double g = gradient[i] * scale;
                value[i] *= 1 - r.learningRate() * r.weightDecay();
                average[i] = r.beta1() * average[i] + (1 - r.beta1()) * g;
                square[i] = r.beta2() * square[i] + (1 - r.beta2()) * g * g;
                double mean = average[i] / (1 - Math.pow(r.beta1(), r.step()));
                double power = square[i] / (1 - Math.pow(r.beta2(), r.step()));
                value[i] -= r.learningRate() * mean / (Math.sqrt(power) + r.epsilon());
            }
        }
    }

    @Test
    void gradientNormsAreThoseOfEachParameterAndZeroWithoutAGradient() {
        NDList parameters = arrays(1);
        parameters.forEach(p -> p.setRequiresGradient(true));
        assertThat(ParameterOperators.gradientNorms(parameters)).containsExactly(0, 0, 0);
        NDList gradients = arrays(2);
        backward(parameters.subNDList(1), gradients.subNDList(1));
        float[] norms = ParameterOperators.gradientNorms(parameters);
        assertThat(norms[0]).isZero();
        for (int i = 1; i < norms.length; i++) {
            double sum = 0;
            for (float g : gradients.get(i).toFloatArray()) {
                sum += (double) g * g;
            }
            assertThat((double) norms[i]).isCloseTo(Math.sqrt(sum), within(1e-6 * norms[i]));
        }
    }

    @Test
    void gradientsAccumulateUntilDropped() {
        NDList parameters = arrays(1);
        parameters.forEach(p -> p.setRequiresGradient(true));
        NDList gradients = arrays(2);
        backward(parameters, gradients);
        backward(parameters, gradients);
        assertThat(parameters.get(0).getGradient().toFloatArray())
                .isEqualTo(gradients.get(0).mul(2).toFloatArray());
        float[][] values = floats(parameters);
        NDArray view = parameters.get(1).get("0:3");
        ParameterOperators.dropGradients(parameters);
        assertThat(ParameterOperators.gradientNorms(parameters)).containsOnly(0);
        assertThat(floats(parameters)).isDeepEqualTo(values);
        backward(parameters, gradients);
        assertThat(parameters.get(0).getGradient().toFloatArray())
                .isEqualTo(gradients.get(0).toFloatArray());
        Operators.copy(parameters.get(1), gradients.get(1));
        assertThat(view.toFloatArray())
                .as("the memory is the same")
                .isEqualTo(gradients.get(1).get("0:3").toFloatArray());
    }

    @Test
    void movingAverageMovesByOneMinusDecay() {
        NDList shadow = arrays(1);
        NDList values = arrays(2);
        values.get(1).setRequiresGradient(true);
        float[][] before = floats(shadow);
        float[][] target = floats(values);
        ParameterOperators.movingAverage(shadow, values, 0.99);
        for (int i = 0; i < before.length; i++) {
            double[] expected = new double[before[i].length];
            for (int j = 0; j < expected.length; j++) {
                expected[j] = before[i][j] + 0.01 * (target[i][j] - before[i][j]);
            }
            assertClose(shadow.get(i), expected, 3e-7); // one float32 rounding or two
            assertThat(values.get(i).toFloatArray()).isEqualTo(target[i]);
        }
        ParameterOperators.movingAverage(shadow, values, 0);
        assertThat(floats(shadow)).isDeepEqualTo(target);
    }

    @Test
    void exchangeIsBitExactAndItsOwnInverse() {
        NDList left = arrays(1);
        NDList right = arrays(2);
        left.get(0).setRequiresGradient(true);
        Operators.copy(
                left.get(1),
                manager.create(
                        new float[] {
                            -0f, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, 1, 2, 3
                        }));
        int[][] before = bits(left);
        int[][] after = bits(right);
        ParameterOperators.exchange(left, right);
        assertThat(bits(left)).isDeepEqualTo(after);
        assertThat(bits(right)).isDeepEqualTo(before);
        ParameterOperators.exchange(left, right);
        assertThat(bits(left)).isDeepEqualTo(before);
        assertThat(left.get(0).hasGradient()).isTrue();
    }

    @Test
    void nothingStaysBehindAndArraysKeepNoName() {
        NDList parameters = arrays(1);
        NDList other = arrays(2);
        parameters.forEach(p -> p.setRequiresGradient(true));
        backward(parameters, other);
        int before = manager.getManagedArrays().size();
        ParameterOperators.gradientNorms(parameters);
        ParameterOperators.movingAverage(other, parameters, 0.5);
        ParameterOperators.exchange(other, parameters);
        AdamWRates rates = new AdamWRates(1, 0.1, 0.9, 0.9, 0, 1e-8);
        ParameterOperators.adamW(parameters, other, arrays(3), rates, 0.5);
        assertThat(manager.getManagedArrays()).hasSize(before + SHAPES.length);
        parameters.forEach(p -> assertThat(p.getName()).isNull());
    }

    /** Makes the gradients exactly these: the loss is their dot product with the parameters. */
    private void backward(NDList parameters, NDList gradients) {
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray loss = scope.create(0f);
                for (int i = 0; i < parameters.size(); i++) {
                    loss = loss.add(parameters.get(i).mul(gradients.get(i)).sum());
                }
                collector.backward(loss);
            }
        }
    }

    private NDList arrays(long seed) {
        Random random = new Random(seed);
        NDList list = new NDList();
        for (int[] dimensions : SHAPES) {
            Shape shape = shape(dimensions);
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            list.add(manager.create(values, shape));
        }
        return list;
    }

    private NDList zeros() {
        NDList list = new NDList();
        for (int[] dimensions : SHAPES) {
            list.add(manager.zeros(shape(dimensions), DataType.FLOAT32));
        }
        return list;
    }

    private static Shape shape(int[] dimensions) {
        long[] shape = new long[dimensions.length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dimensions[i];
        }
        return new Shape(shape);
    }

    private static float[][] floats(NDList list) {
        return list.stream().map(NDArray::toFloatArray).toArray(float[][]::new);
    }

    private static int[][] bits(NDList list) {
        return list.stream()
                .map(array -> array.toByteBuffer().asIntBuffer())
                .map(
                        ints -> {
                            int[] bits = new int[ints.remaining()];
                            ints.get(bits);
                            return bits;
                        })
                .toArray(int[][]::new);
    }

    private static void assertClose(NDArray found, double[] expected, double tolerance) {
        float[] values = found.toFloatArray();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat((double) values[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
        }
    }
}
