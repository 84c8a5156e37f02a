package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Soda;
import org.soda4j.model.NonFiniteException;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointException;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.checkpoint.Retention;
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
        assertThat(Files.readString(RunFolder.metrics(run)))
                .contains("\"step\":2,")
                .doesNotContain("\"step\":3,");
    }

    /** Written by something else than a training, which does not write them. */
    @ParameterizedTest
    @CsvSource({
        "model, encoder.conv1.weight, NaN",
        "ema, encoder.bn1.running_var, -1",
        "optimizer, , Infinity"
    })
    void doesNotGoOnFromACheckpointWithThem(String group, String name, float value) {
        Path run = folder.resolve("resumed");
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            var data = TinyTraining.data(manager, 12);
            SodaTrainer.Builder options =
                    TinyTraining.trainer(soda, data).steps(6).shuffle(false).folder(run);
            options.listener(TinyTraining.stopAfter(2)).build().fit();
            Checkpoint newest = TinyTraining.newest(run);
            Map<String, Map<String, NDArray>> groups = new TreeMap<>();
            for (String each : List.of("model", "ema", "optimizer")) {
                groups.put(each, newest.load(each, manager));
            }
            Map<String, NDArray> arrays = groups.get(group);
            String wrong = name == null ? arrays.keySet().iterator().next() : name;
            NDArray array = arrays.get(wrong);
            float[] values = array.toFloatArray();
            values[1] = value;
            arrays.put(wrong, manager.create(values, array.getShape()));
            CheckpointStore.open(RunFolder.checkpoints(run), Retention.DEFAULT)
                    .save(newest.step(), groups, newest.state(JsonNode.class));
            SodaTrainer again = options.listener(TinyTraining.recording(new ArrayList<>())).build();
            assertThatThrownBy(again::fit)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(
                            "Cannot go on from ",
                            group + ".safetensors: tensor '" + wrong + "': expected",
                            "found " + value + " at index [");
        }
    }
}
