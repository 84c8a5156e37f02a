package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.latent.LatentLayout;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Probes in the trainer. */
class ProbeEvaluationTest {

    @Test
    void theTrainerReportsBothProbesAfterTheEpochsAskedFor() {
        TestImages train = TestImages.darkAndBright(48, 16);
        TestImages test = TestImages.darkAndBright(10, 16);
        List<RunEvent.Evaluation> events = new ArrayList<>();
        try (Soda soda = TinyModels.builder().build()) {
            SodaTrainer.builder(soda)
                    .data(ViewPairs.builder(train).resolution(16).build())
                    .epochs(2)
                    .batchSize(24)
                    .warmup(null)
                    .emaRamp(EmaRamp.TENTHS)
                    .evaluateEveryEpochs(1)
                    .evaluation("probe", ProbeEvaluation.of(train, test))
                    .listener(
                            new RunListener() {
                                @Override
                                public void evaluation(RunEvent.Evaluation evaluation) {
                                    events.add(evaluation);
                                }
                            })
                    .build()
                    .fit();
            Map<String, Double> again = ProbeEvaluation.of(train, test).evaluate(soda);
            RunEvent.Evaluation last = events.get(events.size() - 1);
            assertThat(last.metrics())
                    .containsOnlyKeys(
                            "probe.knn",
                            "probe.knn.pixels",
                            "probe.knn.untrained",
                            "probe.linear",
                            "probe.linear.pixels",
                            "probe.linear.untrained",
                            "probe.chance")
                    .containsEntry("probe.knn", again.get("knn"))
                    .containsEntry("probe.linear", again.get("linear"));
        }
        assertThat(events.stream().mapToInt(RunEvent.Evaluation::epoch)).contains(1, 2);
    }

    @Test
    void figuresAreTheProbesAccuracies() {
        TestImages train = TestImages.darkAndBright(40, 16);
        TestImages test = TestImages.darkAndBright(10, 16);
        try (Soda soda = TinyModels.builder().build()) {
            FeatureExtractor pooled =
                    FeatureExtractor.of(soda).output(FeatureExtractor.Output.POOLED);
            FeatureProbe one = KnnProbe.builder().k(1).build();
            double expected = one.evaluate(pooled.extract(train), pooled.extract(test)).accuracy();
            assertThat(
                            ProbeEvaluation.of(train, test)
                                    .output(FeatureExtractor.Output.POOLED)
                                    .with("nearest", one)
                                    .evaluate(soda))
                    .containsKeys("knn", "linear")
                    .containsEntry("nearest", expected);
        }
    }

    /** A model whose features differ from those of its untrained encoder, as its seed does. */
    @Test
    void baselinesAreTheSameProbesOnPixelsAndOnTheUntrainedEncoder() {
        TestImages train = TestImages.of(40, 16, i -> i % 2, i -> i % 5, "even", "odd");
        TestImages test = TestImages.of(21, 16, i -> i % 2, i -> i % 5, "even", "odd");
        FeatureProbe one = KnnProbe.builder().k(3).build();
        ProbeEvaluation evaluation =
                ProbeEvaluation.of(train, test)
                        .output(FeatureExtractor.Output.POOLED)
                        .with("nearest", one);
        try (Soda soda = TinyModels.builder().seed(7).build();
                Soda untrained = Soda.builder().config(soda.config()).build()) {
            FeatureExtractor pixels =
                    FeatureExtractor.of(soda).output(FeatureExtractor.Output.PIXELS);
            FeatureExtractor pooled =
                    FeatureExtractor.of(untrained).output(FeatureExtractor.Output.POOLED);
            assertThat(evaluation.evaluate(soda))
                    .containsEntry(
                            "nearest.pixels",
                            one.evaluate(pixels.extract(train), pixels.extract(test)).accuracy())
                    .containsEntry(
                            "nearest.untrained",
                            one.evaluate(pooled.extract(train), pooled.extract(test)).accuracy())
                    .containsEntry("chance", 11 / 21.0)
                    .containsAllEntriesOf(evaluation.baselines(soda));
        }
    }

    @Test
    void baselinesAreMeasuredOnceForAModel() {
        TestImages train = TestImages.darkAndBright(48, 16);
        TestImages test = TestImages.darkAndBright(10, 16);
        FeatureProbe linear = LinearProbe.onStandardizedFeatures();
        AtomicInteger fits = new AtomicInteger();
        ProbeEvaluation evaluation =
                ProbeEvaluation.of(train, test)
                        .with(
                                "counted",
                                (a, b) -> {
                                    fits.incrementAndGet();
                                    return linear.evaluate(a, b);
                                });
        try (Soda soda = TinyModels.builder().build();
                Soda other = TinyModels.builder().latent(LatentLayout.of(24)).build()) {
            Map<String, Double> first = evaluation.evaluate(soda);
            assertThat(fits).hasValue(3);
            assertThat(evaluation.evaluate(soda)).isEqualTo(first);
            assertThat(fits).hasValue(4);
            evaluation.evaluate(other);
            assertThat(fits).hasValue(7);
        }
    }

    @Test
    void namesOfBaselinesAreRefused() {
        TestImages images = TestImages.darkAndBright(4, 16);
        ProbeEvaluation evaluation = ProbeEvaluation.of(images, images);
        FeatureProbe probe = KnnProbe.builder().build();
        assertThatThrownBy(() -> evaluation.with("chance", probe))
                .hasMessageContaining("found 'chance'");
        assertThatThrownBy(() -> evaluation.with("knn.pixels", probe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one without a point");
    }

    @Test
    void refusesUnlabelledImagesBeforeTheTraining() {
        TestImages good = TestImages.darkAndBright(4, 16);
        TestImages unlabelled = TestImages.of(4, 16, i -> -1, i -> 0, "dark", "bright");
        assertThatThrownBy(() -> ProbeEvaluation.of(good, unlabelled))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test images: expected a label");
    }
}
