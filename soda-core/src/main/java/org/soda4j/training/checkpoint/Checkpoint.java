package org.soda4j.training.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/**
 * A checkpoint on the disk whose files matched its manifest when it was found or written.
 * Immutable; arrays are read only when asked for.
 */
public final class Checkpoint {

    static final String STATE = "state.json";
    static final String EXTENSION = ".safetensors";

    private final Path folder;
    private final CheckpointManifest manifest;

    Checkpoint(Path folder, CheckpointManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    /**
     * The training step after which it was written.
     *
     * @return the step, 0 for one from before the first
     */
    public long step() {
        return manifest.step();
    }

    /**
     * The folder that holds it.
     *
     * @return {@code .../checkpoints/step-N}
     */
    public Path folder() {
        return folder;
    }

    /**
     * The size of its files without the manifest.
     *
     * @return the sum of the sizes in bytes
     */
    public long totalBytes() {
        return manifest.totalBytes();
    }

    /**
     * Reads a group of arrays.
     *
     * @param group the group's name as it was saved: {@code model}, {@code ema}, {@code optimizer}
     * @param manager owns the arrays and says on which device they are
     * @return parameter name to array, in the shapes and data types that were saved; closed with
     *     the manager
     * @throws CheckpointException if the group is not part of the checkpoint or cannot be read
     */
    public Map<String, NDArray> load(String group, NDManager manager) {
        Path file = file(group);
        try (SafetensorsFile tensors = Safetensors.open(file)) {
            return tensors.readAll(manager);
        } catch (IOException e) {
            throw new CheckpointException("Cannot read " + file + ": " + e, e);
        }
    }

    /**
     * Reads one group of arrays for a model or an optimiser to go on with, which needs finite
     * numbers and variances of at least 0.
     *
     * @param group as for {@link #load}
     * @param manager as for {@link #load}
     * @return as of {@link #load}
     * @throws CheckpointException as for {@link #load}, and if an array has a number that is NaN or
     *     infinite, or the name of one ends in {@code running_var} and it has a number below 0;
     *     names the file, the array and the index
     */
    public Map<String, NDArray> loadFinite(String group, NDManager manager) {
        try (SafetensorsFile tensors = Safetensors.open(file(group))) {
            for (String name : tensors.names()) {
                tensors.requireFinite(name);
            }
        } catch (IOException e) {
            throw new CheckpointException("Cannot go on from " + folder + ": " + e.getMessage(), e);
        }
        return load(group, manager);
    }

    private Path file(String group) {
        String name = group + EXTENSION;
        if (!manifest.files().containsKey(name)) {
            throw new CheckpointException(
                    "No group '"
                            + group
                            + "' in "
                            + folder
                            + ": found "
                            + manifest.files().keySet());
        }
        return folder.resolve(name);
    }

    /**
     * Reads the state that was saved beside the arrays (counters, random seeds).
     *
     * @param <T> the state's type
     * @param type a record or bean as it was saved, or {@link JsonNode}
     * @return the state
     * @throws CheckpointException if the file cannot be read or is not of this type
     */
    public <T> T state(Class<T> type) {
        Path file = folder.resolve(STATE);
        try {
            return CheckpointStore.JSON.readValue(Files.readAllBytes(file), type);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file + " is no " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException("Cannot read " + file + ": " + e, e);
        }
    }

    @Override
    public String toString() {
        return "Checkpoint[step=" + step() + ", folder=" + folder + "]";
    }
}
