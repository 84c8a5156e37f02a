package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.Soda;
import org.soda4j.training.run.RunFolder;

/**
 * A training that is interrupted and resumed is, on a CPU, the one that was not: bit for bit in
 * weights, averages, moments, counters and metrics. With dropout, random noise, times and masks, an
 * order of its own for each epoch, evaluations and samples on the way. Epochs have 3 steps.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExactResumeTest {

    private static final int STEPS = 8;

    @TempDir static Path folder;

    private NDManager manager;
    private Path whole;
    private Path wholeAccumulated;

    @BeforeAll
    void trainWithoutInterruption() {
        manager = NDManager.newBaseManager();
        whole = folder.resolve("whole");
        wholeAccumulated = folder.resolve("whole-accumulated");
        assertThat(train(whole, 1, 0).complete()).isTrue();
        assertThat(train(wholeAccumulated, 2, 0).complete()).isTrue();
    }

    @AfterAll
    void close() {
        manager.close();
    }

    // After the first step, in an epoch, at its end, and one before the training's last.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void resumedIsAsUninterrupted(int stop) throws IOException {
        Path run = folder.resolve("stopped-" + stop);
        TrainingSummary first = train(run, 1, stop);
        assertThat(first.steps()).isEqualTo(stop);
        assertThat(first.complete()).isFalse();
        assertThat(first.reason()).isEqualTo("test");
        TrainingSummary rest = train(run, 1, 0);
        assertThat(rest.steps()).isEqualTo(STEPS);
        assertThat(rest.complete()).isTrue();
        assertSame(run, whole);
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "4, 6"})
    void resumedTwiceWithAccumulationIsAsUninterrupted(int stop, int again) throws IOException {
        Path run = folder.resolve("accumulated-" + stop);
        train(run, 2, stop);
        train(run, 2, again);
        assertThat(train(run, 2, 0).complete()).isTrue();
        assertSame(run, wholeAccumulated);
    }

    @Test
    void stepsAfterTheLastCheckpointAreDoneAgain() throws IOException {
        // Killed in epoch 3: what there is are the checkpoint of step 6 and metrics up to step 7.
        Path run = folder.resolve("killed");
        train(run, 1, 7);
        Path last = RunFolder.checkpoints(run).resolve("step-7");
        for (String file : TinyTraining.files(last).keySet()) {
            Files.delete(last.resolve(file));
        }
        assertThat(train(run, 1, 0).complete()).isTrue();
        assertSame(run, whole);
    }

    @Test
    void anotherSeedIsAnotherTraining() throws IOException {
        Path run = folder.resolve("seed");
        try (Soda soda = TinyTraining.model(0.2).build()) {
            builder(soda, 1).folder(run).seed(12).build().fit();
        }
        assertThat(Files.readString(RunFolder.metrics(run)))
                .isNotEqualTo(Files.readString(RunFolder.metrics(whole)));
    }

    @Test
    void aCompleteRunIsNotTrainedFurther() throws IOException {
        Map<String, String> before = TinyTraining.files(TinyTraining.newest(whole).folder());
        String metrics = Files.readString(RunFolder.metrics(whole));
        TrainingSummary summary = train(whole, 1, 0);
        assertThat(summary.complete()).isTrue();
        assertThat(summary.reason()).isEqualTo("complete already");
        assertThat(summary.steps()).isEqualTo(STEPS);
        assertThat(TinyTraining.files(TinyTraining.newest(whole).folder())).isEqualTo(before);
        assertThat(RunFolder.metrics(whole)).hasContent(metrics);
    }

    @Test
    void theModelOfTheFolderIsTheMovingAverage() throws IOException {
        try (Soda soda = Soda.load(RunFolder.model(whole));
                NDManager scope = manager.newSubManager()) {
            var average = TinyTraining.newest(whole).load("ema", scope);
            assertThat(soda.parameters()).hasSameSizeAs(average);
            soda.parameters()
                    .forEach(
                            (name, array) ->
                                    assertThat(array.toFloatArray())
                                            .as(name)
                                            .isEqualTo(average.get(name).toFloatArray()));
        }
    }

    private TrainingSummary train(Path run, int accumulation, int stopAfter) {
        try (Soda soda = TinyTraining.model(0.2).build()) {
            return builder(soda, accumulation)
                    .folder(run)
                    .listener(TinyTraining.stopAfter(stopAfter))
                    .build()
                    .fit();
        }
    }

    private SodaTrainer.Builder builder(Soda soda, int accumulation) {
        return TinyTraining.trainer(soda, TinyTraining.data(manager, 12))
                .steps(STEPS)
                .accumulation(accumulation)
                .evaluateEveryEpochs(1)
                .sampleEveryEpochs(1)
                .samples(3)
                .sampleSteps(2)
                .evaluation(
                        "weights",
                        model -> {
                            double sum = 0;
                            for (var array : model.parameters().values()) {
                                try (var total = array.sum()) {
                                    sum += total.getFloat();
                                }
                            }
                            return Map.of("sum", sum);
                        });
    }

    private static void assertSame(Path run, Path expected) throws IOException {
        Map<String, String> files = TinyTraining.files(TinyTraining.newest(run).folder());
        assertThat(files.keySet())
                .contains(
                        "model.safetensors",
                        "ema.safetensors",
                        "optimizer.safetensors",
                        "state.json");
        assertThat(files).isEqualTo(TinyTraining.files(TinyTraining.newest(expected).folder()));
        assertThat(Files.readString(RunFolder.metrics(run)))
                .isEqualTo(Files.readString(RunFolder.metrics(expected)))
                .hasLineCount(
                        // Latents of each step; 2 complete epochs; evaluated after them and at the
                        // end.
                        2 * STEPS + 2 + 3);
        for (String name : new String[] {"step-3", "step-6", "step-8"}) {
            String png = "samples/" + name + "-reconstruction.png";
            assertThat(run.resolve(png)).hasSameBinaryContentAs(expected.resolve(png));
        }
    }
}
