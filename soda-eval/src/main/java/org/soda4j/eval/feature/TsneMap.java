package org.soda4j.eval.feature;

import de.javagl.tsne.Tsne;
import java.util.Locale;
import java.util.Random;

/**
 * A map of features in the plane that keeps neighbours together (van der Maaten and Hinton,
 * Visualizing data using t-SNE, 2008), by the Barnes-Hut approximation (van der Maaten,
 * Accelerating t-SNE using tree-based algorithms, 2014). Distances between far points, and the
 * sizes of groups, mean nothing.
 *
 * @param points {@code [n][2]}
 * @param perplexity how many neighbours count
 */
public record TsneMap(double[][] points, double perplexity) {

    private static final double PUBLISHED_PERPLEXITY = 30;
    private static final int ITERATIONS = 750;
    private static final double THETA = 0.5;

    /**
     * Maps features, with perplexity 30, or less for fewer than 91 rows.
     *
     * @param features at least 7 rows; time grows with n log n, some seconds for 1,000
     * @param seed the same seed gives the same map
     * @return the map
     * @throws IllegalArgumentException if there are fewer rows
     */
    public static TsneMap of(FeatureSet features, long seed) {
        int n = features.size();
        if (n < 7) {
            throw new IllegalArgumentException("expected at least 7 rows for a map, found " + n);
        }
        double perplexity = Math.min(PUBLISHED_PERPLEXITY, Math.floor((n - 1) / 3.0));
        double largest = 0;
        for (float value : features.sharedValues()) {
            largest = Math.max(largest, Math.abs(value));
        }
        double jitter = 1e-9 * (largest == 0 ? 1 : largest);
        Random random = new Random(seed);
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            float[] row = features.row(i);
            rows[i] = new double[row.length];
            for (int j = 0; j < row.length; j++) {
                // Equal rows would have no direction to part in.
                rows[i][j] = row[j] + jitter * random.nextGaussian();
            }
        }
        Tsne tsne = new Tsne();
        tsne.setOutputDims(2);
        tsne.setInitialDims(features.width()); // No principal components first.
        tsne.setPerplexity(perplexity);
        tsne.setTheta(THETA);
        tsne.setMaxIterations(ITERATIONS);
        tsne.setRandomSeed(seed);
        tsne.setMessageConsumer(message -> {});
        return new TsneMap(tsne.run(rows), perplexity);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d points in the plane, perplexity %.1f", points.length, perplexity);
    }
}
