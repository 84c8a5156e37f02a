package org.soda4j.examples.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnMetric;
import org.soda4j.eval.probe.KnnProbe;

/** Times the exact k-NN probe at the size of CIFAR-10: 50,000 x 10,000 features of 128 numbers. */
public final class KnnBenchmark {

    private static final int TRAIN = 50_000;
    private static final int TEST = 10_000;
    private static final int WIDTH = 128;
    private static final int CLASSES = 10;

    private KnnBenchmark() {}

    /**
     * How fast it was.
     *
     * @param train rows of the training features
     * @param test rows of the test features
     * @param width numbers of a row
     * @param searches that were timed
     * @param bestSeconds of the fastest of them
     * @param meanSeconds of all of them
     * @param accuracy of the probe
     */
    public record Speed(
            int train,
            int test,
            int width,
            int searches,
            double bestSeconds,
            double meanSeconds,
            double accuracy) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "knn: %d x %d x %d, k = 20: best of %d %.3f s, mean %.3f s (accuracy %.4f)",
                    train,
                    test,
                    width,
                    searches,
                    bestSeconds,
                    meanSeconds,
                    accuracy);
        }
    }

    /** Searches for so long after one search to warm up. */
    public static Speed run(double seconds) {
        FeatureSet train = random(TRAIN, 1);
        FeatureSet test = random(TEST, 2);
        KnnProbe probe = KnnProbe.builder().k(20).metric(KnnMetric.COSINE).build();
        double accuracy = probe.evaluate(train, test).accuracy();
        double best = Double.POSITIVE_INFINITY;
        int runs = 0;
        long start = System.nanoTime();
        while (runs == 0 || (System.nanoTime() - start) * 1e-9 < seconds) {
            long before = System.nanoTime();
            probe.evaluate(train, test);
            best = Math.min(best, (System.nanoTime() - before) * 1e-9);
            runs++;
        }
        double mean = (System.nanoTime() - start) * 1e-9 / runs;
        return new Speed(TRAIN, TEST, WIDTH, runs, best, mean, accuracy);
    }

    private static FeatureSet random(int n, long seed) {
        Random random = new Random(seed);
        float[] values = new float[n * WIDTH];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(CLASSES);
            for (int j = 0; j < WIDTH; j++) {
                double shift = j % CLASSES == labels[i] ? 0.3 : 0;
                values[i * WIDTH + j] = (float) (random.nextGaussian() + shift);
            }
        }
        return FeatureSet.of(values, WIDTH).withLabels(labels, List.of());
    }
}
