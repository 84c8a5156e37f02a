package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor;
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
                    .containsOnlyKeys("probe.knn", "probe.linear")
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
                    .containsOnlyKeys("knn", "linear", "nearest")
                    .containsEntry("nearest", expected);
        }
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
