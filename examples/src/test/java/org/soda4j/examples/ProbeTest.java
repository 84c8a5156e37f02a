package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.io.ConfigText;
import picocli.CommandLine;

/** The linear probe does without k-NN where classes are small, and the option lets it in. */
class ProbeTest {

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();

    private int run(String... args) {
        out.getBuffer().setLength(0);
        return new CommandLine(new Examples()).setOut(new PrintWriter(out, true)).execute(args);
    }

    @Test
    void smallClassesLeaveTheLinearProbe() throws IOException {
        int n = 30;
        float[] values = new float[2 * n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i / 5 % 2; // Some of both among every fifth.
            values[2 * i] = 3 * labels[i] + i % 3;
            values[2 * i + 1] = i % 7;
        }
        Path file = folder.resolve("features.npz");
        FeatureSet.of(values, 2).withLabels(labels, List.of("a", "b")).save(file);
        assertThat(run("probe", file.toString())).isZero();
        assertThat(out.toString())
                .contains(
                        "k-NN is left out: expected at least 20 training examples of every class, found 12",
                        "--allow-small-classes",
                        "linear");
        assertThat(run("probe", file.toString(), "--allow-small-classes")).isZero();
        assertThat(out.toString()).contains("k-NN", "linear").doesNotContain("left out");
        assertThat(run("probe", file.toString(), "--k", "3")).isZero();
        assertThat(out.toString()).doesNotContain("left out");
        assertThat(run("probe", file.toString(), "--k", "3", "--json")).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer).hasSize(2);
        assertThat(answer.get(0).path("probe").asText()).contains("k-NN");
        assertThat(answer.get(1).path("accuracy").asDouble()).isBetween(0.01, 1.0);
    }

    /** Rows of two classes in turn; only the informed feature knows which. */
    private Path features(String name, int n, boolean informed, int period) throws IOException {
        float[] values = new float[2 * n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i / period % 2;
            values[2 * i] = informed ? labels[i] + i % 3 * 0.1f : i % 7;
            values[2 * i + 1] = i % 11;
        }
        Path file = folder.resolve(name);
        FeatureSet.of(values, 2).withLabels(labels, List.of("a", "b")).save(file);
        return file;
    }

    @Test
    void chanceAndOtherFeaturesStandBeside() throws IOException {
        Path file = features("features.npz", 300, true, 3);
        assertThat(run("probe", file.toString())).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "\nchance +50.0 % +50.0 % +50.0 %\nthese features +[0-9.]+ % +100.0 %")
                .contains("--baseline, with files of encode --features PIXELS");
        Path other = features("other.npz", 300, false, 3);
        Path report = folder.resolve("report.html");
        String[] args = {"probe", file.toString(), "--baseline", "pixels=" + other};
        assertThat(run(args[0], args[1], args[2], args[3], "--report", report.toString())).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "\nchance .+\npixels +[0-9.]+ % .+\nthese features +[0-9.]+ % +100.0 %")
                .doesNotContain("encode --features PIXELS");
        assertThat(report)
                .content()
                .containsPattern("(?s)chance</th><td>50\\.0.%</td>.*pixels</th><td>[3-6][0-9]");
        assertThat(run(args[0], args[1], args[2], args[3], "--json")).isZero();
        JsonNode answer = ConfigText.jsonTree(out.toString());
        assertThat(answer.at("/0/baselines/chance").asDouble()).isEqualTo(0.5);
        assertThat(answer.at("/0/baselines/pixels").asDouble()).isBetween(0.3, 0.7);
        assertThat(answer.at("/1/baselines/pixels").asDouble()).isBetween(0.3, 0.7);
        assertThat(answer.at("/1/baselines")).hasSize(2);
    }

    @Test
    void baselinesAreOfTheSameImages() throws IOException {
        Path file = features("features.npz", 300, true, 3);
        String same = "pixels=" + features("same.npz", 300, false, 3);
        String less = "pixels=" + features("less.npz", 299, false, 3);
        String others = "pixels=" + features("others.npz", 300, false, 2);
        assertThat(run("probe", file.toString(), "--baseline", less)).isEqualTo(1);
        assertThat(run("probe", file.toString(), "--baseline", others)).isEqualTo(1);
        assertThat(run("probe", file.toString(), "--baseline", file.toString())).isEqualTo(2);
        assertThat(run("probe", file.toString(), "--test", file.toString(), "--baseline", same))
                .isEqualTo(2);
        String both = same + "," + same.substring("pixels=".length());
        assertThat(run("probe", file.toString(), "--baseline", both)).isEqualTo(2);
        assertThat(run("probe", file.toString(), "--test", file.toString(), "--baseline", both))
                .isZero();
        assertThat(out.toString()).contains("chance", "pixels");
    }
}
