package org.soda4j.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that saves without end is killed at random moments. (SIGKILL does not lose what the
 * kernel has taken over, so this shows the order of the operations, not the syncing.) Run it with
 * {@code -Dsoda.kills=100} for the long form; it prints what was hit.
 */
class CheckpointKillTest {

    private static final int KILLS = Integer.getInteger("soda.kills", 3);

    @TempDir Path folder;

    @Test
    void killedAtAnyMomentTheNewestCheckpointIsWhole() throws Exception {
        Random random = new Random(Long.getLong("soda.kills.seed", 1));
        Map<String, Integer> hits = new TreeMap<>();
        long last = 0;
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int kill = 0; kill < KILLS; kill++) {
                long saved = killOne(last, random.nextInt(400), kill % 2 == 0);
                count(hits, folder);
                CheckpointStore store = CheckpointStore.open(folder, new Retention(3, 5));
                Checkpoint newest = store.newestValid().orElse(null);
                if (newest != null) {
                    assertThat(newest.step()).isGreaterThanOrEqualTo(saved);
                    last = newest.step();
                    assertWhole(newest, manager);
                }
                // Not only the newest: no folder is half there.
                store.steps().forEach(store::at);
                try (Stream<Path> children = Files.list(folder)) {
                    assertThat(children.map(path -> path.getFileName().toString()))
                            .noneMatch(name -> name.startsWith("."));
                }
            }
        }
        assertThat(last).isPositive();
        if (KILLS > 10) {
            System.out.println("kills=" + KILLS + " steps=" + last + " hits=" + hits);
            assertThat(hits.getOrDefault("step.tmp", 0)).isPositive();
        }
    }

    private static void assertWhole(Checkpoint checkpoint, NDManager manager) {
        assertThat(checkpoint.state(JsonNode.class).get("step").asLong())
                .isEqualTo(checkpoint.step());
        for (String group : new String[] {"model", "ema", "optimizer"}) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray array = checkpoint.load(group, scope).get("weight");
                assertThat(array.size()).isEqualTo(KilledSaver.FLOATS);
                assertThat(array.eq((float) checkpoint.step()).all().getBoolean()).isTrue();
            }
        }
    }

    /** Starts the process, kills it, and returns the last step that it said was saved. */
    private long killOne(long expectedStart, int delayMillis, boolean waitForOneSave)
            throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-DOPT_OUT_TRACKING=true",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                                KilledSaver.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long saved = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready " + expectedStart);
            if (waitForOneSave) {
                saved = Long.parseLong(out.readLine().substring("saved ".length()));
            }
            process.waitFor(delayMillis, TimeUnit.MILLISECONDS);
            // Through the handle, as Process.destroyForcibly closes the stream that is read below.
            process.toHandle().destroyForcibly();
            process.waitFor();
            String line;
            while ((line = out.readLine()) != null) {
                if (line.matches("saved \\d+")) {
                    saved = Long.parseLong(line.substring("saved ".length()));
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).as("killed, not failed").isEqualTo(137);
        return saved;
    }

    /** In the middle of what the process was killed. */
    private static void count(Map<String, Integer> hits, Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            String hit =
                    children.map(path -> path.getFileName().toString())
                            .filter(name -> name.startsWith("."))
                            .map(
                                    name ->
                                            name.replaceFirst(
                                                    "^\\.(step|latest).*\\.(.*)-\\d+$", "$1.$2"))
                            .sorted()
                            .reduce((a, b) -> a + "+" + b)
                            .orElse("between");
            hits.merge(hit, 1, Integer::sum);
        }
    }
}
