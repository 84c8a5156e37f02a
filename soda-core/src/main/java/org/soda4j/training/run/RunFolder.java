package org.soda4j.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.Utf8Text;
import org.soda4j.training.checkpoint.CheckpointException;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.checkpoint.Retention;
import org.soda4j.training.listener.JsonLinesListener;
import org.soda4j.training.listener.TensorBoardListener;

/**
 * The folder of one training run, which tells everything about it:
 *
 * <pre>
 * config.json        the effective configuration
 * environment.json   versions, device, commit and data hash of every start
 * metrics.jsonl      steps, epochs and evaluations ({@link JsonLinesListener})
 * events/            TensorBoard event files ({@link TensorBoardListener})
 * samples/           sample images, step-N-NAME.png
 * checkpoints/       {@link CheckpointStore}
 * model/             the moving average when the training ended, for {@link Soda#load(Path)}
 * run.lock           held while a process writes to the folder
 * </pre>
 *
 * <p>Opening an existing folder goes on with its run; with another configuration, but for the steps
 * that sample images are drawn in, it is refused. The folder is locked until it is closed.
 */
public final class RunFolder implements AutoCloseable {

    private static final String CONFIG = "config.json";
    private static final String ENVIRONMENT = "environment.json";

    /** How pictures are drawn does not change the run; the default was 100 when DDIM drew them. */
    private static final Set<String> MAY_DIFFER = Set.of("/training/sampleSteps");

    private static final String LENGTH = "/training/length";
    private static final String LONGER =
            "\n  to train it for longer: RunFolder.replaceConfig, or the program resume with --steps";

    private final Path root;
    private final RunLock lock;
    private final InstantSource clock;

    private RunFolder(Path root, RunLock lock, InstantSource clock) {
        this.root = root;
        this.lock = lock;
        this.clock = clock;
    }

    /**
     * Makes a run folder, or opens an existing one to go on with its run.
     *
     * @param folder a run folder, an empty folder, or one that does not exist yet
     * @param config the effective configuration: whatever Jackson can write
     * @return the locked folder; the caller closes it
     * @throws RunFolderException if the folder is of a run with another configuration (lists every
     *     field that differs, expected is the folder's value), holds something else, is in use by
     *     another process, or cannot be read or written
     */
    public static RunFolder open(Path folder, Object config) {
        return open(folder, config, InstantSource.system());
    }

    static RunFolder open(Path folder, Object config, InstantSource clock) {
        Path root = folder.toAbsolutePath().normalize();
        byte[] effective = RunJson.bytes(config, "the configuration");
        RunLock lock = null;
        try {
            refuseOtherContent(root);
            Files.createDirectories(root);
            lock = RunLock.take(root, clock.instant().truncatedTo(ChronoUnit.SECONDS));
            if (Files.exists(root.resolve(CONFIG))) {
                refuseOtherConfig(root, config.getClass(), RunJson.MAPPER.readTree(effective));
            } else {
                AtomicFile.write(root.resolve(CONFIG), effective);
            }
            Files.createDirectories(root.resolve("samples"));
            return new RunFolder(root, lock, clock);
        } catch (IOException e) {
            closeAfter(e, lock);
            throw unusable(root, e);
        } catch (RuntimeException e) {
            closeAfter(e, lock);
            throw e;
        }
    }

    /**
     * Gives a run another configuration, to train it for longer. What else changes, changes from
     * the newest checkpoint on; a model or data that do not fit it are refused there.
     *
     * @param folder a run folder that no process uses
     * @param config the new configuration: whatever Jackson can write
     * @throws RunFolderException if the folder is no run folder, is in use, or cannot be written
     */
    public static void replaceConfig(Path folder, Object config) {
        Path root = folder.toAbsolutePath().normalize();
        config(root, JsonNode.class);
        byte[] effective = RunJson.bytes(config, "the configuration");
        RunLock lock = null;
        try {
            lock = RunLock.take(root, Instant.now().truncatedTo(ChronoUnit.SECONDS));
            AtomicFile.write(root.resolve(CONFIG), effective);
            lock.close();
        } catch (IOException e) {
            closeAfter(e, lock);
            throw unusable(root, e);
        }
    }

    /**
     * Reads the configuration of a run, which may be going on.
     *
     * @param <T> the configuration's type
     * @param folder a run folder
     * @param type the type that was written, or {@link JsonNode}
     * @return the configuration
     * @throws RunFolderException if the folder is no run folder or the file is not of this type
     */
    public static <T> T config(Path folder, Class<T> type) {
        Path file = folder.resolve(CONFIG);
        if (!Files.exists(folder)) {
            throw new RunFolderException(
                    "Expected a run folder, which does not exist: " + folder.toAbsolutePath());
        }
        if (!Files.exists(file)) {
            throw new RunFolderException(
                    "Expected a run folder, found no " + CONFIG + " in " + folder.toAbsolutePath());
        }
        try {
            return RunJson.MAPPER.readValue(Utf8Text.read(file), type);
        } catch (JsonProcessingException e) {
            throw new RunFolderException(
                    file + " is no " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /**
     * Adds this start of the run to {@code environment.json}, and warns of what is different from
     * the start before, as the run may then not be repeatable bit for bit.
     *
     * @param environment this process
     * @throws RunFolderException if the file cannot be read or written
     */
    public void recordStart(RunEnvironment environment) {
        try {
            Instant time = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            RunStarts.add(root.resolve(ENVIRONMENT), environment, time);
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    /**
     * Opens the run's checkpoints for writing.
     *
     * @param retention which of them stay
     * @return the store; nothing to close
     * @throws CheckpointException if the folder cannot be made or cleaned
     */
    public CheckpointStore checkpoints(Retention retention) {
        return CheckpointStore.open(checkpoints(root), retention);
    }

    /**
     * Where the checkpoints of a run are, for {@link CheckpointStore#readOnly}.
     *
     * @param run a run folder
     * @return its folder of checkpoints
     */
    public static Path checkpoints(Path run) {
        return run.resolve("checkpoints");
    }

    /**
     * The folder itself.
     *
     * @return an absolute path
     */
    public Path path() {
        return root;
    }

    /**
     * Where the metrics of a run are.
     *
     * @param run a run folder
     * @return the file that a {@link JsonLinesListener} writes
     */
    public static Path metrics(Path run) {
        return run.resolve("metrics.jsonl");
    }

    /**
     * Where the model of a run is once its training has ended: the moving average.
     *
     * @param run a run folder
     * @return for {@link Soda#load(Path)}
     */
    public static Path model(Path run) {
        return run.resolve("model");
    }

    /**
     * The file of the metrics.
     *
     * @return for a {@link JsonLinesListener}
     */
    public Path metrics() {
        return metrics(root);
    }

    /**
     * Where the TensorBoard event files of a run are.
     *
     * @param run a run folder
     * @return the folder that a {@link TensorBoardListener} writes
     */
    public static Path events(Path run) {
        return run.resolve("events");
    }

    /**
     * The folder of the TensorBoard event files.
     *
     * @return for a {@link TensorBoardListener}
     */
    public Path events() {
        return events(root);
    }

    /**
     * The file for sample images of one step.
     *
     * @param step the step after which they are drawn
     * @param name what they show, for example {@code reconstruction}
     * @return {@code samples/step-N-NAME.png}; the folder exists
     */
    public Path sample(long step, String name) {
        return root.resolve("samples").resolve("step-" + step + "-" + name + ".png");
    }

    /**
     * Releases the lock.
     *
     * @throws RunFolderException if that fails
     */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    private static void refuseOtherContent(Path root) throws IOException {
        if (!Files.exists(root) || Files.exists(root.resolve(CONFIG))) {
            return;
        }
        if (!Files.isDirectory(root)) {
            throw new RunFolderException("Expected a folder, found a file: " + root);
        }
        try (Stream<Path> children = Files.list(root)) {
            // Beside the lock, what a process left that was killed while it wrote config.json.
            List<String> others =
                    children.map(path -> path.getFileName().toString())
                            .filter(name -> !name.equals(RunLock.FILE))
                            .filter(name -> !name.startsWith("." + CONFIG))
                            .sorted()
                            .toList();
            if (!others.isEmpty()) {
                throw new RunFolderException(
                        "Expected a run folder or an empty one, found no "
                                + CONFIG
                                + " but "
                                + others.subList(0, Math.min(5, others.size()))
                                + " in "
                                + root
                                + "; choose another folder");
            }
        }
    }

    private static void refuseOtherConfig(Path root, Class<?> type, JsonNode effective) {
        JsonNode existing = withDefaults(config(root, JsonNode.class), type);
        List<JsonDifference> differences =
                JsonDifference.between(existing, effective).stream()
                        .filter(difference -> !MAY_DIFFER.contains(difference.pointer()))
                        .toList();
        if (!differences.isEmpty()) {
            boolean length =
                    differences.stream()
                            .anyMatch(difference -> difference.pointer().startsWith(LENGTH));
            throw new RunFolderException(
                    differences.stream()
                            .map(JsonDifference::toString)
                            .collect(
                                    Collectors.joining(
                                            "\n  ",
                                            "The run in "
                                                    + root
                                                    + " has another configuration; give the same"
                                                    + " one to go on with it, or another folder:\n"
                                                    + "  ",
                                            length ? LONGER : "")));
        }
    }

    /** An older version may have written it, which did not have every field of now. */
    private static JsonNode withDefaults(JsonNode config, Class<?> type) {
        try {
            return RunJson.MAPPER.valueToTree(RunJson.MAPPER.treeToValue(config, type));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return config; // Of something else: the difference will say so.
        }
    }

    private static void closeAfter(Exception failure, RunLock lock) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static RunFolderException unusable(Path root, IOException e) {
        if (e.getCause() instanceof CharConversionException) {
            return new RunFolderException(e.getMessage(), e); // The file is named, and its byte.
        }
        return new RunFolderException(
                "Cannot use the run folder "
                        + root
                        + ": "
                        + e
                        + "; make it writable or choose another folder",
                e);
    }
}
