package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.Locale;

/**
 * The accuracy of a probe over several random training subsets.
 *
 * @param probe the probe's name with what the subsets are, such as {@code linear, 5 a class}
 * @param trainingExamples the size of each subset
 * @param accuracies one a subset, 0 to 1
 */
public record RepeatedResult(String probe, int trainingExamples, double[] accuracies) {

    /** The 0.975 quantiles of Student's t distribution with 1 to 30 degrees of freedom. */
    private static final double[] T_975 = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042
    };

    /** Copies the array. */
    public RepeatedResult {
        if (accuracies.length == 0) {
            throw new IllegalArgumentException("expected at least one accuracy, found none");
        }
        accuracies = accuracies.clone();
    }

    @Override
    public double[] accuracies() {
        return accuracies.clone();
    }

    /**
     * The mean accuracy.
     *
     * @return 0 to 1
     */
    public double mean() {
        return Arrays.stream(accuracies).average().orElseThrow();
    }

    /**
     * Half the width of the 95 % confidence interval of the mean, by Student's t distribution.
     *
     * @return at least 0; NaN for a single repetition
     */
    public double halfWidth95() {
        int n = accuracies.length;
        double mean = mean();
        double squares = Arrays.stream(accuracies).map(a -> (a - mean) * (a - mean)).sum();
        double f = n - 1;
        // Beyond the table: the expansion in 1 / degrees of freedom, exact to 1e-4.
        double t =
                f > T_975.length
                        ? 1.95996 + 2.3722 / f + 2.8225 / (f * f)
                        : T_975[n < 2 ? 0 : n - 2];
        return n == 1 ? Double.NaN : t * Math.sqrt(squares / (n - 1) / n);
    }

    /**
     * The result for a terminal.
     *
     * @return one line that ends with a line feed
     */
    public String table() {
        return String.format(
                Locale.ROOT,
                "%s: accuracy %.2f %% +- %.2f (95 %%, %d repetitions of %d examples)\n",
                probe,
                100 * mean(),
                100 * halfWidth95(),
                accuracies.length,
                trainingExamples);
    }

    @Override
    public String toString() {
        return table().stripTrailing();
    }
}
