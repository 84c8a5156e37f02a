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
import java.util.stream.Stream;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.models.ShippedModel;
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
     * @param folder a run, a folder that {@code Soda.save} wrote, or, where there is no such file,
     *     the name of a model of {@code soda-models}
     * @param step of a checkpoint; null: the newest, or the model where there is none
     * @return the model; the caller closes it
     */
    public static Soda load(Path folder, Long step, Device device, Precision precision)
            throws IOException {
        Optional<ShippedModel> shipped = shipped(folder);
        if (shipped.isPresent()) {
            return shipped.get().load(device, precision);
        }
        // A run's model can be older: it is written at every end, and a run can go on after it.
        Optional<Checkpoint> checkpoint = checkpoint(RunFolder.checkpoints(folder), step);
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

    private static Optional<Checkpoint> checkpoint(Path checkpoints, Long step) throws IOException {
        if (step == null && !Files.exists(checkpoints)) {
            return Optional.empty();
        }
        CheckpointStore store = CheckpointStore.readOnly(checkpoints);
        return step == null ? store.newestValid() : Optional.of(store.at(step));
    }

    /** The model of {@code soda-models} that a folder stands for, if it is none. */
    public static Optional<ShippedModel> shipped(Path folder) {
        return Stream.of(ShippedModel.values())
                .filter(model -> model.toString().equals(folder.toString()))
                .filter(model -> !Files.exists(folder))
                .findFirst();
    }

    /** The end of a training measures them; they stand in the saved model alone. */
    private static void takeStatistics(Soda soda, Path model) throws IOException {
        if (!Files.exists(model.resolve("model.safetensors"))) {
            return;
        }
        try (Soda saved = Soda.load(model, soda.device(), Precision.FP32)) {
            Map<String, NDArray> values = saved.parameters();
            boolean same =
                    soda.parameters().entrySet().stream()
                            .allMatch(p -> p.getValue().contentEquals(values.get(p.getKey())));
            if (same) {
                saved.featureStatistics().ifPresent(soda::keepFeatureStatistics);
            }
        }
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
            takeStatistics(soda, RunFolder.model(run));
            return soda;
        } catch (RuntimeException e) {
            soda.close();
            throw e;
        }
    }
}
