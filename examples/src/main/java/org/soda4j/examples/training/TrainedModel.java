package org.soda4j.examples.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.training.RunConfig;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.run.RunFolder;

/** The model of a run (its moving average), or a saved model. */
public final class TrainedModel {

    private TrainedModel() {}

    /**
     * Loads a model.
     *
     * @param folder a run, or a folder that {@code Soda.save} wrote
     * @param step of a checkpoint; null: the newest, or the model where there is none
     * @return the model; the caller closes it
     */
    public static Soda load(Path folder, Long step, Device device, Precision precision)
            throws IOException {
        CheckpointStore store = CheckpointStore.readOnly(RunFolder.checkpoints(folder));
        // A run's model can be older: it is written at every end, and a run can go on after it.
        Optional<Checkpoint> checkpoint =
                step == null ? store.newestValid() : Optional.of(store.at(step));
        if (checkpoint.isPresent()) {
            return ofCheckpoint(folder, checkpoint.get(), device, precision);
        }
        for (Path model : List.of(RunFolder.model(folder), folder)) {
            if (Files.exists(model.resolve("model.safetensors"))) {
                return Soda.load(model, device, precision);
            }
        }
        throw new IOException(folder + ": expected a run or a saved model, found neither");
    }

    private static Soda ofCheckpoint(
            Path run, Checkpoint checkpoint, Device device, Precision precision)
            throws IOException {
        RunConfig config = RunFolder.config(run, RunConfig.class);
        Soda soda =
                Soda.builder().config(config.model()).device(device).precision(precision).build();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            Map<String, NDArray> averages = checkpoint.loadFinite("ema", manager);
            soda.parameters().forEach((name, value) -> averages.get(name).copyTo(value));
            return soda;
        } catch (RuntimeException e) {
            soda.close();
            throw e;
        }
    }
}
