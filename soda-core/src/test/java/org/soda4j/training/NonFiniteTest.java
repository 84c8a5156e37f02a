package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.run.RunFolder;

/** A loss that is not a number ends the training before it reaches the parameters. */
class NonFiniteTest {

    @TempDir Path folder;

    @Test
    void stopsBeforeTheOptimizerAndLeavesTheCheckpointClean() throws Exception {
        float[] source = TinyTraining.pixels(12, 1);
        source[9 * 3 * TinyTraining.SIZE * TinyTraining.SIZE + 5] = Float.NaN; // in the third batch
        List<RunEvent.Step> steps = new ArrayList<>();
        Path run = folder.resolve("run");
        Map<String, String> checkpoint;
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            var data = TinyTraining.data(manager, source, TinyTraining.pixels(12, 2));
            SodaTrainer.Builder options =
                    TinyTraining.trainer(soda, data).steps(6).shuffle(false).folder(run);
            options.listener(TinyTraining.stopAfter(2)).build().fit();
            checkpoint = TinyTraining.files(TinyTraining.newest(run).folder());
            SodaTrainer again = options.listener(TinyTraining.recording(steps)).build();
            assertThatThrownBy(again::fit)
                    .isInstanceOfSatisfying(
                            NonFiniteException.class, e -> assertThat(e.step()).isEqualTo(3))
                    .hasMessageContaining("step 3")
                    .hasMessageContaining("found loss NaN")
                    .hasMessageContaining("encoder.conv1.weight");
            assertThat(steps).isEmpty();
            for (String name : soda.trainableNames()) {
                boolean finite = true;
                for (float value : soda.parameters().get(name).toFloatArray()) {
                    finite &= Float.isFinite(value);
                }
                assertThat(finite).as(name).isTrue();
            }
        }
        Checkpoint newest = TinyTraining.newest(run);
        assertThat(newest.step()).isEqualTo(2);
        assertThat(TinyTraining.files(newest.folder())).isEqualTo(checkpoint);
        assertThat(Files.readString(RunFolder.metrics(run))).hasLineCount(2);
    }
}
