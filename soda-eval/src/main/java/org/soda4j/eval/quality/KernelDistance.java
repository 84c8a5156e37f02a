package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Random;
import org.soda4j.eval.feature.FeatureSet;

/**
 * The kernel distance of two sets of features: KID (Binkowski et al., Demystifying MMD GANs, 2018,
 * section 4) when the features are Inception's. The squared maximum mean discrepancy with the
 * kernel {@code (x.y/d + 1)^3}, by the unbiased estimator (Gretton et al., 2012, equation 3), which
 * can be negative.
 */
public final class KernelDistance {

    /**
     * A mean over subsets.
     *
     * @param mean the estimate
     * @param standardDeviation of the values of the subsets around it, population form
     */
    public record Estimate(double mean, double standardDeviation) {}

    private KernelDistance() {}

    /**
     * Compares two whole sets; takes memory for the product of their sizes.
     *
     * @param a features, at least 2 rows
     * @param b features of the same width, at least 2 rows
     * @return the unbiased estimate, around 0 for equal distributions
     * @throws IllegalArgumentException if the widths differ or a set has fewer than 2 rows
     */
    public static double between(FeatureSet a, FeatureSet b) {
        require(a, b, 2);
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray x = a.toArray(manager).toType(DataType.FLOAT64, false);
            NDArray y = b.toArray(manager).toType(DataType.FLOAT64, false);
            double m = a.size();
            double n = b.size();
            return offDiagonal(x) / (m * (m - 1))
                    + offDiagonal(y) / (n * (n - 1))
                    - 2 * kernel(x, y).sum().getDouble() / (m * n);
        }
    }

    /**
     * Averages over random subsets, the published way (100 subsets of 1000).
     *
     * @param a features, at least {@code size} rows
     * @param b features of the same width, at least {@code size} rows
     * @param subsets how many, at least 1
     * @param size rows of each subset of each set, at least 2
     * @param seed of the subsets; the same seed gives the same estimate
     * @return mean and deviation
     * @throws IllegalArgumentException if the widths differ or a set has fewer rows than {@code
     *     size}
     */
    public static Estimate between(FeatureSet a, FeatureSet b, int subsets, int size, long seed) {
        if (subsets < 1 || size < 2) {
            throw new IllegalArgumentException(
                    "expected at least 1 subset of at least 2 rows, found %d of %d"
                            .formatted(subsets, size));
        }
        require(a, b, size);
        Random random = new Random(seed);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < subsets; i++) {
            double value = between(draw(a, size, random), draw(b, size, random));
            sum += value;
            squares += value * value;
        }
        double mean = sum / subsets;
        return new Estimate(mean, Math.sqrt(Math.max(0, squares / subsets - mean * mean)));
    }

    private static void require(FeatureSet a, FeatureSet b, int size) {
        if (a.width() != b.width()) {
            throw new IllegalArgumentException(
                    "expected features of one width, found %d and %d"
                            .formatted(a.width(), b.width()));
        }
        if (Math.min(a.size(), b.size()) < size) {
            throw new IllegalArgumentException(
                    "expected at least %d rows in both sets, found %d and %d"
                            .formatted(size, a.size(), b.size()));
        }
    }

    /** Different rows, each as likely as any other. */
    private static FeatureSet draw(FeatureSet set, int size, Random random) {
        return set.rows(random.ints(0, set.size()).distinct().limit(size).toArray());
    }

    private static NDArray kernel(NDArray x, NDArray y) {
        return x.matMul(y.transpose()).div(x.getShape().get(1)).add(1).pow(3);
    }

    private static double offDiagonal(NDArray x) {
        double diagonal =
                x.square()
                        .sum(new int[] {1})
                        .div(x.getShape().get(1))
                        .add(1)
                        .pow(3)
                        .sum()
                        .getDouble();
        return kernel(x, x).sum().getDouble() - diagonal;
    }
}
