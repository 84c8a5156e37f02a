package org.soda4j.examples;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.training.Checkpoint;
import org.soda4j.training.CheckpointStore;
import org.soda4j.training.RunConfig;
import org.soda4j.training.RunFolder;

/** The model of a run (its moving average), or a saved model. */
final class TrainedModel {

    private TrainedModel() {}

    /**
     * Loads a model.
     *
     * @param folder a run, or a folder that {@code Soda.save} wrote
     * @param step of a checkpoint; null: the finished model, or else the newest checkpoint
     * @return the model; the caller closes it
     */
    static Soda load(Path folder, Long step, Device device) throws IOException {
        boolean finished = Files.exists(RunFolder.model(folder).resolve("model.safetensors"));
        if (step == null && finished) {
            return Soda.load(RunFolder.model(folder), device, Precision.FP32);
        }
        if (step == null && Files.exists(folder.resolve("model.safetensors"))) {
            return Soda.load(folder, device, Precision.FP32);
        }
        RunConfig config = RunFolder.config(folder, RunConfig.class);
        CheckpointStore store = CheckpointStore.readOnly(RunFolder.checkpoints(folder));
        Checkpoint checkpoint =
                step != null
                        ? store.at(step)
                        : store.newestValid()
                                .orElseThrow(
                                        () ->
                                                new IOException(
                                                        folder
                                                                + ": expected a model or a checkpoint, found neither"));
        Soda soda = Soda.builder().config(config.model()).device(device).build();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            Map<String, NDArray> averages = checkpoint.load("ema", manager);
            soda.parameters().forEach((name, value) -> averages.get(name).copyTo(value));
            return soda;
        } catch (RuntimeException e) {
            soda.close();
            throw e;
        }
    }
}
