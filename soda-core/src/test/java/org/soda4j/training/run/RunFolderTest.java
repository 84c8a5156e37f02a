package org.soda4j.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.engine.ThreadTeam;
import org.soda4j.training.CapturedLog;
import org.soda4j.training.checkpoint.Retention;
import org.soda4j.training.listener.PngFixture;
import org.soda4j.training.listener.RunEvents;

class RunFolderTest {

    private static final RunEnvironment ENVIRONMENT =
            new RunEnvironment(
                    "0.1.0",
                    "0.36.0",
                    "PyTorch",
                    "2.7.1",
                    "17",
                    "Linux",
                    2,
                    "adaptive",
                    "cpu()",
                    "c0ffee",
                    "d1");

    @TempDir Path temporary;

    record Config(int epochs, double rate, List<Integer> multipliers, Map<String, String> labels) {}

    private static Config config() {
        return new Config(800, 1e-4, List.of(1, 2, 2, 2), Map.of("a/b", "x", "c~d", "y"));
    }

    private RunFolder open(Object config) {
        return RunFolder.open(
                temporary.resolve("run"), config, InstantSource.fixed(RunEvents.TIME));
    }

    @Test
    void makesTheFolderAndOpensItAgain() throws Exception {
        try (RunFolder run = open(config())) {
            run.recordStart(ENVIRONMENT);
            run.checkpoints(Retention.DEFAULT);
            Files.writeString(run.metrics(), "");
            Files.write(run.sample(10, "reconstruction"), PngFixture.bytes());
            assertThat(run.path().relativize(run.sample(10, "reconstruction")))
                    .hasToString("samples/step-10-reconstruction.png");
            try (Stream<Path> children = Files.list(run.path())) {
                assertThat(children.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder(
                                "config.json",
                                "environment.json",
                                "metrics.jsonl",
                                "samples",
                                "checkpoints",
                                "run.lock");
            }
        }
        byte[] before = Files.readAllBytes(temporary.resolve("run/config.json"));
        open(config()).close();
        assertThat(temporary.resolve("run/config.json")).hasBinaryContent(before);
        assertThat(RunFolder.config(temporary.resolve("run"), Config.class)).isEqualTo(config());
    }

    @Test
    void anotherConfigurationIsRefusedWithEveryDifference() throws Exception {
        open(config()).close();
        Config other = new Config(800, 2e-4, List.of(1, 2, 4), Map.of("a/b", "z", "new", "n"));
        byte[] before = Files.readAllBytes(temporary.resolve("run/config.json"));
        assertThatThrownBy(() -> open(other))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining(temporary.resolve("run").toString())
                .hasMessageEndingWith(
                        String.join(
                                "\n  ",
                                ":",
                                "/labels/a~1b: expected \"x\", found \"z\"",
                                "/labels/c~0d: expected \"y\", found nothing",
                                "/labels/new: expected nothing, found \"n\"",
                                "/multipliers/2: expected 2, found 4",
                                "/multipliers/3: expected 2, found nothing",
                                "/rate: expected 1.0E-4, found 2.0E-4"));
        assertThat(temporary.resolve("run/config.json")).hasBinaryContent(before);
        // The refusal gave the lock back.
        open(config()).close();
    }

    @Test
    void aRefusedLengthSaysHowToTrainForLonger() throws Exception {
        ObjectMapper json = new ObjectMapper();
        open(json.readTree("{\"training\":{\"length\":{\"count\":5}}}")).close();
        assertThatThrownBy(() -> open(json.readTree("{\"training\":{\"length\":{\"count\":6}}}")))
                .hasMessageContaining("/training/length/count: expected 5, found 6\n")
                .hasMessageEndingWith("replaceConfig, or the program resume with --steps");
    }

    @Test
    void numbersAreComparedByValueAndKindsAreNot() throws Exception {
        ObjectMapper json = new ObjectMapper();
        assertThat(
                        JsonDifference.between(
                                json.readTree("{\"a\":1,\"b\":[1.50]}"),
                                json.readTree("{\"b\":[1.5],\"a\":1.0}")))
                .isEmpty();
        assertThat(
                        JsonDifference.between(
                                json.readTree("{\"a\":1,\"b\":null,\"c\":[]}"),
                                json.readTree("{\"a\":\"1\",\"c\":{}}")))
                .extracting(JsonDifference::toString)
                .containsExactly(
                        "/a: expected 1, found \"1\"",
                        "/b: expected null, found nothing",
                        "/c: expected [], found {}");
    }

    @Test
    void aSecondOwnerIsRefused() {
        try (RunFolder first = open(config())) {
            assertThatThrownBy(() -> open(config()))
                    .isInstanceOf(RunFolderException.class)
                    .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("since 2026-01-02T03:04:05Z");
            assertThat(first.path()).exists();
        }
        open(config()).close();
    }

    /** Holds a run folder until it is killed. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (RunFolder run = RunFolder.open(Path.of(args[0]), Map.of("a", 1))) {
                System.out.println("holding " + run.path());
                System.out.flush();
                System.in.read();
            }
        }
    }

    @Test
    void anotherProcessIsRefusedUntilTheFirstIsKilled() throws Exception {
        Path folder = temporary.resolve("held");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("holding");
            assertThatThrownBy(() -> RunFolder.open(folder, Map.of("a", 1)))
                    .isInstanceOf(RunFolderException.class)
                    .hasMessageContaining("in use by process " + process.pid());
        } finally {
            process.destroyForcibly().waitFor();
        }
        RunFolder.open(folder, Map.of("a", 1)).close();
    }

    @Test
    void everyStartIsRecordedAndChangesAreWarnedOf() throws Exception {
        try (RunFolder run = open(config())) {
            assertThat(CapturedLog.of(() -> run.recordStart(ENVIRONMENT))).isEmpty();
            assertThat(CapturedLog.of(() -> run.recordStart(ENVIRONMENT))).isEmpty();
            RunEnvironment changed =
                    new RunEnvironment(
                            "0.1.0", "0.36.0", "PyTorch", "2.8.0", "17", "Linux", 2, "1", "cpu()",
                            null, "d2");
            assertThat(CapturedLog.of(() -> run.recordStart(changed)))
                    .contains("/commit: expected \"c0ffee\", found null")
                    .contains("/dataHash: expected \"d1\", found \"d2\"")
                    .contains("/threads: expected \"adaptive\", found \"1\"")
                    .contains("/engineVersion: expected \"2.7.1\", found \"2.8.0\"");
            JsonNode starts =
                    new ObjectMapper()
                            .readTree(run.path().resolve("environment.json").toFile())
                            .get("starts");
            assertThat(starts).hasSize(3);
            assertThat(starts.get(0).get("time").asText()).isEqualTo("2026-01-02T03:04:05Z");
            assertThat(starts.get(2).get("engineVersion").asText()).isEqualTo("2.8.0");
        }
    }

    /** What an older version wrote has no threads. */
    @Test
    void whatWasNotRecordedIsNoChange() throws Exception {
        try (RunFolder run = open(config())) {
            run.recordStart(ENVIRONMENT);
            Path file = run.path().resolve("environment.json");
            String text = Files.readString(file);
            String without = text.replaceAll("\\s*\"threads\"[^,]*,", "");
            assertThat(without).isNotEqualTo(text);
            Files.writeString(file, without);
            assertThat(CapturedLog.of(() -> run.recordStart(ENVIRONMENT))).isEmpty();
        }
    }

    @Test
    void threadsAreThoseOfTheCall() {
        String fixed =
                ThreadTeam.of(1).during(() -> RunEnvironment.capture(Device.cpu(), "")).threads();
        assertThat(fixed).isEqualTo("1");
    }

    @Test
    void theEnvironmentIsThatOfThisProcess() {
        RunEnvironment environment = RunEnvironment.capture(Device.cpu(), "hash");
        assertThat(environment.engine()).isEqualTo("PyTorch");
        assertThat(environment.engineVersion()).startsWith("2.");
        assertThat(environment.djl()).startsWith("0.");
        assertThat(environment.java()).contains(System.getProperty("java.runtime.version"));
        assertThat(environment.cpus()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(environment.device()).isEqualTo("cpu()");
        assertThat(environment.dataHash()).isEqualTo("hash");
    }

    @Test
    void theCommitIsFoundInEveryLayoutOfGit() throws Exception {
        String one = "0123456789abcdef0123456789abcdef01234567";
        String two = "89abcdef0123456789abcdef0123456789abcdef";
        Path git = Files.createDirectories(temporary.resolve("repository/.git/refs/heads"));
        git = git.getParent().getParent();
        Path inside = Files.createDirectories(temporary.resolve("repository/a/b"));
        Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
        assertThat(GitCommit.of(inside)).isEmpty();
        Files.writeString(
                git.resolve("packed-refs"),
                "# pack-refs with: peeled\n"
                        + two
                        + " refs/heads/a-main\n"
                        + one
                        + " refs/heads/main\n");
        assertThat(GitCommit.of(inside)).hasValue(one);
        Files.writeString(git.resolve("refs/heads/main"), two + "\n");
        assertThat(GitCommit.of(inside)).hasValue(two);

        Path linked = Files.createDirectories(temporary.resolve("linked"));
        Path own = Files.createDirectories(git.resolve("worktrees/linked"));
        Files.writeString(linked.resolve(".git"), "gitdir: " + own + "\n");
        Files.writeString(own.resolve("HEAD"), "ref: refs/heads/main\n");
        Files.writeString(own.resolve("commondir"), "../..\n");
        assertThat(GitCommit.of(linked)).hasValue(two);
        Files.writeString(own.resolve("HEAD"), one + "\n");
        assertThat(GitCommit.of(linked)).hasValue(one);
        Files.writeString(own.resolve("HEAD"), "damaged\n");
        assertThat(GitCommit.of(linked)).isEmpty();
    }

    @Test
    void foldersOfSomethingElseAreRefused() throws Exception {
        Path folder = Files.createDirectories(temporary.resolve("home"));
        Files.writeString(folder.resolve("thesis.tex"), "");
        assertThatThrownBy(() -> RunFolder.open(folder, config()))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("[thesis.tex]");
        assertThat(folder.resolve("run.lock")).doesNotExist();
        Path file = folder.resolve("thesis.tex");
        assertThatThrownBy(() -> RunFolder.open(file, config()))
                .hasMessageContaining("found a file");
        assertThatThrownBy(() -> RunFolder.open(file.resolve("run"), config()))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("Cannot use the run folder");
        assertThatThrownBy(() -> RunFolder.config(folder, Config.class))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("found no config.json");
        Files.writeString(folder.resolve("config.json"), "{\"epochs\":");
        assertThatThrownBy(() -> RunFolder.open(folder, config()))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("config.json");
    }
}
