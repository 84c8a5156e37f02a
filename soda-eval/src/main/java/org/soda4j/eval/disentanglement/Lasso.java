package org.soda4j.eval.disentanglement;

/**
 * Linear regression with an L1 penalty, {@code |y - Xw|^2 / (2n) + penalty |w|_1}, on columns of
 * mean 0 and variance 1, by coordinate descent on the Gram matrix (Friedman, Hastie and Tibshirani,
 * Regularization paths for generalized linear models, 2010, section 2.2).
 */
final class Lasso {

    private static final int MAX_SWEEPS = 1000;
    private static final double TOLERANCE = 1e-7;

    private Lasso() {}

    /**
     * Solves from a start, which makes a path of penalties cheap.
     *
     * @param gram {@code X^T X / n}
     * @param correlation {@code X^T y / n}
     * @param weights the start, overwritten by the solution
     */
    static void solve(double[][] gram, double[] correlation, double penalty, double[] weights) {
        int d = weights.length;
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            double change = 0;
            for (int j = 0; j < d; j++) {
                if (gram[j][j] == 0) {
                    continue; // a constant column
                }
                double residual = correlation[j] + gram[j][j] * weights[j];
                for (int k = 0; k < d; k++) {
                    residual -= gram[j][k] * weights[k];
                }
                double shrunk = Math.signum(residual) * Math.max(0, Math.abs(residual) - penalty);
                double next = shrunk / gram[j][j];
                change = Math.max(change, Math.abs(next - weights[j]));
                weights[j] = next;
            }
            if (change < TOLERANCE) {
                return;
            }
        }
    }
}
