package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Random;
import java.util.function.Function;

/**
 * Compares an operator's gradients with central finite differences along random directions, in
 * float64. A direction has a part in every element, so that no element can be wrong unnoticed.
 *
 * <p>With step h = 1e-6 the truncation error is of the order h^2 = 1e-12 and the round-off error of
 * the order 1e-16 / h = 1e-10 times the size of the sum, so that 1e-7 leaves a margin and still
 * finds a wrong factor, a missing term or a gradient that does not flow.
 */
final class GradientCheck {

    private static final double STEP = 1e-6;
    private static final double TOLERANCE = 1e-7;
    private static final int DIRECTIONS = 3;

    private GradientCheck() {}

    /**
     * Checks the gradients of {@code sum(r * operator(inputs))}, r random, to every input.
     *
     * @param operator float64 arrays to a float64 array
     * @param inputs all of which take gradients
     */
    static void check(Function<NDArray[], NDArray> operator, NDArray... inputs) {
        for (NDArray input : inputs) {
            input.setRequiresGradient(true);
        }
        NDArray weights;
        try (GradientCollector collector = PyTorchEngine.require().newGradientCollector()) {
            NDArray output = operator.apply(inputs);
            weights = random(output.getManager(), 99, output.getShape().getShape());
            collector.backward(output.mul(weights).sum());
        }
        for (int i = 0; i < inputs.length; i++) {
            double[] gradient = inputs[i].getGradient().toDoubleArray();
            inputs[i].setRequiresGradient(false);
            for (int trial = 0; trial < DIRECTIONS; trial++) {
                double[] direction =
                        new Random(31L * i + trial).doubles(gradient.length, -1, 1).toArray();
                double slope =
                        (moved(operator, inputs, i, direction, STEP, weights)
                                        - moved(operator, inputs, i, direction, -STEP, weights))
                                / (2 * STEP);
                assertThat(dot(gradient, direction))
                        .as("gradient to input %d of shape %s", i, inputs[i].getShape())
                        .isCloseTo(slope, within(TOLERANCE * (1 + Math.abs(slope))));
            }
        }
    }

    private static double moved(
            Function<NDArray[], NDArray> operator,
            NDArray[] inputs,
            int which,
            double[] direction,
            double step,
            NDArray weights) {
        double[] changed = inputs[which].toDoubleArray();
        for (int i = 0; i < changed.length; i++) {
            changed[i] += step * direction[i];
        }
        NDArray[] all = inputs.clone();
        all[which] = weights.getManager().create(changed, inputs[which].getShape());
        return dot(operator.apply(all).toDoubleArray(), weights.toDoubleArray());
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Uniform numbers in [-1.5, 1.5) of a seed, float64. */
    static NDArray random(NDManager manager, long seed, long... shape) {
        Shape size = new Shape(shape);
        double[] values = new Random(seed).doubles(size.size(), -1.5, 1.5).toArray();
        return manager.create(values, size);
    }
}
