package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.soda4j.compute.AdaptiveThreads;
import org.soda4j.compute.TriangularFactor;

/**
 * A logistic objective in coordinates in which it curves about equally in all directions: weights w
 * of an output are {@code L^-T v}, where {@code L L^T} is like its curvature (a bound of Boehning
 * 1992, "Multinomial logistic regression algorithm"). Correlated features, as neighbouring pixels
 * are, then take a fraction of the steps. The minimum is the same.
 */
final class ConditionedObjective implements Lbfgs.Objective, AutoCloseable {

    private final LogisticObjective objective;
    private final int width;
    private final int outputs;
    private final TriangularFactor factor;
    private final NDManager manager;

    ConditionedObjective(LogisticObjective objective) {
        this.objective = objective;
        width = objective.width();
        outputs = objective.outputs();
        factor =
                AdaptiveThreads.during(
                        () -> {
                            try (NDArray curvature = objective.curvature()) {
                                return TriangularFactor.of(curvature);
                            }
                        });
        manager = NDManager.newBaseManager("PyTorch");
    }

    @Override
    public double evaluate(double[] v, double[] gradient) {
        double[] slopes = new double[v.length];
        double value = objective.evaluate(weights(v), slopes);
        System.arraycopy(solved(slopes, false), 0, gradient, 0, v.length);
        return value;
    }

    /** In the objective's own coordinates. */
    double[] weights(double[] v) {
        return solved(v, true);
    }

    /** {@code L^-1} or {@code L^-T} of each output's numbers but the intercept, which stays. */
    private double[] solved(double[] rows, boolean transposed) {
        double[] columns = new double[width * outputs];
        for (int o = 0; o < outputs; o++) {
            for (int j = 0; j < width; j++) {
                columns[j * outputs + o] = rows[o * (width + 1) + j];
            }
        }
        double[] results;
        try (NDArray b = manager.create(columns, new Shape(width, outputs));
                NDArray x = transposed ? factor.solveTransposed(b) : factor.solve(b)) {
            results = x.toDoubleArray();
        }
        double[] solved = rows.clone();
        for (int o = 0; o < outputs; o++) {
            for (int j = 0; j < width; j++) {
                solved[o * (width + 1) + j] = results[j * outputs + o];
            }
        }
        return solved;
    }

    @Override
    public void close() {
        factor.close();
        manager.close();
    }
}
