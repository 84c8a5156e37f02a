package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.training.SodaTrainer;

class ProbeComparisonTest {

    /** Dark and bright images are told apart by pixels and by any encoder, and not by chance. */
    @Test
    void baselinesStandBesideTheModel() {
        TestImages train = TestImages.darkAndBright(48, 16);
        TestImages test = TestImages.darkAndBright(10, 16);
        try (Soda soda = TinyModels.builder().build()) {
            ProbeComparison comparison = ProbeComparison.of(soda, train, test, Output.JOINED);
            assertThat(comparison.rows())
                    .extracting(ProbeComparison.Row::features)
                    .containsExactly("chance", "raw pixels", "untrained encoder", "SODA");
            ProbeComparison.Row chance = comparison.rows().get(0);
            assertThat(chance.knn()).isEqualTo(0.5);
            assertThat(chance.balancedLinear()).isEqualTo(0.5);
            assertThat(comparison.rows().get(1).linear()).isEqualTo(1);
            assertThat(comparison.rows().get(1).cells()).contains("raw pixels", "100.0 %");
            assertThat(comparison.toString())
                    .contains("k-NN  linear probe")
                    .endsWith(comparison.sentence() + "\n");
        }
    }

    @Test
    void chanceIsTheLargestClassOfTheTrainingImages() {
        List<String> names = List.of("rare", "common");
        FeatureSet train = FeatureSet.of(new float[4], 1).withLabels(new int[] {1, 1, 0, 1}, names);
        FeatureSet test =
                FeatureSet.of(new float[5], 1).withLabels(new int[] {0, 1, 1, 1, 1}, names);
        ProbeComparison.Row chance = ProbeComparison.chance(train, test);
        assertThat(chance.linear()).isEqualTo(0.8);
        assertThat(chance.balancedLinear()).isEqualTo(0.5);
        FeatureSet otherOrder =
                FeatureSet.of(new float[5], 1)
                        .withLabels(new int[] {1, 0, 0, 0, 0}, List.of("common", "rare"));
        assertThat(ProbeComparison.chance(train, otherOrder).linear()).isEqualTo(0.8);
    }

    @Test
    void whatHasNoKnnShowsADash() {
        FeatureSet set =
                FeatureSet.of(new float[] {0, 1, 0, 1}, 1)
                        .withLabels(new int[] {0, 1, 0, 1}, List.of("a", "b"));
        ProbeResult linear = LinearProbe.onStandardizedFeatures().evaluate(set, set);
        ProbeComparison.Row row =
                ProbeComparison.row("a long name of 24 letters", Optional.empty(), linear);
        assertThat(row.cells()).containsExactly(row.features(), "-", "100.0 %", "100.0 %");
        assertThat(ProbeComparison.table(List.of(row)))
                .isEqualTo(
                        """
                        features                       k-NN  linear probe   balanced
                        a long name of 24 letters         -       100.0 %    100.0 %
                        """);
    }

    @Test
    void theSentenceSaysWhatTheTableMeans() {
        ProbeComparison.Row pixels = new ProbeComparison.Row("raw pixels", 0.4, 0.5, 0.5);
        ProbeComparison.Row untrained = new ProbeComparison.Row("untrained encoder", 0.45, 0.4, 0);
        ProbeComparison.Row better = new ProbeComparison.Row("SODA", 0.5, 0.53, 0.5);
        assertThat(new ProbeComparison(List.of(pixels, untrained, better)).sentence())
                .contains(
                        "beat every baseline by at least 5.0 points in k-NN and 3.0 in the linear")
                .doesNotContain("chance of a seed");
        ProbeComparison.Row little = new ProbeComparison.Row("SODA", 0.5, 0.504, 0.5);
        assertThat(new ProbeComparison(List.of(pixels, untrained, little)).sentence())
                .contains("by at least 5.0 points in k-NN and 0.4 in the linear")
                .contains("Half a point or less");
        ProbeComparison.Row worse = new ProbeComparison.Row("SODA", 0.5, 0.49, 0.5);
        assertThat(new ProbeComparison(List.of(pixels, untrained, worse)).sentence())
                .isEqualTo(
                        "In k-NN the features are 5.0 points above the best baseline (untrained"
                                + " encoder), in the linear probe 1.0 points below it (raw"
                                + " pixels).");
        ProbeComparison.Row neither = new ProbeComparison.Row("SODA", 0.45, 0.49, 0.5);
        assertThat(new ProbeComparison(List.of(pixels, untrained, neither)).sentence())
                .startsWith("In k-NN the features are level with the best baseline")
                .endsWith("Train longer, on more images, or try another recipe.");
    }

    /** Mean 0 and deviation 1 over what was measured: the target views, which are the images. */
    @Test
    void aTrainedModelStandardisesItsFeatures() {
        TestImages images = TestImages.darkAndBright(32, 16);
        FeatureExtractor extractor;
        try (Soda soda = TinyModels.builder().build()) {
            extractor = FeatureExtractor.of(soda).output(Output.JOINED).standardized(true);
            FeatureExtractor untrained = extractor;
            assertThatThrownBy(() -> untrained.extract(images))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("statistics of its features, which a training measures");
            SodaTrainer.builder(soda)
                    .data(ViewPairs.builder(images).source(plain()).target(plain()).build())
                    .steps(2)
                    .batchSize(32)
                    .warmup(null)
                    .emaDecay(0)
                    .build()
                    .fit();
            FeatureSet features = extractor.extract(images);
            assertThat(features.provenance()).containsEntry("standardized", "true");
            for (int column = 0; column < features.width(); column++) {
                double sum = 0;
                double squares = 0;
                for (int row = 0; row < features.size(); row++) {
                    double value = features.row(row)[column];
                    sum += value;
                    squares += value * value;
                }
                assertThat(sum / features.size()).isCloseTo(0, within(1e-2));
                assertThat(squares / features.size()).isLessThan(1.02);
            }
            assertThat(extractor.output(Output.POOLED).extract(images).row(3))
                    .containsExactly(
                            tail(features.row(3), soda.config().encoder().featureSize()),
                            within(1e-5f));
        }
    }

    private static float[] tail(float[] row, int length) {
        return Arrays.copyOfRange(row, row.length - length, row.length);
    }

    /** Views that are the images. */
    private static ViewPipeline plain() {
        return ViewPipeline.builder(16).channels(3).build();
    }
}
