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
}
