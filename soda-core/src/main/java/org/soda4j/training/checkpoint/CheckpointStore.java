package org.soda4j.training.checkpoint;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.io.Safetensors;
import org.soda4j.io.Utf8Text;

/**
 * The checkpoints of a run: one folder {@code step-N} each, with a safetensors file a group of
 * arrays, {@code state.json} and {@code manifest.json} (size and SHA-256 of every file), and a
 * pointer file {@code latest}.
 *
 * <p>A checkpoint is there completely or not at all: it is written to a hidden folder, every file
 * and the folder are synced, the folder is renamed, and then the pointer is replaced. The pointer
 * is for people and scripts; reading trusts only the manifests, takes the newest checkpoint that
 * matches its own, and warns of those that do not.
 *
 * <pre>{@code
 * CheckpointStore store = CheckpointStore.open(run.resolve("checkpoints"), Retention.DEFAULT);
 * store.save(1000, Map.of("model", model, "ema", ema, "optimizer", moments), state);
 * Checkpoint newest = store.newestValid().orElseThrow();
 * Map<String, NDArray> model = newest.load("model", manager);
 * }</pre>
 *
 * <p>For one writing thread of one process (the run folder holds the lock); any number of others
 * may read through {@link #readOnly}.
 */
public final class CheckpointStore {

    static final ObjectMapper JSON = JsonMapper.builder().findAndAddModules().build();

    private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointStore.class);
    private static final Pattern STEP = Pattern.compile("step-(0|[1-9]\\d{0,17})");
    private static final Pattern GROUP = Pattern.compile("[a-z][a-z0-9_-]*");
    private static final String POINTER = "latest";

    private final Path root;
    private final Optional<CheckpointWriter> writer;
    private final Retention retention;
    private final InstantSource clock;

    private CheckpointStore(
            Path root,
            Optional<CheckpointWriter> writer,
            Retention retention,
            InstantSource clock) {
        this.root = root;
        this.writer = writer;
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * Opens the checkpoints of a run for writing, and removes what a killed process left half
     * written.
     *
     * @param folder the folder of the checkpoints; made if it is missing
     * @param retention which of them stay
     * @return the store; nothing to close
     * @throws CheckpointException if the folder cannot be made or cleaned
     */
    public static CheckpointStore open(Path folder, Retention retention) {
        return open(folder, retention, new DurableFiles.Real(), InstantSource.system());
    }

    static CheckpointStore open(
            Path folder, Retention retention, DurableFiles files, InstantSource clock) {
        Path root = folder.toAbsolutePath().normalize();
        CheckpointWriter writer = new CheckpointWriter(root, files);
        try {
            files.createFolders(root);
            writer.removeLeftOvers();
        } catch (IOException e) {
            throw new CheckpointException(
                    "Cannot prepare "
                            + root
                            + " for checkpoints: "
                            + e
                            + CheckpointWriter.advice(root),
                    e);
        }
        return new CheckpointStore(root, Optional.of(writer), retention, clock);
    }

    /**
     * Opens the checkpoints of a run, which may be going on, for reading; changes nothing.
     *
     * @param folder the folder of the checkpoints; one that does not exist holds none
     * @return the store, whose {@link #save} is refused; nothing to close
     */
    public static CheckpointStore readOnly(Path folder) {
        return new CheckpointStore(
                folder.toAbsolutePath().normalize(),
                Optional.empty(),
                Retention.ALL,
                InstantSource.system());
    }

    /**
     * The folder of all checkpoints.
     *
     * @return an absolute path
     */
    public Path folder() {
        return root;
    }

    /**
     * The steps for which there is a checkpoint folder, valid or not.
     *
     * @return in ascending order
     * @throws CheckpointException if the folder cannot be listed
     */
    public List<Long> steps() {
        try (Stream<Path> children = Files.list(root)) {
            return children.map(path -> STEP.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.valueOf(matcher.group(1)))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (NotDirectoryException e) {
            throw new CheckpointException("Expected a folder, found a file: " + root, e);
        } catch (IOException e) {
            throw new CheckpointException("Cannot list " + root + ": " + e, e);
        }
    }

    /**
     * Finds the newest checkpoint whose files all match its manifest; reads each file once. Damaged
     * newer ones are passed over with a warning that names the files.
     *
     * @return the checkpoint, or empty if none was ever written
     * @throws CheckpointException if there are checkpoints and all are damaged; lists what is wrong
     *     with each
     */
    public Optional<Checkpoint> newestValid() {
        List<Long> steps = new ArrayList<>(steps());
        steps.sort(Comparator.reverseOrder());
        List<String> damaged = new ArrayList<>();
        for (long step : steps) {
            List<String> problems = new ArrayList<>();
            Optional<Checkpoint> checkpoint = verified(step, problems);
            if (checkpoint.isPresent()) {
                checkPointer(step);
                return checkpoint;
            }
            damaged.add(path(step) + ": " + String.join("; ", problems));
            LOGGER.warn(
                    "Checkpoint {} is damaged and not used, trying the one before: {}",
                    path(step),
                    String.join("; ", problems));
        }
        if (!damaged.isEmpty()) {
            throw new CheckpointException(
                    "All "
                            + damaged.size()
                            + " checkpoints in "
                            + root
                            + " are damaged; bring back one of them from a copy, or move the folder"
                            + " away to begin anew:\n  "
                            + String.join("\n  ", damaged));
        }
        return Optional.empty();
    }

    /**
     * Opens the checkpoint of one step.
     *
     * @param step one of {@link #steps}
     * @return the checkpoint
     * @throws CheckpointException if there is none for this step or a file of it is damaged
     */
    public Checkpoint at(long step) {
        if (!steps().contains(step)) {
            throw new CheckpointException(
                    "No checkpoint of step " + step + " in " + root + ": found steps " + steps());
        }
        List<String> problems = new ArrayList<>();
        return verified(step, problems)
                .orElseThrow(
                        () ->
                                new CheckpointException(
                                        "Checkpoint "
                                                + path(step)
                                                + " is damaged: "
                                                + String.join("; ", problems)));
    }

    /**
     * Writes a checkpoint durably, replaces one of the same step, and then deletes those that the
     * retention does not keep. When it returns, the checkpoint survives a loss of power. When it
     * throws, everything that was valid before still is, and nothing half-written is left.
     *
     * @param step the training step that has just been finished, at least 0
     * @param groups group name (lower case; {@code model}, {@code ema}, {@code optimizer}) to its
     *     arrays by name, of any device; not closed
     * @param state whatever Jackson can write: counters, seeds, sampler states
     * @return the checkpoint
     * @throws IllegalArgumentException if the step is negative or a group's name is not usable
     * @throws CheckpointException if it cannot be written (disk full, read-only): says what, where
     *     and what to try
     */
    public Checkpoint save(
            long step, Map<String, ? extends Map<String, NDArray>> groups, Object state) {
        CheckpointWriter files =
                writer.orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "This store of "
                                                + root
                                                + " is read-only; use CheckpointStore.open"));
        if (step < 0) {
            throw new IllegalArgumentException("step: expected 0 or more, found " + step);
        }
        Map<String, CheckpointWriter.Content> contents = new TreeMap<>();
        groups.forEach((name, arrays) -> contents.put(fileName(name), content(arrays)));
        contents.put(Checkpoint.STATE, bytes(json(state)));
        long sequence =
                entries(Long.MAX_VALUE).stream()
                                .mapToLong(Retention.Entry::sequence)
                                .max()
                                .orElse(0)
                        + 1;
        String created = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            CheckpointManifest manifest = files.write(step, sequence, created, contents);
            files.replace(POINTER, (folderName(step) + "\n").getBytes(StandardCharsets.UTF_8));
            Checkpoint checkpoint = new Checkpoint(path(step), manifest);
            deleteOld(files, checkpoint);
            return checkpoint;
        } catch (IOException e) {
            throw new CheckpointException(
                    "Cannot write the checkpoint of step "
                            + step
                            + " in "
                            + root
                            + " ("
                            + (arrayBytes(groups) >> 20)
                            + " MiB): "
                            + e
                            + CheckpointWriter.advice(root),
                    e);
        }
    }

    private static long arrayBytes(Map<String, ? extends Map<String, NDArray>> groups) {
        return groups.values().stream()
                .flatMap(arrays -> arrays.values().stream())
                .mapToLong(array -> array.size() * array.getDataType().getNumOfBytes())
                .sum();
    }

    private void deleteOld(CheckpointWriter files, Checkpoint saved) {
        List<Long> old = retention.deletions(entries(saved.step()));
        if (old.isEmpty()) {
            return;
        }
        // What is about to be the only newest one is read back before anything older goes.
        List<String> problems = new ArrayList<>();
        if (verified(saved.step(), problems).isEmpty()) {
            LOGGER.warn(
                    "Checkpoint {} does not read back as it was written, so older ones stay: {}",
                    saved.folder(),
                    String.join("; ", problems));
            return;
        }
        for (long step : old) {
            try {
                files.deleteCheckpoint(step);
            } catch (IOException e) {
                LOGGER.warn("Cannot delete the old checkpoint {}: {}", path(step), e.toString());
            }
        }
    }

    /** The checkpoints up to a step, ascending; one whose manifest is damaged has number 0. */
    private List<Retention.Entry> entries(long upToStep) {
        List<Retention.Entry> entries = new ArrayList<>();
        for (long step : steps()) {
            if (step <= upToStep) {
                entries.add(new Retention.Entry(step, sequence(step)));
            }
        }
        return entries;
    }

    private long sequence(long step) {
        try {
            return CheckpointManifest.read(path(step), step).sequence();
        } catch (IOException e) {
            return 0;
        }
    }

    private Optional<Checkpoint> verified(long step, List<String> problems) {
        try {
            CheckpointManifest manifest = CheckpointManifest.read(path(step), step);
            problems.addAll(manifest.problems(path(step)));
            return problems.isEmpty()
                    ? Optional.of(new Checkpoint(path(step), manifest))
                    : Optional.empty();
        } catch (IOException e) {
            problems.add(e.getMessage());
            return Optional.empty();
        }
    }

    /** Says so when the pointer names another checkpoint; its content is never relied upon. */
    private void checkPointer(long step) {
        try {
            String named = Utf8Text.read(root.resolve(POINTER)).strip();
            if (!named.equals(folderName(step))) {
                LOGGER.info("{} names {}, used is {}", root.resolve(POINTER), named, path(step));
            }
        } catch (IOException e) {
            LOGGER.info("{} cannot be read ({}), used is {}", root.resolve(POINTER), e, path(step));
        }
    }

    private CheckpointWriter.Content content(Map<String, NDArray> arrays) {
        return out -> Safetensors.write(out, arrays, Map.of("format", "pt"));
    }

    private static CheckpointWriter.Content bytes(byte[] bytes) {
        return out -> CheckpointWriter.writeFully(out, bytes);
    }

    private static byte[] json(Object state) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "state: cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String fileName(String group) {
        if (!GROUP.matcher(group).matches()) {
            throw new IllegalArgumentException(
                    "group: expected a lower-case name that matches "
                            + GROUP
                            + ", found '"
                            + group
                            + "'");
        }
        return group + Checkpoint.EXTENSION;
    }

    private Path path(long step) {
        return root.resolve(folderName(step));
    }

    static String folderName(long step) {
        return "step-" + step;
    }
}
