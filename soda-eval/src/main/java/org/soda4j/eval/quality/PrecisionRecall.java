package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnMetric;
import org.soda4j.eval.probe.KnnProbe;

/**
 * Precision and recall of generated images (Kynkäänniemi et al., Improved precision and recall
 * metric for assessing generative models, 2019, section 2). The manifold of a set is the union of
 * balls around its features, each as large as the distance to the k-th nearest other one.
 *
 * @param precision the fraction of generated features in the manifold of the real ones: 0 to 1,
 *     fidelity
 * @param recall the fraction of real features in the manifold of the generated ones: 0 to 1,
 *     diversity
 */
public record PrecisionRecall(double precision, double recall) {

    /** The published k. */
    public static final int PUBLISHED_K = 3;

    private static final int BLOCK = 1024;

    /**
     * Measures both with k = 3.
     *
     * @param real features of real images, more than 3 rows
     * @param generated features of generated images of the same width, more than 3 rows
     * @return both fractions
     */
    public static PrecisionRecall of(FeatureSet real, FeatureSet generated) {
        return of(real, generated, PUBLISHED_K);
    }

    /**
     * Measures both.
     *
     * @param real features of real images, more than k rows
     * @param generated features of generated images of the same width, more than k rows
     * @param k which neighbour's distance is the radius, at least 1
     * @return both fractions
     * @throws IllegalArgumentException if the widths differ or a set has too few rows
     */
    public static PrecisionRecall of(FeatureSet real, FeatureSet generated, int k) {
        if (k < 1 || Math.min(real.size(), generated.size()) <= k) {
            throw new IllegalArgumentException(
                    "expected k of at least 1 and more than k = %d rows in both sets, found %d and %d"
                            .formatted(k, real.size(), generated.size()));
        }
        if (real.width() != generated.width()) {
            throw new IllegalArgumentException(
                    "expected features of one width, found %d and %d"
                            .formatted(real.width(), generated.width()));
        }
        return new PrecisionRecall(
                fractionInside(real, generated, k), fractionInside(generated, real, k));
    }

    private static double fractionInside(FeatureSet manifold, FeatureSet points, int k) {
        // The nearest neighbour of a row is the row itself.
        double[][] distances =
                KnnProbe.builder()
                        .k(k + 1)
                        .metric(KnnMetric.EUCLIDEAN)
                        .build()
                        .neighbours(manifold, manifold)
                        .distances();
        double[] squaredRadii = new double[distances.length];
        for (int i = 0; i < squaredRadii.length; i++) {
            squaredRadii[i] = distances[i][k] * distances[i][k];
        }
        int inside = 0;
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray x = manifold.toArray(manager).toType(DataType.FLOAT64, false);
            NDArray mean = x.mean(new int[] {0}, true);
            NDArray centres = x.sub(mean);
            NDArray squares = centres.square().sum(new int[] {1});
            // p lies in ball i where |p|^2 - 2 p.c_i <= r_i^2 - |c_i|^2.
            NDArray limits = manager.create(squaredRadii).sub(squares);
            NDArray transposed = centres.transpose();
            NDArray all = points.toArray(manager).toType(DataType.FLOAT64, false).sub(mean);
            for (int from = 0; from < points.size(); from += BLOCK) {
                int to = Math.min(points.size(), from + BLOCK);
                try (NDManager scope = manager.newSubManager()) {
                    NDArray block = all.get(from + ":" + to);
                    block.attach(scope);
                    NDArray norms = block.square().sum(new int[] {1}).reshape(new Shape(-1, 1));
                    NDArray balls =
                            norms.sub(block.matMul(transposed).mul(2))
                                    .lte(limits)
                                    .toType(DataType.INT64, false)
                                    .sum(new int[] {1});
                    inside += (int) balls.gt(0).toType(DataType.INT64, false).sum().getLong();
                }
            }
        }
        return (double) inside / points.size();
    }
}
