package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.listener.TensorBoardListener;

/** What a run has recorded, read and listened to, and what reports and comparisons make of it. */
class RunHistoryTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir private Path folder;

    private static void begin(RunListener listener, long step) {
        listener.begin(new RunEvent.Begin(NOW, step, 8 * step, 1, 4, 1, 8), null);
    }

    private static void step(RunListener listener, long step, double speed) {
        listener.step(
                new RunEvent.Step(
                        NOW,
                        step,
                        8 * step,
                        1,
                        4,
                        1.0 / step,
                        1.0 / step,
                        1e-3,
                        1e-3,
                        2,
                        speed,
                        Duration.ofSeconds(60 * step),
                        Duration.ofMinutes(4 - step)));
    }

    private static RunEvent.End end(long step) {
        return new RunEvent.End(
                NOW, step, 8 * step, 1, true, "complete", 0.1, Duration.ofSeconds(60 * step));
    }

    /** Three steps; the third is done again after a resume from the second, and then the fourth. */
    private static void twoStarts(Runnable between, BiConsumer<Long, Double> step) {
        step.accept(1L, 10.0);
        step.accept(2L, 20.0);
        step.accept(3L, 30.0);
        between.run();
        step.accept(3L, 33.0);
        step.accept(4L, 44.0);
    }

    @Test
    void aResumedRunHasEachStepOnce() {
        RunHistory history = new RunHistory();
        begin(history, 0);
        twoStarts(() -> begin(history, 2), (s, speed) -> step(history, s, speed));
        assertThat(history.speed().values()).containsExactly(10, 20, 33, 44);
        assertThat(history.loss().steps()).containsExactly(1, 2, 3, 4);
        assertThat(history.images()).isEqualTo(32);
        assertThat(RunFacts.of(history))
                .containsEntry("Trained", "4 steps, 32 images seen")
                .containsEntry("Time", "4 minutes");
    }

    @Test
    void speedIsReadFromTheEventFilesOfAllStarts() throws IOException {
        metrics(folder, 4);
        Path events = folder.resolve("events");
        TensorBoardListener first = new TensorBoardListener(events);
        TensorBoardListener second = new TensorBoardListener(events);
        begin(first, 0);
        TensorBoardListener[] now = {first};
        twoStarts(
                () -> {
                    first.end(end(3));
                    now[0] = second;
                    begin(second, 2);
                },
                (s, speed) -> step(now[0], s, speed));
        second.end(end(4));
        assertThat(RunHistory.read(folder).speed().values()).containsExactly(10, 20, 33, 44);

        // A frame that is being written is not there yet.
        List<Path> files;
        try (Stream<Path> children = Files.list(events)) {
            files = children.sorted().toList();
        }
        byte[] whole = Files.readAllBytes(files.get(1));
        Files.write(files.get(1), Arrays.copyOf(whole, whole.length - 3));
        assertThat(RunHistory.read(folder).speed().values()).containsExactly(10, 20, 33);
        Files.write(files.get(1), new byte[] {1, 2, 3}, StandardOpenOption.TRUNCATE_EXISTING);
        assertThat(RunHistory.read(folder).speed().values()).containsExactly(10, 20, 30);
    }

    @Test
    void whatGoesOnSaysHowFarItIs() throws IOException {
        RunHistory history = new RunHistory();
        begin(history, 0);
        assertThat(RunSections.report(folder.resolve("not yet"), history).build().toHtml())
                .contains("Step 0 of 4 (0 %)");
        step(history, 1, 5);
        history.evaluation(new RunEvent.Evaluation(NOW, 1, 8, 1, Map.of("probe.knn", 0.5)));
        history.latents(new RunEvent.Latents(NOW, 1, 8, 1, 3.5));
        Path png = Files.write(folder.resolve("a.png"), new byte[] {1, 2});
        history.samples(new RunEvent.Samples(NOW, 1, 1, "reconstruction", png));
        assertThat(RunSections.report(folder, history).build().toHtml())
                .contains("Step 1 of 4 (25 %), about 3 minutes left.", "k-NN 50.0 %.")
                .contains("<dd>1 of 4 steps, 8 images seen</dd>")
                .contains("<h2>Training loss</h2>", "<h2>Probes over time</h2>")
                .contains("<h2>Effective rank</h2>", "<h2>Gradient norm</h2>")
                .contains("<h2>Learning rate</h2>", "<h2>Images per second</h2>")
                .contains("base64,AQI=\" alt=\"step 1\"");
    }

    @Test
    void theVerdictOfARunThatGoesOnSaysProbesBesideTheBestBaseline() {
        RunHistory history = new RunHistory();
        Map<String, Double> figures =
                Map.of(
                        "probe.knn", 0.5,
                        "probe.knn.pixels", 0.4,
                        "probe.knn.untrained", 0.45,
                        "probe.linear", 0.3,
                        "probe.linear.pixels", 0.35,
                        "probe.linear.untrained", 0.1,
                        "probe.chance", 0.1);
        history.evaluation(new RunEvent.Evaluation(NOW, 1, 8, 1, figures));
        assertThat(Verdict.of(history))
                .isEqualTo(
                        "Probes of the latent, measured last: k-NN 50.0 %, 5.0 points above the best"
                                + " baseline (untrained, 45.0 %); linear probe 30.0 %, 5.0 points"
                                + " below the best baseline (pixels, 35.0 %).");
    }

    @Test
    void theVerdictOfARunThatGoesOnSaysTheRankAndWhatToChange() {
        RunHistory history = new RunHistory();
        history.begin(new RunEvent.Begin(NOW, 0, 0, 1, 40, 1, 16), null);
        history.latents(new RunEvent.Latents(NOW, 1, 16, 1, 1.4));
        assertThat(Verdict.of(history)).doesNotContain("latent"); // Of 40 steps none is made.
        history.begin(new RunEvent.Begin(NOW, 20, 320, 1, 40, 1, 16), null);
        history.latents(new RunEvent.Latents(NOW, 20, 320, 1, 1.4));
        assertThat(Verdict.of(history))
                .contains(
                        "The latent uses 1.4 directions (effective rank of a batch",
                        "sigReg(0.02)");
        history.latents(new RunEvent.Latents(NOW, 20, 320, 1, 2.5));
        assertThat(Verdict.of(history)).contains("uses 2.5 directions").doesNotContain("sigReg");
    }

    @Test
    void runsSideBySideShowTheBaselinesOfThoseThatHaveThem() throws IOException {
        Path a = run("x/a", 4, "8");
        Path b = run("y/a", 6, "8");
        Files.writeString(
                b.resolve("metrics.jsonl"),
                """
                {"type":"evaluation","step":6,"probe.knn":0.5,"probe.knn.pixels":0.375,"probe.knn.untrained":0.25,"probe.chance":0.125}
                """,
                StandardOpenOption.APPEND);
        RunComparison comparison = RunComparison.of(List.of(a, b));
        assertThat(comparison.table())
                .containsPattern("time +k-NN \\(pixels, untrained, chance\\) +loss")
                .containsPattern("x/a .* 25.0 % \\(-, -, -\\) ")
                .containsPattern("y/a .* 50.0 % \\(37.5, 25.0, 12.5\\) ");
        assertThat(comparison.report().toHtml())
                .contains("<h2>k-NN</h2>")
                .contains("Baselines of y/a: pixels 37.5 %, untrained 25.0 %, chance 12.5 %.")
                .doesNotContain("<h2>K-NN, pixels</h2>", "<h2>k-NN, pixels</h2>", "<h2>Chance");
        assertThat(comparison.figures().get(1).last()).containsEntry("probe.knn.pixels", 0.375);
    }

    @Test
    void runsSideBySide() throws IOException {
        Path a = run("x/a", 4, "8");
        Path b = run("y/a", 6, "16");
        RunComparison comparison = RunComparison.of(List.of(a, b));
        assertThat(comparison.table())
                .containsPattern("run +data +images seen +time +k-NN +loss +effective rank\n")
                .containsPattern("x/a +data, 50 images +32 +- +25.0 % +0.521 +-\n")
                .containsPattern("y/a .* 48 ");
        assertThat(comparison.report().toHtml())
                .contains("<h2>k-NN</h2>", "<h2>Training loss</h2>", "data-label=\"images seen\"")
                .contains("training.batchSize</th><td>8</td><td>16</td>")
                .doesNotContain("training.seed", "<h2>Effective rank</h2>");
        assertThat(comparison.differences()).hasToString("{training.batchSize={x/a=8, y/a=16}}");
        assertThat(comparison.figures().get(0))
                .hasToString(
                        "RunFigures[run=x/a, data=data, 50 images, steps=4, images=32, seconds=0.0,"
                                + " last={probe.knn=0.25, training.loss=0.5208333333333333}]");
        assertThat(RunComparison.of(List.of(a, run("z", 4, "8"))).report().toHtml())
                .contains("None: the runs have one configuration.");
        assertThatThrownBy(() -> RunComparison.of(List.of(a)))
                .hasMessage("expected 2 to 10 runs, found 1");
        assertThatThrownBy(() -> RunComparison.of(List.of(a, a)))
                .hasMessageStartingWith("expected each run once");
    }

    private Path run(String name, int steps, String batch) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                run.resolve("config.json"),
                "{\"training\": {\"batchSize\": %s, \"seed\": 3}}".formatted(batch));
        Files.writeString(
                run.resolve("data.json"),
                "{\"kind\": \"images\", \"path\": \"/some/data\", \"images\": 50}");
        metrics(run, steps);
        return run;
    }

    private static void metrics(Path run, int steps) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= steps; i++) {
            lines.append(
                    "{\"type\":\"step\",\"step\":%d,\"epoch\":1,\"images\":%d,\"loss\":%s}\n"
                            .formatted(i, 8 * i, 1.0 / i));
        }
        lines.append("{\"type\":\"evaluation\",\"step\":%d,\"probe.knn\":0.25}\n".formatted(steps));
        Files.writeString(run.resolve("metrics.jsonl"), lines);
    }

    @Test
    void theVerdictSaysOfBothProbesHowFarTheyAreFromTheirBestBaseline() {
        ProbeComparison.Row chance = new ProbeComparison.Row("chance", 0.1, 0.1, 0.1);
        ProbeComparison.Row pixels = new ProbeComparison.Row("raw pixels", 0.4, 0.4, 0.4);
        ProbeComparison.Row untrained =
                new ProbeComparison.Row("untrained encoder", 0.35, 0.45, 0.45);
        ProbeComparison.Row model = new ProbeComparison.Row("SODA", 0.5, 0.6, 0.6);
        assertThat(Verdict.of(new ProbeComparison(List.of(chance, pixels, untrained, model))))
                .isEqualTo(
                        "k-NN: 50.0 % with the features of SODA, 10.0 points above the best baseline"
                                + " (raw pixels, 40.0 %). Linear probe: 60.0 % with the features of"
                                + " SODA, 15.0 points above the best baseline (untrained encoder,"
                                + " 45.0 %). The baselines are raw pixels, an untrained encoder and"
                                + " chance.");
    }

    /** Both linear probes know everything; k-NN still tells the features apart. */
    @Test
    void aProbeWithoutRoomAboveDoesNotHideTheLeadOfTheOther() {
        ProbeComparison.Row chance = new ProbeComparison.Row("chance", 0.5, 0.5, 0.5);
        ProbeComparison.Row pixels = new ProbeComparison.Row("raw pixels", 0.79, 1, 1);
        ProbeComparison.Row untrained = new ProbeComparison.Row("untrained encoder", 0.6, 1, 1);
        ProbeComparison.Row model = new ProbeComparison.Row("SODA", 0.97, 1, 1);
        assertThat(Verdict.of(new ProbeComparison(List.of(chance, pixels, untrained, model))))
                .contains("k-NN: 97.0 % with the features of SODA, 18.0 points above the best")
                .contains("Linear probe: 100.0 % with the features of SODA, level with the best");
        ProbeComparison.Row worse = new ProbeComparison.Row("SODA", 0.79, 0.9, 0.9);
        assertThat(Verdict.of(new ProbeComparison(List.of(chance, pixels, untrained, worse))))
                .contains("k-NN: 79.0 % with the features of SODA, level with the best baseline")
                .contains("Linear probe: 90.0 % with the features of SODA, 10.0 points below the");
    }
}
