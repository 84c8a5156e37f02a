package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.engine.ArrayFixture;
import org.soda4j.model.NonFiniteException;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.run.RunFolder;

/**
 * What loss scaling does to a training. It computes in float32, so that it can be compared bit for
 * bit; infinite gradients come from a pixel that is not a number. Batches are of 4 images.
 */
class LossScaledTrainingTest extends ArrayFixture {

    private static final Function<Precision, LossScale> SCALED =
            precision -> LossScale.dynamic(1024, 2);
    private static final int PIXELS = 3 * TinyTraining.SIZE * TinyTraining.SIZE;

    @TempDir Path folder;

    @Test
    void scalingByPowersOfTwoChangesNoBit() {
        float[] source = TinyTraining.pixels(12, 1);
        train("plain", source, 6, 0, LossScale::of);
        train("scaled", source, 6, 0, SCALED);
        Map<String, String> plain = files("plain");
        Map<String, String> scaled = files("scaled");
        assertThat(plain.remove("state.json")).isNotEqualTo(scaled.remove("state.json"));
        assertThat(scaled).isEqualTo(plain);
        // Doubled after steps 2, 4 and 6.
        assertThat(state("scaled")).isEqualTo(new LossScale.State(8192, 0, 0, 0));
    }

    @Test
    void aSkippedStepChangesNothingButTheScale() throws IOException {
        float[] source = withNanInBatch(2);
        train("before", source, 2, 0, SCALED);
        train("after", source, 3, 0, SCALED);
        Map<String, String> before = files("before");
        Map<String, String> after = files("after");
        assertThat(after.remove("state.json")).isNotEqualTo(before.remove("state.json"));
        assertThat(after).isEqualTo(before);
        assertThat(state("before")).isEqualTo(new LossScale.State(2048, 0, 0, 0));
        assertThat(state("after")).isEqualTo(new LossScale.State(1024, 0, 1, 1));
        assertThat(Files.readAllLines(RunFolder.metrics(folder.resolve("after"))))
                .contains(
                        "{\"type\":\"skipped\",\"step\":3,\"epoch\":1,\"images\":12,\"loss\":\"NaN\",\"lossScale\":1024.0}");
    }

    @Test
    void resumedAfterASkippedStepIsAsUninterrupted() throws IOException {
        // Skipped are the steps 2, 5 and 8: the middle batch of each epoch.
        float[] source = withNanInBatch(1);
        train("whole", source, 8, 0, SCALED);
        for (int stop : new int[] {2, 3, 4}) {
            String run = "stopped-" + stop;
            train(run, source, 8, stop, SCALED);
            train(run, source, 8, 0, SCALED);
            assertThat(files(run)).isEqualTo(files("whole"));
            assertThat(RunFolder.metrics(folder.resolve(run)))
                    .hasSameTextualContentAs(RunFolder.metrics(folder.resolve("whole")));
        }
        assertThat(state("whole").skippedSteps()).isEqualTo(3);
        // The mean of an epoch is over the steps that were made.
        assertThat(Files.readAllLines(RunFolder.metrics(folder.resolve("whole"))))
                .filteredOn(line -> line.contains("meanLoss"))
                .hasSize(2)
                .noneMatch(line -> line.contains("NaN"));
    }

    @Test
    void nSkippedStepsInARowEndTheTraining() {
        float[] source = TinyTraining.pixels(12, 1);
        for (int batch = 0; batch < 3; batch++) {
            source[batch * 4 * PIXELS] = Float.NaN;
        }
        assertThatThrownBy(() -> train("nan", source, 100, 0, SCALED))
                .isInstanceOfSatisfying(
                        NonFiniteException.class,
                        e -> assertThat(e.step()).isEqualTo(LossScale.MAX_SKIPPED_IN_ROW))
                .hasMessageContainingAll(
                        "20th step in a row", "loss scale", "encoder.conv1.weight");
        // That of the last complete epoch, with whole numbers.
        Checkpoint last = TinyTraining.newest(folder.resolve("nan"));
        assertThat(last.step()).isEqualTo(18);
        try (NDManager scope = manager.newSubManager()) {
            last.load("model", scope)
                    .forEach(
                            (name, array) ->
                                    assertThat(array.isNaN().any().getBoolean())
                                            .as(name)
                                            .isFalse());
        }
    }

    private static float[] withNanInBatch(int batch) {
        float[] source = TinyTraining.pixels(12, 1);
        source[batch * 4 * PIXELS + 5] = Float.NaN;
        return source;
    }

    private void train(
            String run,
            float[] source,
            int steps,
            int stopAfter,
            Function<Precision, LossScale> scale) {
        try (Soda soda = TinyTraining.model(0.2).build()) {
            var data = TinyTraining.data(manager, source, TinyTraining.pixels(12, 2));
            SodaTrainer.Builder builder =
                    TinyTraining.trainer(soda, data)
                            .steps(steps)
                            .shuffle(false)
                            .folder(folder.resolve(run))
                            .listener(TinyTraining.stopAfter(stopAfter));
            builder.lossScale = scale;
            builder.build().fit();
        }
    }

    private Map<String, String> files(String run) {
        return TinyTraining.files(TinyTraining.newest(folder.resolve(run)).folder());
    }

    private LossScale.State state(String run) {
        return TinyTraining.newest(folder.resolve(run)).state(RunPosition.class).lossScale();
    }
}
