package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.ProbeResult;

/** What an evaluation tells while it runs; its results are tested where it is used. */
class ModelEvaluationTest {

    @Test
    void everyPartBeginsAndEnds() throws IOException {
        Map<String, List<String>> told = new LinkedHashMap<>();
        try (Soda soda = TinyModels.builder().build()) {
            ModelEvaluation.builder(
                            soda,
                            TestImages.darkAndBright(44, 16),
                            TestImages.darkAndBright(12, 16))
                    .options(SamplingOptions.defaults().withSteps(2))
                    .qualityImages(5)
                    .progress(
                            (part, done, total) ->
                                    told.computeIfAbsent(part, p -> new ArrayList<>())
                                            .add(done + "/" + total))
                    .build()
                    .evaluate();
        }
        assertThat(told.keySet())
                .containsExactly(
                        "encode training images",
                        "encode test images",
                        "linear probe",
                        "compare the latent",
                        "reconstruct",
                        "draw pictures");
        assertThat(told.get("encode training images")).startsWith("0/44").endsWith("44/44");
        assertThat(told.get("encode test images")).containsExactly("0/12", "12/12");
        assertThat(told.get("reconstruct")).containsExactly("0/5", "5/5");
        assertThat(told.get("draw pictures")).hasSize(13).startsWith("0/12").endsWith("12/12");
        assertThat(told.get("linear probe")).containsExactly("0/1", "1/1");
    }

    /** Standardised where the model has statistics; probes of the latent stay what they are. */
    @Test
    void imagesAreComparedByTheDefaultFeatures() throws IOException {
        TestImages train = TestImages.darkAndBright(44, 16);
        TestImages test = TestImages.darkAndBright(12, 16);
        try (Soda soda = TinyModels.builder().build()) {
            FeatureSet raw = FeatureExtractor.of(soda).output(Output.JOINED).extract(train);
            soda.keepFeatureStatistics(FeatureStatistics.of(raw.sharedValues(), raw.width()));
            ModelEvaluation.Result found =
                    ModelEvaluation.builder(soda, train, test)
                            .options(SamplingOptions.defaults().withSteps(1))
                            .qualityImages(2)
                            .build()
                            .evaluate();
            FeatureSet trained = FeatureExtractor.of(soda).extract(train);
            FeatureSet tested = FeatureExtractor.of(soda).extract(test);
            ProbeResult nearest = KnnProbe.builder().build().evaluate(trained, tested);
            String html = found.report().toHtml();
            assertThat(html)
                    .contains(new FeatureMapSection("Map of the features", tested).html())
                    .contains("<h2>Confusion matrix: k-NN on standardised features</h2>")
                    .contains(new ConfusionSection("", nearest.confusion()).html())
                    .contains("<h2>Probes of the latent</h2>", "Confusion matrix: linear<");
            FeatureExtractor latents = FeatureExtractor.of(soda).output(Output.LATENT);
            assertThat(html)
                    .doesNotContain(
                            new FeatureMapSection("Map of the features", latents.extract(test))
                                    .html());
            assertThat(found.probes().get(0).predictions())
                    .isEqualTo(
                            KnnProbe.builder()
                                    .build()
                                    .evaluate(latents.extract(train), latents.extract(test))
                                    .predictions());
        }
    }

    @Test
    void aPartHasOfEveryClassItsShare() {
        int[] labels = new int[1000];
        Arrays.setAll(labels, i -> i < 600 ? 0 : i < 998 ? 1 : 2);
        FeatureSet set =
                FeatureSet.of(new float[1000], 1).withLabels(labels, List.of("a", "b", "c"));
        assertThat(LatentComparison.share(set, 1000)).hasSize(1000);
        int[] part = LatentComparison.share(set, 100);
        assertThat(part).isSorted().doesNotHaveDuplicates().startsWith(0, 10, 20);
        int[] counts = new int[3];
        for (int row : part) {
            counts[labels[row]]++;
        }
        assertThat(counts).containsExactly(60, 39, 1);
    }
}
