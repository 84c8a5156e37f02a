package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;

class LinearProbeTest {

    private static final List<String> CLASSES = List.of("a", "b", "c");

    @Test
    void featuresThatAreMostlyNoiseGetAStrongPenalty() {
        ProbeResult found = evaluate(1500, 300, 0.3);
        ProbeResult fixed =
                LinearProbe.onFeatures(
                                LogisticRegression.builder()
                                        .standardize(true)
                                        .conditioned(true)
                                        .build())
                        .evaluate(examples(1500, 300, 0.3, 1), examples(1500, 300, 0.3, 2));
        assertThat(found.settings()).extractingByKey("C").isIn("0.001", "0.01");
        assertThat(found.accuracy()).isGreaterThan(fixed.accuracy());
    }

    @Test
    void featuresThatDecideGetAWeakOne() {
        assertThat(evaluate(1500, 3, 8).settings()).containsEntry("C", "1.0");
    }

    @Test
    void fewExamplesAreNotDivided() {
        assertThat(evaluate(999, 100, 0.3).settings()).containsEntry("C", "1.0");
    }

    private static ProbeResult evaluate(int count, int width, double signal) {
        return LinearProbe.onStandardizedFeatures()
                .evaluate(examples(count, width, signal, 1), examples(count, width, signal, 2));
    }

    /** The class is the greatest of the first three features, seen with more or less noise. */
    private static FeatureSet examples(int count, int width, double signal, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count * width];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            double[] truth = new double[3];
            for (int j = 0; j < 3; j++) {
                truth[j] = random.nextGaussian();
                labels[i] = truth[j] > truth[labels[i]] ? j : labels[i];
            }
            for (int j = 0; j < width; j++) {
                values[i * width + j] =
                        (float) ((j < 3 ? signal * truth[j] : 0) + random.nextGaussian() * 0.5);
            }
        }
        return FeatureSet.of(values, width).withLabels(labels, CLASSES);
    }
}
