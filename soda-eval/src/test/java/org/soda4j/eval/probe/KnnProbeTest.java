package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.eval.GoldenMetrics;
import org.soda4j.eval.feature.FeatureSet;

/** Exact neighbours and scikit-learn's votes. */
class KnnProbeTest {

    @ParameterizedTest
    @CsvSource({
        "1, EUCLIDEAN, knn_euclidean_uniform_1",
        "5, EUCLIDEAN, knn_euclidean_uniform_5",
        "20, EUCLIDEAN, knn_euclidean_uniform_20",
        "20, COSINE, knn_normalized_20"
    })
    void agreesWithScikitLearn(int k, KnnMetric metric, String golden) throws IOException {
        try (GoldenMetrics metrics = new GoldenMetrics()) {
            ProbeResult result =
                    KnnProbe.builder()
                            .k(k)
                            .metric(metric)
                            .build()
                            .evaluate(metrics.features("train"), metrics.features("test"));
            // A count of 300 test examples: equal to the last one, whatever the rounding.
            assertThat(result.accuracy()).isCloseTo(metrics.value(golden), within(1e-12));
        }
    }

    /** Sizes around the search's blocks of 1024 queries and 2048 rows, and its spans of 32 rows. */
    @ParameterizedTest
    @CsvSource({"40, 3, 2, 40", "5000, 600, 7, 3", "2051, 20, 16, 20", "4096, 1025, 5, 1"})
    void findsTheNeighboursOfASlowSearch(int n, int m, int width, int k) {
        Random random = new Random(n);
        // A large common offset would leave float32 scores without correct digits.
        FeatureSet base = random(random, n, width, 1000f);
        FeatureSet queries = random(random, m, width, 1000f);
        assertNeighbours(base, queries, k, KnnMetric.EUCLIDEAN);
    }

    /** All scores are negative, so that anything filled in with zero would seem near. */
    @Test
    void findsNeighboursAmongRowsThatLieOpposite() {
        FeatureSet base = random(new Random(1), 1000, 5, 3f).normalized();
        FeatureSet queries = random(new Random(2), 30, 5, -3f).normalized();
        assertNeighbours(base, queries, 1, KnnMetric.COSINE);
    }

    private static void assertNeighbours(
            FeatureSet base, FeatureSet queries, int k, KnnMetric metric) {
        Neighbours found = KnnProbe.builder().k(k).metric(metric).build().neighbours(base, queries);
        int n = base.size();
        for (int q = 0; q < queries.size(); q += 7) {
            double[] distances = slowDistances(base, queries.row(q));
            int[] expected =
                    IntStream.range(0, n)
                            .boxed()
                            .sorted(
                                    Comparator.comparingDouble((Integer i) -> distances[i])
                                            .thenComparing(i -> i))
                            .limit(k)
                            .mapToInt(i -> i)
                            .toArray();
            assertThat(found.indices()[q]).containsExactly(expected);
            assertThat(found.distances()[q][k - 1])
                    .isCloseTo(distances[expected[k - 1]], within(1e-9));
        }
    }

    @Test
    void equallyNearRowsCountInTheirOrder() {
        // 3,000 copies of one row: every score ties.
        FeatureSet base = FeatureSet.of(new float[3000 * 4], 4);
        FeatureSet query = FeatureSet.of(new float[] {1, 2, 3, 4}, 4);
        int[][] indices =
                KnnProbe.builder()
                        .k(3)
                        .metric(KnnMetric.EUCLIDEAN)
                        .build()
                        .neighbours(base, query)
                        .indices();
        assertThat(indices).isDeepEqualTo(new int[][] {{0, 1, 2}});
    }

    @Test
    void theSmallestOfEquallyVotedLabelsWins() {
        FeatureSet train =
                FeatureSet.of(new float[] {1, 2, -1, -2}, 1)
                        .withLabels(new int[] {1, 1, 0, 0}, List.of("a", "b"));
        FeatureSet test = FeatureSet.of(new float[] {0.5f}, 1).withLabels(new int[] {0}, List.of());
        KnnProbe.Builder probe =
                KnnProbe.builder().metric(KnnMetric.EUCLIDEAN).allowSmallClasses(true);
        assertThat(probe.k(1).build().evaluate(train, test).predictions()).containsExactly(1);
        assertThat(probe.k(4).build().evaluate(train, test).predictions()).containsExactly(0);
    }

    @Test
    void tabulatesRecall() {
        FeatureSet train =
                FeatureSet.of(new float[] {0, 1, 5, 6}, 1)
                        .withLabels(new int[] {0, 0, 1, 1}, List.of("cat", "dog"));
        FeatureSet test =
                FeatureSet.of(new float[] {0, 2, 7, 0.5f}, 1)
                        .withLabels(new int[] {0, 0, 1, 1}, List.of("cat", "dog"));
        ProbeResult result =
                KnnProbe.builder().k(1).metric(KnnMetric.EUCLIDEAN).build().evaluate(train, test);
        assertThat(result.confusion().counts()).isDeepEqualTo(new int[][] {{2, 0}, {1, 1}});
        assertThat(result.perClassRecall()).containsExactly(1.0, 0.5);
        assertThat(result.settings()).containsEntry("k", "1").containsEntry("metric", "euclidean");
        assertThat(result.table())
                .startsWith("k-NN: accuracy 75.00 % of 4")
                .contains("dog          2  50.00 %  cat (1)");
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        FeatureSet four =
                FeatureSet.of(new float[] {0, 1, 5, 6}, 1)
                        .withLabels(new int[] {0, 0, 0, 1}, List.of("cat", "dog"));
        KnnProbe probe = KnnProbe.builder().k(2).build();
        assertThatThrownBy(() -> probe.evaluate(four, four))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2")
                .hasMessageContaining("found 1 of class 1 'dog'");
        assertThatThrownBy(() -> KnnProbe.builder().k(5).build().evaluate(four, four))
                .hasMessageContaining("at least k = 5")
                .hasMessageContaining("found 4");
        assertThatThrownBy(() -> probe.evaluate(four, FeatureSet.of(new float[4], 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("labels on the test features");
        FeatureSet wide = FeatureSet.of(new float[4], 2).withLabels(new int[] {0, 1}, List.of());
        assertThatThrownBy(() -> probe.evaluate(four, wide))
                .hasMessageContaining("found 1 in the training features and 2 in the test");
        FeatureSet other = FeatureSet.of(new float[] {0}, 1).withLabels(new int[] {2}, List.of());
        assertThatThrownBy(() -> probe.evaluate(four, other))
                .hasMessageContaining("found none of class 2");
        assertThatThrownBy(() -> KnnProbe.builder().k(0)).hasMessageContaining("found 0");
    }

    private static FeatureSet random(Random random, int n, int width, float offset) {
        float[] values = new float[n * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = offset + (float) random.nextGaussian();
        }
        return FeatureSet.of(values, width);
    }

    private static double[] slowDistances(FeatureSet base, float[] query) {
        double[] distances = new double[base.size()];
        for (int i = 0; i < distances.length; i++) {
            float[] row = base.row(i);
            double sum = 0;
            for (int j = 0; j < row.length; j++) {
                sum += Math.pow((double) row[j] - query[j], 2);
            }
            distances[i] = Math.sqrt(sum);
        }
        return distances;
    }
}
