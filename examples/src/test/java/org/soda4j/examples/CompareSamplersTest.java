package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.io.ConfigText;
import org.soda4j.training.RunConfig;
import picocli.CommandLine;

/** With a model that has learned nothing: that every sampler draws, not how well. */
class CompareSamplersTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Test
    void writesATableAndAChart() throws Exception {
        Path model = folder.resolve("model");
        try (Soda soda =
                Soda.builder()
                        .config(RunConfig.preset("minutes-16-grey").model())
                        .schedule(NoiseSchedule.linear(20))
                        .build()) {
            soda.save(model);
        }
        assertThat(
                        run(
                                model.toString(),
                                "--count=2",
                                "--evaluations=2,50",
                                "--json",
                                "--out=" + folder.resolve("out")))
                .as(err.toString())
                .isZero();
        String table = Files.readString(folder.resolve("out/samplers.md"));
        // Fifty are more than the schedule has.
        assertThat(table).contains("to the original, dB | 2 |\n").doesNotContain("NaN");
        for (String name : new String[] {"dpm-2m", "dpm-3m", "unipc", "heun", "ddim"}) {
            assertThat(table)
                    .containsPattern("\\| %s \\| -?[0-9.]+ / -?[0-9.]+ \\|".formatted(name));
        }
        JsonNode samplers = ConfigText.jsonTree(out.toString()).path("samplers");
        assertThat(samplers).hasSize(2 * 6); // With and without guidance.
        assertThat(samplers.path(0).path("sampler").asText()).isEqualTo("dpm-2m");
        assertThat(samplers.path(0).path("evaluations").asInt()).isEqualTo(2);
        assertThat(samplers.path(0).path("toOriginal").isNumber()).isTrue();
        assertThat(ImageIO.read(folder.resolve("out/samplers.png").toFile())).isNotNull();
    }

    @Test
    void wrongOptionsAreOneLine() {
        assertThat(run("x", "--count", "0")).isEqualTo(2);
        assertThat(run("x", "--data", "mnist", "--out", folder.toString())).isEqualTo(2);
        CommandLine evaluate = Examples.commandLine(new Evaluate());
        evaluate.setErr(new PrintWriter(err, true));
        assertThat(evaluate.execute("x", "--sampler", "euler")).isEqualTo(2);
        assertThat(evaluate.execute("x", "--sampling-steps", "0")).isEqualTo(2);
        assertThat(err.toString().lines().filter(line -> line.startsWith("--")))
                .containsExactly(
                        "--count: expected at least 1, found 0",
                        "--data: expected fashion-mnist or cifar10, found mnist",
                        "--sampler: expected dpm-2m, dpm-2m-truncated, dpm-3m, dpm-sde, unipc, heun, ddim, found euler",
                        "--sampling-steps: expected at least 1, found 0");
    }

    private int run(String... args) {
        CommandLine line = Examples.commandLine(new CompareSamplers());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }
}
