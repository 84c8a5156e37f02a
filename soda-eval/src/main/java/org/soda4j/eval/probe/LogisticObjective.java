package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.soda4j.compute.AdaptiveThreads;
import org.soda4j.eval.feature.FeatureSet;

/**
 * The mean cross-entropy plus {@code |W|^2 / (2 C n)} with its gradient, over {@code [outputs][d +
 * 1]} numbers: the weights of the scaled features and the intercept of each output. Two classes
 * have one output, the logit of the second class.
 */
final class LogisticObjective implements Lbfgs.Objective, AutoCloseable {

    /** p (1 - p) of an example that is told apart fairly well. */
    private static final double TYPICAL_SLOPE = 0.1;

    /**
     * Several rows are filled up with zeros to a multiple of this: with so many, products with a
     * large matrix take a fourth of the time (AMD Zen 5). One row is fast by itself.
     */
    private static final int ROWS = 8;

    private final int[] labels;
    private final int n;
    private final int width;
    private final int classes;
    private final int outputs;
    private final int rows;
    private final double[] mean;
    private final double[] scale;
    private final double penalty;
    private final NDManager manager;
    private final NDArray features;
    private final NDArray transposed;

    LogisticObjective(FeatureSet train, double c, boolean standardize) {
        labels = train.labels();
        n = train.size();
        width = train.width();
        classes = train.classCount();
        outputs = classes == 2 ? 1 : classes;
        rows = outputs == 1 ? 1 : (outputs + ROWS - 1) / ROWS * ROWS;
        mean = new double[width];
        scale = new double[width];
        float[] values = train.sharedValues();
        for (int i = 0; i < values.length; i++) {
            mean[i % width] += values[i];
        }
        for (int j = 0; j < width; j++) {
            mean[j] /= n;
        }
        Arrays.fill(scale, 1);
        if (standardize) {
            double[] variance = new double[width];
            for (int i = 0; i < values.length; i++) {
                double difference = values[i] - mean[i % width];
                variance[i % width] += difference * difference / n;
            }
            for (int j = 0; j < width; j++) {
                scale[j] = variance[j] > 0 ? Math.sqrt(variance[j]) : 1;
            }
        } else {
            Arrays.fill(mean, 0);
        }
        penalty = 1 / (c * n);
        double[] scaled = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int j = i % width;
            scaled[i] = (values[i] - mean[j]) / scale[j];
        }
        manager = NDManager.newBaseManager("PyTorch");
        features = manager.create(scaled, new Shape(n, width));
        transposed = features.transpose();
    }

    int width() {
        return width;
    }

    int outputs() {
        return outputs;
    }

    /**
     * A matrix like the curvature in the weights of one output: {@code a X^T X / n} and the
     * penalty, in the manager that this closes.
     */
    NDArray curvature() {
        try (NDManager scope = manager.newSubManager()) {
            NDArray moments = transposed.matMul(features);
            moments.attach(scope);
            NDArray sum =
                    moments.mul(TYPICAL_SLOPE / n)
                            .add(scope.eye(width).toType(DataType.FLOAT64, false).mul(penalty));
            sum.attach(manager);
            return sum;
        }
    }

    double[] start() {
        return new double[outputs * (width + 1)];
    }

    @Override
    public double evaluate(double[] x, double[] gradient) {
        return AdaptiveThreads.during(() -> lossAndGradient(x, gradient));
    }

    private double lossAndGradient(double[] x, double[] gradient) {
        double[] weights = new double[rows * width];
        for (int o = 0; o < outputs; o++) {
            System.arraycopy(x, o * (width + 1), weights, o * width, width);
        }
        try (NDManager scope = manager.newSubManager()) {
            NDArray product = scope.create(weights, new Shape(rows, width)).matMul(transposed);
            product.attach(scope);
            double[] residuals = product.toDoubleArray();
            double loss = lossAndResiduals(x, residuals);
            NDArray slopes = scope.create(residuals, new Shape(rows, n)).matMul(features);
            slopes.attach(scope);
            double[] flat = slopes.toDoubleArray();
            for (int o = 0; o < outputs; o++) {
                int start = o * (width + 1);
                for (int j = 0; j < width; j++) {
                    double weight = x[start + j];
                    loss += penalty * weight * weight / 2;
                    gradient[start + j] = flat[o * width + j] / n + penalty * weight;
                }
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += residuals[o * n + i];
                }
                gradient[start + width] = sum / n;
            }
            return loss;
        }
    }

    /**
     * Turns products, {@code [rows][n]}, into probabilities minus one-hot labels; returns the mean
     * cross-entropy.
     */
    private double lossAndResiduals(double[] x, double[] products) {
        double loss = 0;
        double[] logits = new double[classes];
        int first = classes - outputs; // Of two classes, the first has the logit 0.
        for (int i = 0; i < n; i++) {
            logits[0] = 0;
            for (int o = 0; o < outputs; o++) {
                logits[first + o] = products[o * n + i] + x[o * (width + 1) + width];
            }
            double own = logits[labels[i]];
            loss += LogisticModel.softmax(logits, 0, classes) - own;
            logits[labels[i]] -= 1;
            for (int o = 0; o < outputs; o++) {
                products[o * n + i] = logits[first + o];
            }
        }
        return loss / n;
    }

    /** The solution for features as they were given. */
    LogisticModel model(Lbfgs.Minimum minimum, boolean converged) {
        double[][] weights = new double[classes][width];
        double[] intercepts = new double[classes];
        for (int o = 0; o < outputs; o++) {
            int label = outputs == 1 ? 1 : o;
            int start = o * (width + 1);
            intercepts[label] = minimum.x()[start + width];
            for (int j = 0; j < width; j++) {
                weights[label][j] = minimum.x()[start + j] / scale[j];
                intercepts[label] -= weights[label][j] * mean[j];
            }
        }
        return new LogisticModel(
                weights, intercepts, minimum.iterations(), minimum.gradientNorm(), converged);
    }

    @Override
    public void close() {
        manager.close();
    }
}
