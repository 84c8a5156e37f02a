package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Mean and covariance of features, in double: all that the Frechet distance needs of a set, so that
 * those of the real images are computed once.
 */
public final class FeatureStatistics {

    private final double[] mean;
    private final double[] covariance;

    private FeatureStatistics(double[] mean, double[] covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    /**
     * Computes the statistics.
     *
     * @param features {@code [n, d]}, at least 2 rows
     * @return mean {@code [d]} and unbiased covariance {@code [d, d]}
     * @throws IllegalArgumentException if there are fewer than 2 rows
     */
    public static FeatureStatistics of(FeatureSet features) {
        int n = features.size();
        int d = features.width();
        if (n < 2) {
            throw new IllegalArgumentException(
                    "expected at least 2 rows for a covariance, found " + n);
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray x = features.toArray(manager).toType(DataType.FLOAT64, false);
            NDArray mean = x.mean(new int[] {0}, true);
            NDArray centred = x.sub(mean);
            NDArray covariance = centred.transpose().matMul(centred).div(n - 1);
            return new FeatureStatistics(
                    mean.reshape(new Shape(d)).toDoubleArray(), covariance.toDoubleArray());
        }
    }

    /**
     * The number of features.
     *
     * @return d
     */
    public int width() {
        return mean.length;
    }

    /**
     * The mean.
     *
     * @return {@code [d]}, a copy
     */
    public double[] mean() {
        return mean.clone();
    }

    /**
     * The covariance.
     *
     * @return {@code [d, d]} row by row, a copy
     */
    public double[] covariance() {
        return covariance.clone();
    }
}
