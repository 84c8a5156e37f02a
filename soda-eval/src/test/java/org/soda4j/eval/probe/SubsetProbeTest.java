package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;

/** What few-shot and label-fraction probes draw and report. */
class SubsetProbeTest {

    private static final FeatureSet TRAIN = set(200);
    private static final FeatureSet TEST = set(8);

    @Test
    void drawsSoManyOfEveryClass() {
        List<FeatureSet> drawn = new ArrayList<>();
        SubsetProbe.Builder builder = SubsetProbe.fewShot(3).repetitions(4).probe(recorder(drawn));
        RepeatedResult result = builder.build().evaluate(TRAIN, TEST);
        assertThat(drawn).hasSize(4);
        for (FeatureSet subset : drawn) {
            assertThat(ProbeData.classCounts(subset)).containsExactly(3, 3);
            assertThat(Arrays.stream(rowsOf(subset)).distinct()).hasSize(6);
        }
        assertThat(rowsOf(drawn.get(0))).isNotEqualTo(rowsOf(drawn.get(1)));
        assertThat(result.trainingExamples()).isEqualTo(6);
        assertThat(result.probe()).isEqualTo("recorder, 3 a class");

        builder.build().evaluate(TRAIN, TEST);
        assertThat(rowsOf(drawn.get(4))).isEqualTo(rowsOf(drawn.get(0)));
        builder.seed(1).build().evaluate(TRAIN, TEST);
        assertThat(rowsOf(drawn.get(8))).isNotEqualTo(rowsOf(drawn.get(0)));
    }

    @Test
    void drawsAFractionOfEveryClass() {
        List<FeatureSet> drawn = new ArrayList<>();
        SubsetProbe.labelFraction(0.1)
                .repetitions(1)
                .probe(recorder(drawn))
                .build()
                .evaluate(TRAIN, TEST);
        assertThat(ProbeData.classCounts(drawn.get(0))).containsExactly(10, 10);
    }

    @Test
    void linearProbeOnAFewExamples() {
        RepeatedResult result = SubsetProbe.fewShot(5).build().evaluate(TRAIN, TEST);
        assertThat(result.accuracies()).hasSize(10);
        assertThat(result.mean()).isEqualTo(1);
        assertThat(result.halfWidth95()).isZero();
    }

    /** Student's interval by hand: s = 0.1, t(2) = 4.303. */
    @Test
    void intervalOfThreeValues() {
        RepeatedResult result = new RepeatedResult("p", 5, new double[] {0.5, 0.6, 0.7});
        assertThat(result.mean()).isCloseTo(0.6, within(1e-12));
        assertThat(result.halfWidth95()).isCloseTo(4.303 * 0.1 / Math.sqrt(3), within(1e-9));
        assertThat(result.table()).startsWith("p: accuracy 60.00 % +- 24.84 (95 %, 3 repetitions");
        assertThat(new RepeatedResult("p", 5, new double[] {1}).halfWidth95()).isNaN();
        double[] many = new double[61];
        many[0] = 1;
        // t(60) = 2.0003; standard error of one 1 among 61: 1/61.
        assertThat(new RepeatedResult("p", 5, many).halfWidth95())
                .isCloseTo(2.0003 / 61, within(1e-5));
    }

    @Test
    void refusesSmallClasses() {
        assertThatThrownBy(() -> SubsetProbe.fewShot(101).build().evaluate(TRAIN, TEST))
                .hasMessageContaining("at least 101 training examples")
                .hasMessageContaining("found 100 of class 0 'low'");
        assertThatThrownBy(() -> SubsetProbe.labelFraction(0.001).build().evaluate(TRAIN, TEST))
                .hasMessageContaining("raise the fraction of 0.001");
        assertThatThrownBy(() -> SubsetProbe.labelFraction(1.5)).hasMessageContaining("found 1.5");
    }

    private static FeatureProbe recorder(List<FeatureSet> drawn) {
        return (train, test) -> {
            drawn.add(train);
            return new ProbeResult(
                    "recorder",
                    Map.of(),
                    test.labels(),
                    ConfusionMatrix.of(test.classNames(), test.labels(), test.labels()));
        };
    }

    private static int[] rowsOf(FeatureSet subset) {
        int[] rows = new int[subset.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (int) subset.row(i)[0];
        }
        return rows;
    }

    /** The feature is the row; the second half of the rows is the second class. */
    private static FeatureSet set(int n) {
        float[] values = new float[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = 2 * i / n;
            values[i] = i + 1000 * labels[i];
        }
        return FeatureSet.of(values, 1).withLabels(labels, List.of("low", "high"));
    }
}
