package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.distributed.Collective;
import org.soda4j.distributed.MpiRanks;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.training.run.RunFolder;

/** Two processes train one model. */
class RanksTrainingTest {

    @TempDir static Path folder;

    @BeforeAll
    static void trainWithoutInterruption() throws Exception {
        MpiRanks.assumeInstalled();
        MpiRanks.Ended ended = ranks("whole");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
    }

    private static MpiRanks.Ended ranks(String task) throws Exception {
        return MpiRanks.run(2, RanksProgram.class, task, folder.toString());
    }

    @Test
    void twoRanksAreOneProcessWithTheJointBatch() throws IOException {
        Path alone = folder.resolve("joint-alone");
        try (NDManager manager = NDManager.newBaseManager();
                Soda initial = RanksProgram.groupNormModel(0)) {
            RanksProgram.jointBatches(Collective.single(), manager, alone);
            Map<String, NDArray> start = initial.parameters();
            Map<String, NDArray> expected = read(alone, manager);
            Map<String, NDArray> first = read(folder.resolve("joint-0"), manager);
            Map<String, NDArray> second = read(folder.resolve("joint-1"), manager);
            assertThat(first.keySet()).isEqualTo(expected.keySet()).isEqualTo(start.keySet());
            double moved = 0;
            for (String name : expected.keySet()) {
                assertThat(second.get(name).toByteArray())
                        .as("bits of %s", name)
                        .isEqualTo(first.get(name).toByteArray());
                // The bound of the task; sums in another order differ by about 1e-7 of the values.
                assertThat(largest(first.get(name), expected.get(name))).as(name).isLessThan(1e-5f);
                moved = Math.max(moved, largest(expected.get(name), start.get(name)));
            }
            assertThat(moved).as("what could be wrong by a factor").isGreaterThan(1e-3);
        }
    }

    private static float largest(NDArray a, NDArray b) {
        try (NDArray difference = a.sub(b);
                NDArray absolute = difference.abs();
                NDArray max = absolute.max()) {
            return max.getFloat();
        }
    }

    private static Map<String, NDArray> read(Path file, NDManager manager) throws IOException {
        try (SafetensorsFile tensors = Safetensors.open(file)) {
            return tensors.readAll(manager);
        }
    }

    @Test
    void metricsAreTheMeanOverTheRanks() throws IOException {
        List<String> metrics = Files.readAllLines(RunFolder.metrics(folder.resolve("whole")));
        assertThat(metrics.stream().filter(line -> line.contains("rank.number")))
                .isNotEmpty()
                .allMatch(line -> line.contains("\"rank.number\":0.5"));
        String last = metrics.stream().filter(l -> l.contains("\"step\":8,")).findFirst().get();
        assertThat(last).contains("\"images\":" + RanksProgram.STEPS * 2 * RanksProgram.BATCH);
    }

    @Test
    void aKilledRankEndsTheJobAndARelaunchGoesOnExactly() throws Exception {
        Instant start = Instant.now();
        MpiRanks.Ended killed = ranks("killed");
        assertThat(killed.exitCode()).isNotZero();
        assertThat(killed.output())
                .contains("signal 9")
                .as("the ranks that are left are asked to end, but no checkpoint follows")
                .doesNotContain("with a checkpoint");
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
        Path run = folder.resolve("killed");
        assertThat(TinyTraining.newest(run).step()).isEqualTo(3);
        Path copy = folder.resolve("with-one");
        copy(run, copy);

        MpiRanks.Ended again = ranks("again");
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(TinyTraining.files(TinyTraining.newest(run).folder()))
                .isEqualTo(
                        TinyTraining.files(TinyTraining.newest(folder.resolve("whole")).folder()));
        assertThat(RunFolder.metrics(run))
                .hasSameTextualContentAs(RunFolder.metrics(folder.resolve("whole")));

        // The same run with one rank: as many steps, of half as many images.
        try (NDManager manager = NDManager.newBaseManager()) {
            TrainingSummary alone = RanksProgram.train(Collective.single(), manager, copy, 0);
            assertThat(alone.complete()).isTrue();
            assertThat(alone.steps()).isEqualTo(RanksProgram.STEPS);
            assertThat(alone.images()).isEqualTo(3 * 8 + 5 * 4);
        }
    }

    @Test
    void ranksThatDriftApartStop() throws Exception {
        MpiRanks.Ended ended = ranks("drift");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output())
                .contains("after step 2: parameters with the same bits")
                .contains("found rank 0 and ranks [1] to differ");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
