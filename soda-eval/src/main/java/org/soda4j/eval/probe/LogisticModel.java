package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.Locale;
import org.soda4j.eval.feature.FeatureSet;

/**
 * A fitted logistic regression: class probabilities are {@code softmax(weights x + intercepts)}.
 *
 * @param weights {@code [classes][d]}, for features as they were given, also with standardisation
 * @param intercepts {@code [classes]}
 * @param iterations steps of the optimiser
 * @param gradientNorm largest component of the gradient of the mean loss at the end
 * @param converged whether that is within the tolerance
 */
public record LogisticModel(
        double[][] weights,
        double[] intercepts,
        int iterations,
        double gradientNorm,
        boolean converged) {

    /** Copies the arrays. */
    public LogisticModel {
        weights = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
        intercepts = intercepts.clone();
    }

    /**
     * The class probabilities of examples.
     *
     * @param features as wide as the training features
     * @return {@code [n][classes]}, each row sums to 1
     * @throws IllegalArgumentException if the width differs
     */
    public double[][] probabilities(FeatureSet features) {
        if (features.width() != weights[0].length) {
            throw new IllegalArgumentException(
                    "expected %d features as in training, found %d"
                            .formatted(weights[0].length, features.width()));
        }
        double[][] result = new double[features.size()][];
        for (int i = 0; i < result.length; i++) {
            float[] x = features.row(i);
            double[] logits = intercepts.clone();
            for (int c = 0; c < logits.length; c++) {
                for (int j = 0; j < x.length; j++) {
                    logits[c] += weights[c][j] * x[j];
                }
            }
            softmax(logits, 0, logits.length);
            result[i] = logits;
        }
        return result;
    }

    /**
     * The most probable class of examples, the smallest of equally probable ones.
     *
     * @param features as wide as the training features
     * @return one label a row
     */
    public int[] predict(FeatureSet features) {
        return Arrays.stream(probabilities(features))
                .mapToInt(
                        p -> {
                            int best = 0;
                            for (int c = 1; c < p.length; c++) {
                                best = p[c] > p[best] ? c : best;
                            }
                            return best;
                        })
                .toArray();
    }

    /** Replaces logits by probabilities and returns the logarithm of their normaliser. */
    static double softmax(double[] values, int from, int to) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, values[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            values[i] = Math.exp(values[i] - max);
            sum += values[i];
        }
        for (int i = from; i < to; i++) {
            values[i] /= sum;
        }
        return max + Math.log(sum);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d classes, %d features, %s after %d iterations, gradient norm %.2g",
                intercepts.length,
                weights.length == 0 ? 0 : weights[0].length,
                converged ? "converged" : "not converged",
                iterations,
                gradientNorm);
    }
}
