package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.training.run.RunFolder;
import org.soda4j.training.run.RunFolderException;

/** A run's folder as sections of a report. */
class RunSectionsTest {

    @TempDir private Path run;

    @Test
    void configurationCurvesAndOrigin() throws IOException {
        Files.writeString(
                run.resolve("config.json"), "{\"a\": {\"b\": 1, \"c\": [1, 2]}, \"d\": \"x<y\"}");
        Files.writeString(
                run.resolve("metrics.jsonl"),
                """
                {"type":"step","step":1,"epoch":1,"images":8,"loss":0.5}
                {"type":"step","step":2,"epoch":1,"images":16,"loss":"NaN"}
                {"type":"epoch","step":2,"epoch":1,"images":16,"meanLoss":0.5}
                {"type":"evaluation","step":2,"epoch":1,"images":16,"probe.knn":0.25,"probe.linear":0.5}
                {"type":"evaluation","step":3,"epoch":1,"images":24,"probe.knn":0.75,"probe.linear":0.625}
                """);
        Files.writeString(
                run.resolve("environment.json"),
                "{\"starts\": [{\"java\": \"11\"}, {\"java\": \"17\", \"commit\": null}]}");
        List<ReportSection> sections = RunSections.of(run);
        assertThat(sections)
                .extracting(ReportSection::title)
                .containsExactly("Training loss", "Probes over time", "Configuration");
        assertThat(((ChartSection) sections.get(1)).caption())
                .startsWith("At the end: k-NN 75.0 %, linear probe 62.5 %.");
        assertThat(((TableSection) sections.get(2)).rows())
                .containsExactly(List.of("a.b", "1"), List.of("a.c", "[1,2]"), List.of("d", "x<y"));
        // The step whose loss is no number is left out, not drawn.
        assertThat(RunSections.lossChart(run.resolve("metrics.jsonl"))).isPresent();
        assertThat(RunSections.provenance(run))
                .containsEntry("java", "17")
                .containsEntry("starts", "2")
                .doesNotContainKey("commit");
    }

    @Test
    void probesAreDrawnAndSaidBesideTheirBaselines() throws IOException {
        Path metrics = run.resolve("metrics.jsonl");
        Files.writeString(
                metrics,
                """
                {"type":"evaluation","step":2,"probe.chance":0.5,"probe.knn":0.25,"probe.knn.pixels":0.625,"probe.knn.untrained":0.75}
                {"type":"evaluation","step":3,"probe.chance":0.5,"probe.knn":0.875,"probe.knn.pixels":0.625,"probe.knn.untrained":0.75}
                """);
        ChartSection chart = (ChartSection) RunSections.curves(metrics).get(0);
        assertThat(chart.series())
                .extracting(ChartSection.Series::name)
                .containsExactly("k-NN", "k-NN, pixels", "k-NN, untrained", "chance");
        assertThat(chart.series())
                .extracting(ChartSection.Series::reference)
                .containsExactly(false, true, true, true);
        assertThat(chart.series().get(2).y()).containsExactly(0.75, 0.75);
        assertThat(chart.caption())
                .startsWith("At the end: k-NN 87.5 % (pixels 62.5, untrained 75.0, chance 50.0).");
        assertThat(chart.html())
                .contains("class=\"line reference c1\"", "<i class=\"c1 reference\"");
    }

    @Test
    void aFolderWithoutARunIsRefusedAndOneWithoutMetricsHasNoCurves() throws IOException {
        assertThatThrownBy(() -> RunSections.of(run)).isInstanceOf(RunFolderException.class);
        assertThat(RunSections.curves(run.resolve("metrics.jsonl"))).isEmpty();
        assertThat(RunSections.lossChart(run.resolve("metrics.jsonl"))).isEmpty();
        assertThat(RunSections.provenance(run)).isEmpty();
    }

    @Test
    void filesThatAreNoTextAreRefusedWithTheirByteAndLinesWithTheirNumber() throws IOException {
        byte[] bytes = {'{', '}', '\n', (byte) 0xff, '\n'};
        for (String name : List.of("metrics.jsonl", "environment.json", "config.json")) {
            Files.write(run.resolve(name), bytes);
        }
        String message =
                ": expected text in UTF-8, found byte 0xff at offset 3; save the file as UTF-8";
        Path metrics = run.resolve("metrics.jsonl");
        assertThatThrownBy(() -> RunSections.curves(metrics))
                .isInstanceOf(IOException.class)
                .hasMessage(metrics + message);
        assertThatThrownBy(() -> RunSections.provenance(run))
                .isInstanceOf(IOException.class)
                .hasMessage(run.resolve("environment.json") + message);
        assertThatThrownBy(() -> RunFolder.config(run, JsonNode.class))
                .isInstanceOf(RunFolderException.class)
                .hasMessage(run.resolve("config.json") + message);
        Files.writeString(metrics, "{}\n{]\n");
        assertThatThrownBy(() -> RunSections.curves(metrics))
                .hasMessageStartingWith(metrics + ", line 2: expected JSON");
    }

    @Test
    void publishedFiguresByName() {
        assertThat(PublishedAccuracy.of("tiny-imagenet")).contains(PublishedAccuracy.TINY_IMAGENET);
        assertThat(PublishedAccuracy.of("CIFAR-10")).map(PublishedAccuracy::knn).contains(80.4);
        assertThat(PublishedAccuracy.of("images")).isEmpty();
    }
}
