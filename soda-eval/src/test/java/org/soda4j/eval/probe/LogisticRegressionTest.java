package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.GoldenMetrics;
import org.soda4j.eval.feature.FeatureSet;

/** The unique minimum of scikit-learn's objective. */
class LogisticRegressionTest {

    @Test
    void probabilitiesAreScikitLearns() throws IOException {
        try (GoldenMetrics metrics = new GoldenMetrics()) {
            FeatureSet train = metrics.features("train");
            FeatureSet test = metrics.features("test");
            LogisticModel model = LogisticRegression.builder().build().fit(train);
            assertThat(model.converged()).isTrue();
            double[] golden = metrics.doubles("logreg_c1_probability");
            double[][] probabilities = model.probabilities(test);
            double largest = 0;
            for (int i = 0; i < golden.length; i++) {
                largest = Math.max(largest, Math.abs(golden[i] - probabilities[i / 5][i % 5]));
            }
            // The optimiser's path magnifies round-off; scikit-learn itself, in double instead of
            // single precision, is 8e-6 away.
            assertThat(largest).isLessThan(1e-4);
            ProbeResult result = LinearProbe.onFeatures().evaluate(train, test);
            assertThat(result.accuracy())
                    .isCloseTo(metrics.value("logreg_c1_accuracy"), within(1e-12));
            assertThat(result.settings()).containsEntry("converged", "true");
        }
    }

    /** At the minimum, C sum_i (p - y) x + w = 0 and sum_i (p - y) = 0, for one output. */
    @Test
    void twoClassesHaveOneWeightVector() {
        float[] values = {0, 10, 1, 11, 2, 9, 3, 12, 4, 13};
        int[] labels = {0, 1, 0, 1, 1};
        FeatureSet train = FeatureSet.of(values, 2).withLabels(labels, List.of());
        LogisticModel model =
                LogisticRegression.builder().c(0.5).tolerance(1e-9).build().fit(train);
        assertThat(model.weights()[0]).containsExactly(0, 0);
        double[] weights = model.weights()[1];
        double[][] p = model.probabilities(train);
        double sum = 0;
        double[] slope = new double[2];
        for (int i = 0; i < 5; i++) {
            sum += p[i][1] - labels[i];
            slope[0] += (p[i][1] - labels[i]) * values[2 * i];
            slope[1] += (p[i][1] - labels[i]) * values[2 * i + 1];
        }
        assertThat(sum).isCloseTo(0, within(1e-9));
        assertThat(0.5 * slope[0] + weights[0]).isCloseTo(0, within(1e-7));
        assertThat(0.5 * slope[1] + weights[1]).isCloseTo(0, within(1e-7));
    }

    @Test
    void standardizedFeaturesDoNotDependOnUnits() {
        float[] values = {0, 1, 2, 1, 3, 5, 4, 4, 1, 2, 5, 0};
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i += 2) {
            scaled[i] = 500 + 100 * scaled[i];
        }
        int[] labels = {0, 1, 2, 0, 1, 2};
        LogisticRegression regression = LogisticRegression.builder().standardize(true).build();
        FeatureSet a = FeatureSet.of(values, 2).withLabels(labels, List.of());
        FeatureSet b = FeatureSet.of(scaled, 2).withLabels(labels, List.of());
        double[][] pa = regression.fit(a).probabilities(a);
        double[][] pb = regression.fit(b).probabilities(b);
        for (int i = 0; i < pa.length; i++) {
            assertThat(pb[i]).containsExactly(pa[i], within(1e-5));
        }
    }

    /** Each feature is nearly the one before, as neighbouring pixels are. */
    @Test
    void aConditionedSearchFindsTheSameMinimumInFewSteps() {
        int width = 40;
        int examples = 300;
        Random random = new Random(5);
        float[] values = new float[examples * width];
        int[] labels = new int[examples];
        for (int i = 0; i < examples; i++) {
            double walk = 0;
            for (int j = 0; j < width; j++) {
                walk += random.nextGaussian() * (j == 0 ? 1 : 0.1);
                values[i * width + j] = (float) walk;
            }
            double score = values[i * width + 7] - values[i * width + 30];
            labels[i] = score + 0.1 * random.nextGaussian() > 0.2 ? 2 : score > -0.2 ? 1 : 0;
        }
        FeatureSet train = FeatureSet.of(values, width).withLabels(labels, List.of());
        LogisticRegression.Builder exact =
                LogisticRegression.builder()
                        .standardize(true)
                        .tolerance(1e-6)
                        .maxIterations(20_000);
        LogisticModel plain = exact.build().fit(train);
        LogisticModel conditioned = exact.conditioned(true).build().fit(train);
        assertThat(plain.converged()).isTrue();
        assertThat(conditioned.converged()).isTrue();
        assertThat(conditioned.iterations()).isLessThan(plain.iterations() / 3);

        double[][] expected = plain.probabilities(train);
        double[][] found = conditioned.probabilities(train);
        for (int i = 0; i < examples; i++) {
            // Two points with gradients of 1e-6 under a curvature of at least 1 / 300.
            assertThat(found[i]).containsExactly(expected[i], within(3e-4));
        }
    }

    @Test
    void aConditionedSearchOfTwoClassesHasOneOutput() {
        float[] values = {0, 1, 2, 1, 3, 5, 4, 4, 1, 2, 5, 0};
        FeatureSet train =
                FeatureSet.of(values, 2).withLabels(new int[] {0, 1, 1, 0, 1, 0}, List.of());
        LogisticRegression.Builder exact = LogisticRegression.builder().tolerance(1e-9);
        double[][] expected = exact.build().fit(train).probabilities(train);
        double[][] found = exact.conditioned(true).build().fit(train).probabilities(train);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).containsExactly(expected[i], within(1e-6));
        }
    }

    @Test
    void refusesOneClassAndMissingClasses() {
        FeatureSet one = FeatureSet.of(new float[2], 1).withLabels(new int[2], List.of("only"));
        assertThatThrownBy(() -> LogisticRegression.builder().build().fit(one))
                .hasMessageContaining("at least two classes");
        FeatureSet gap =
                FeatureSet.of(new float[2], 1).withLabels(new int[] {0, 2}, List.of("a", "b", "c"));
        assertThatThrownBy(() -> LogisticRegression.builder().build().fit(gap))
                .hasMessageContaining("found none of class 1 'b'");
        assertThatThrownBy(() -> LogisticRegression.builder().c(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> LogisticRegression.builder().c(Double.NaN))
                .hasMessageContaining("found NaN");
    }
}
