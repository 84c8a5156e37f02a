package org.soda4j.eval.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.GoldenMetrics;
import org.soda4j.eval.feature.FeatureSet;

/** Distances between sets of features. */
class FeatureMetricsTest {

    @Test
    void agreesWithTheReferences() throws IOException {
        try (GoldenMetrics golden = new GoldenMetrics()) {
            FeatureSet train = golden.features("train");
            FeatureSet test = golden.features("test");
            // Double on both sides, on covariances of condition below 1e4.
            assertThat(FrechetDistance.between(train, test))
                    .isCloseTo(golden.value("frechet_distance_train_test"), within(1e-6));
            FeatureSet first = train.rows(IntStream.range(0, 500).toArray());
            assertThat(KernelDistance.between(first, test))
                    .isCloseTo(golden.value("kernel_distance_500_300_unbiased"), within(1e-7));
        }
    }

    /** Variances of 1 and 4 in one dimension, means 3 apart: 9 + (1 - 2)^2. */
    @Test
    void frechetDistanceOfKnownNormals() {
        FeatureSet narrow = FeatureSet.of(new float[] {-1, 0, 1}, 1);
        FeatureSet wide = FeatureSet.of(new float[] {1, 3, 5}, 1);
        assertThat(FrechetDistance.between(narrow, wide)).isCloseTo(10, within(1e-9));
        // Fewer rows than features: singular covariances.
        FeatureSet singular = FeatureSet.of(new float[] {1, 2, 3, 4, 5, 7}, 3);
        assertThat(FrechetDistance.between(singular, singular)).isCloseTo(0, within(1e-6));
    }

    @Test
    void kernelDistanceOfSubsets() {
        FeatureSet a = normal(1, 400, 0);
        FeatureSet b = normal(2, 300, 0);
        FeatureSet far = normal(3, 300, 1);
        KernelDistance.Estimate same = KernelDistance.between(a, b, 20, 100, 5);
        // Three standard errors of the mean, which subsets that overlap make a little too small.
        assertThat(Math.abs(same.mean())).isLessThan(same.standardDeviation());
        assertThat(KernelDistance.between(a, far, 20, 100, 5).mean()).isGreaterThan(1);
        assertThat(KernelDistance.between(a, b, 20, 100, 5)).isEqualTo(same);
        assertThat(KernelDistance.between(a, b, 20, 100, 6)).isNotEqualTo(same);
    }

    @Test
    void precisionAndRecallOfHalves() {
        // Real: two clusters. Generated: one of them.
        FeatureSet real = clusters(1, 0, 100);
        FeatureSet generated = clusters(2, 0, 0);
        PrecisionRecall found = PrecisionRecall.of(real, generated);
        // By the definition, with squared distances in double.
        assertThat(found.precision()).isEqualTo(slowFraction(real, generated, 3));
        assertThat(found.recall()).isEqualTo(slowFraction(generated, real, 3));
        assertThat(found.precision()).isGreaterThan(0.7);
        assertThat(found.recall()).isBetween(0.3, 0.5);
        assertThat(PrecisionRecall.of(real, real)).isEqualTo(new PrecisionRecall(1, 1));
    }

    @Test
    void refusesWhatCannotBeCompared() {
        FeatureSet two = FeatureSet.of(new float[4], 2);
        FeatureSet one = FeatureSet.of(new float[4], 4);
        assertThatThrownBy(() -> FeatureStatistics.of(one)).hasMessageContaining("at least 2 rows");
        assertThatThrownBy(() -> KernelDistance.between(two, two, 1, 3, 0))
                .hasMessageContaining("at least 3 rows in both sets, found 2 and 2");
        assertThatThrownBy(() -> KernelDistance.between(two, FeatureSet.of(new float[2], 1)))
                .hasMessageContaining("found 2 and 1");
        assertThatThrownBy(() -> PrecisionRecall.of(two, two)).hasMessageContaining("k = 3");
    }

    private static FeatureSet normal(long seed, int rows, double mean) {
        Random random = new Random(seed);
        float[] values = new float[rows * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + random.nextGaussian());
        }
        return FeatureSet.of(values, 4);
    }

    private static FeatureSet clusters(long seed, double first, double second) {
        Random random = new Random(seed);
        float[] values = new float[200 * 3];
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < 3; j++) {
                values[i * 3 + j] = (float) ((i < 100 ? first : second) + random.nextGaussian());
            }
        }
        return FeatureSet.of(values, 3);
    }

    private static double slowFraction(FeatureSet manifold, FeatureSet points, int k) {
        int inside = 0;
        for (int p = 0; p < points.size(); p++) {
            boolean found = false;
            for (int i = 0; i < manifold.size() && !found; i++) {
                float[] centre = manifold.row(i);
                double radius =
                        IntStream.range(0, manifold.size())
                                .mapToDouble(j -> squared(manifold.row(j), centre))
                                .sorted()
                                .toArray()[k];
                found = squared(points.row(p), centre) <= radius;
            }
            inside += found ? 1 : 0;
        }
        return (double) inside / points.size();
    }

    private static double squared(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += Math.pow((double) a[j] - b[j], 2);
        }
        return sum;
    }
}
