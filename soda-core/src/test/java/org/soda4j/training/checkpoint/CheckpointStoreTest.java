package org.soda4j.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.training.CapturedLog;

class CheckpointStoreTest {

    record State(long step, int epoch, double loss, long[] seeds) {}

    @TempDir Path folder;
    private final NDManager manager = NDManager.newBaseManager();
    private final FaultyFiles files = new FaultyFiles();

    @AfterEach
    void close() {
        manager.close();
    }

    private CheckpointStore open(Retention retention) {
        return CheckpointStore.open(
                folder,
                retention,
                files,
                InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.678Z")));
    }

    /** Arrays that tell of which step they are. */
    private Map<String, Map<String, NDArray>> groups(long step) {
        NDArray weight = manager.create(new float[] {step, 0.1f * step, -0f, 3e-39f, Float.NaN});
        NDArray count = manager.create(new long[] {step}).toType(DataType.INT64, false);
        return Map.of(
                "model", Map.of("a.weight", weight, "bn.num_batches_tracked", count),
                "ema", Map.of("a.weight", weight),
                "optimizer", Map.of("a.weight.exp_avg", weight.reshape(5, 1)));
    }

    private static State state(long step) {
        return new State(step, 2, 1.0 / 3, new long[] {Long.MIN_VALUE, step});
    }

    private Checkpoint save(CheckpointStore store, long step) {
        return store.save(step, groups(step), state(step));
    }

    private static Map<String, byte[]> contents(Path folder) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> walked = Files.walk(folder)) {
            for (Path file : walked.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void comesBackBitForBitInTheDocumentedLayout() throws Exception {
        assertThat(open(Retention.DEFAULT).newestValid()).isEmpty();
        save(open(Retention.DEFAULT), 1200);

        assertThat(names()).containsExactly("latest", "step-1200");
        assertThat(folder.resolve("latest")).hasContent("step-1200\n");
        assertThat(contents(folder.resolve("step-1200")).keySet())
                .containsExactly(
                        "ema.safetensors",
                        "manifest.json",
                        "model.safetensors",
                        "optimizer.safetensors",
                        "state.json");

        Checkpoint checkpoint = open(Retention.DEFAULT).newestValid().orElseThrow();
        assertThat(checkpoint.step()).isEqualTo(1200);
        Map<String, NDArray> model = checkpoint.load("model", manager);
        assertThat(model.keySet()).containsExactlyInAnyOrder("a.weight", "bn.num_batches_tracked");
        Map<String, NDArray> expected = groups(1200).get("model");
        // Bits, not values: NaN and -0 must come back as they were.
        assertThat(model.get("a.weight").toByteBuffer())
                .isEqualTo(expected.get("a.weight").toByteBuffer());
        assertThat(model.get("bn.num_batches_tracked").toLongArray()).containsExactly(1200);
        assertThat(
                        checkpoint
                                .load("optimizer", manager)
                                .get("a.weight.exp_avg")
                                .getShape()
                                .getShape())
                .containsExactly(5, 1);
        State state = checkpoint.state(State.class);
        assertThat(state.loss()).isEqualTo(1.0 / 3);
        assertThat(state.seeds()).containsExactly(Long.MIN_VALUE, 1200);
        assertThatThrownBy(() -> checkpoint.load("moments", manager))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("moments")
                .hasMessageContaining("optimizer.safetensors");
    }

    @Test
    void manifestHoldsSizeAndSumOfEveryFile() throws Exception {
        Checkpoint checkpoint = save(open(Retention.DEFAULT), 7);
        JsonNode root =
                new ObjectMapper().readTree(folder.resolve("step-7/manifest.json").toFile());
        JsonNode manifest = root.get("manifest");
        assertThat(manifest.get("step").asLong()).isEqualTo(7);
        assertThat(manifest.get("format").asInt()).isEqualTo(1);
        assertThat(manifest.get("created").asText()).isEqualTo("2026-01-02T03:04:05Z");
        Map<String, byte[]> contents = contents(checkpoint.folder());
        contents.remove("manifest.json");
        assertThat(manifest.get("files").size()).isEqualTo(contents.size());
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            JsonNode entry = manifest.get("files").get(file.getKey());
            assertThat(entry.get("bytes").asLong()).isEqualTo(file.getValue().length);
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(file.getValue());
            assertThat(entry.get("sha256").asText()).isEqualTo(HexFormat.of().formatHex(sum));
        }
        assertThat(checkpoint.totalBytes())
                .isEqualTo(contents.values().stream().mapToLong(bytes -> bytes.length).sum());
    }

    @Test
    void everyFlippedByteEveryTruncationAndEveryMissingFileIsNoticed() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 1);
        Path newest = save(store, 2).folder();
        int damages = 0;
        for (Map.Entry<String, byte[]> file : contents(newest).entrySet()) {
            Path path = newest.resolve(file.getKey());
            byte[] good = file.getValue();
            for (int i = 0; i < good.length; i++) {
                byte[] flipped = good.clone();
                flipped[i] ^= (byte) (1 << (i % 8));
                Files.write(path, flipped);
                assertNoticed(file.getKey(), "byte " + i);
                damages++;
            }
            for (int length = 0; length < good.length; length += 1 + length / 4) {
                Files.write(path, Arrays.copyOf(good, length));
                assertNoticed(file.getKey(), "truncation to " + length);
                damages++;
            }
            Files.delete(path);
            assertNoticed(file.getKey(), "missing");
            Files.write(path, good);
        }
        assertThat(damages).isGreaterThan(1400);
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(2);
    }

    /** The other checkpoint is used, and asking for this one names the file. */
    private void assertNoticed(String file, String damage) {
        CheckpointStore reader = CheckpointStore.readOnly(folder);
        assertThatThrownBy(() -> reader.at(2))
                .as("%s of %s", damage, file)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file);
        if (!damage.startsWith("byte") || damage.endsWith("0")) {
            String log =
                    CapturedLog.of(
                            () ->
                                    assertThat(reader.newestValid().orElseThrow().step())
                                            .isEqualTo(1));
            assertThat(log).contains("WARN").contains("step-2").contains(file);
        }
    }

    @Test
    void newestStepWinsWhateverThePointerSays() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        for (long step : new long[] {9, 10, 100}) {
            save(store, step);
        }
        for (String pointer : List.of("step-9\n", "step-77\n", "", "\0\0\0")) {
            Files.writeString(folder.resolve("latest"), pointer);
            assertThat(store.newestValid().orElseThrow().step()).isEqualTo(100);
        }
        Files.delete(folder.resolve("latest"));
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(100);
        assertThat(store.steps()).containsExactly(9L, 10L, 100L);
    }

    @Test
    void aFolderOfAnotherStepIsNotTaken() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 5);
        Files.move(folder.resolve("step-5"), folder.resolve("step-6"));
        save(store, 4);
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(4);
        assertThatThrownBy(() -> store.at(6)).hasMessageContaining("is of step 5, expected step 6");
        assertThatThrownBy(() -> store.at(3)).hasMessageContaining("found steps [4, 6]");
    }

    @Test
    void allDamagedIsAnErrorThatListsThem() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 1);
        save(store, 2);
        Files.delete(folder.resolve("step-1/manifest.json"));
        Files.writeString(folder.resolve("step-2/ema.safetensors"), "");
        assertThatThrownBy(store::newestValid)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("All 2 checkpoints")
                .hasMessageContaining("step-1: manifest.json is missing")
                .hasMessageContaining("step-2: ema.safetensors: expected");
    }

    @Test
    void aManifestThatIsNoTextIsNamedWithItsByte() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 1);
        Path file = folder.resolve("step-1/manifest.json");
        byte[] bytes = Files.readAllBytes(file);
        bytes[9] = (byte) 0xfe;
        Files.write(file, bytes);
        assertThatThrownBy(store::newestValid)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        file + ": expected text in UTF-8, found byte 0xfe at offset 9");
    }

    @Test
    void aManifestOfANewerFormatSaysSo() throws Exception {
        save(open(Retention.ALL), 1);
        Path file = folder.resolve("step-1/manifest.json");
        String text = Files.readString(file).replace("\"format\" : 1", "\"format\" : 2");
        // Its own sum is right, so that the format is what is wrong.
        ObjectMapper json = new ObjectMapper();
        String oldSum = json.readTree(text).get("sha256").asText();
        byte[] content = json.writeValueAsBytes(json.readTree(text).get("manifest"));
        String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        Files.writeString(file, text.replace(oldSum, sum));
        assertThatThrownBy(() -> open(Retention.ALL).at(1))
                .hasMessageContaining("has format 2, this version reads up to 1");
    }

    @Test
    void savingTheSameStepAgainReplacesIt() throws Exception {
        CheckpointStore store = open(Retention.DEFAULT);
        save(store, 3);
        Files.writeString(folder.resolve("step-3/state.json"), "damaged");
        store.save(3, groups(30), state(30));
        Checkpoint checkpoint = store.newestValid().orElseThrow();
        assertThat(checkpoint.state(State.class).step()).isEqualTo(30);
        assertThat(checkpoint.load("ema", manager).get("a.weight").getFloat(0)).isEqualTo(30f);
        assertThat(names()).containsExactly("latest", "step-3");
    }

    @Test
    void openingRemovesLeftOversAndPutsBackWhatWasBeingReplaced() throws Exception {
        save(open(Retention.ALL), 1);
        save(open(Retention.ALL), 2);
        Files.createDirectories(folder.resolve(".step-3.tmp-99/deep"));
        Files.writeString(folder.resolve(".step-3.tmp-99/model.safetensors"), "half");
        Files.writeString(folder.resolve(".latest.tmp-99"), "step-3");
        Files.move(folder.resolve("step-2"), folder.resolve(".step-2.replaced-99"));
        Files.createDirectories(folder.resolve(".step-1.replaced-99"));
        Files.createDirectories(folder.resolve(".step-0.deleted-99"));
        Files.writeString(folder.resolve(".mine"), "not ours");

        assertThat(CheckpointStore.readOnly(folder).newestValid().orElseThrow().step())
                .isEqualTo(1);
        assertThat(names()).hasSize(8);
        assertThat(open(Retention.ALL).newestValid().orElseThrow().step()).isEqualTo(2);
        assertThat(names()).containsExactly(".mine", "latest", "step-1", "step-2");
    }

    @Test
    void eachThingIsOnTheDiskBeforeTheNextBuildsOnIt() {
        CheckpointStore store = open(Retention.ALL);
        files.operations().clear();
        save(store, 8);
        long pid = ProcessHandle.current().pid();
        String hidden = ".step-8.tmp-" + pid;
        String pointer = ".latest.tmp-" + pid;
        assertThat(files.operations())
                .containsExactly(
                        "folder " + hidden,
                        "create ema.safetensors",
                        "force ema.safetensors",
                        "create model.safetensors",
                        "force model.safetensors",
                        "create optimizer.safetensors",
                        "force optimizer.safetensors",
                        "create state.json",
                        "force state.json",
                        "create manifest.json",
                        "force manifest.json",
                        "force " + hidden,
                        "rename " + hidden,
                        "to step-8",
                        "force " + folder.getFileName(),
                        "create " + pointer,
                        "force " + pointer,
                        "rename " + pointer,
                        "to latest",
                        "force " + folder.getFileName());
    }

    @Test
    void everyFailedByteLeavesWhatWasThereAndNothingElse() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 1);
        long before = files.bytesWritten();
        save(store, 2);
        long bytes = files.bytesWritten() - before;
        Map<String, byte[]> good = contents(folder);
        assertThat(bytes).isGreaterThan(1000);
        for (long n = 0; n < bytes - "step-2\n".length(); n += 41) {
            for (long step : new long[] {2, 3}) {
                files.failAfterBytes(n);
                assertThatThrownBy(() -> save(store, step))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("Cannot write the checkpoint of step " + step)
                        .hasMessageContaining(folder.toString())
                        .hasMessageContaining("No space left on device")
                        .hasMessageContaining("MiB are free there")
                        .hasMessageContaining("start the same command again");
                files.repair();
                assertThat(contents(folder)).usingRecursiveComparison().isEqualTo(good);
                assertThat(names()).containsExactly("latest", "step-1", "step-2");
            }
        }
        save(store, 3);
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(3);
    }

    @Test
    void everyFailedOperationLeavesAValidNewestCheckpoint() throws Exception {
        CheckpointStore store = open(Retention.ALL);
        save(store, 1);
        files.operations().clear();
        save(store, 2);
        long operations =
                files.operations().stream().filter(name -> !name.startsWith("to ")).count();
        int replaced = 0;
        for (long n = 0; n < operations; n++) {
            files.failAfterOperations(n);
            assertThatThrownBy(() -> store.save(2, groups(22), state(22)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("Read-only file system");
            files.repair();
            // Between the two renames of a replacement the old one waits to be put back.
            Checkpoint newest = open(Retention.ALL).newestValid().orElseThrow();
            assertThat(newest.step()).isEqualTo(2);
            assertThat(names()).containsExactly("latest", "step-1", "step-2");
            if (newest.state(State.class).step() == 22) {
                replaced++;
                save(store, 2);
            }
        }
        // After the rename only the syncs and the pointer are left to fail.
        assertThat(replaced).isBetween(1, 6);
    }

    @Test
    void aFolderThatCannotBeMadeIsAClearError() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> CheckpointStore.open(file.resolve("run"), Retention.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Cannot prepare " + file.resolve("run"));
        assertThatThrownBy(() -> CheckpointStore.readOnly(file).steps())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Expected a folder");
        assertThat(CheckpointStore.readOnly(folder.resolve("none")).newestValid()).isEmpty();
    }

    @Test
    void retentionKeepsTheLastAndEveryNth() {
        CheckpointStore store = open(new Retention(2, 3));
        for (long step = 10; step <= 80; step += 10) {
            save(store, step);
        }
        // Numbers 3 and 6 stay for ever, 7 and 8 are the last two.
        assertThat(store.steps()).containsExactly(30L, 60L, 70L, 80L);
        // The numbering goes on when the run is resumed.
        save(open(new Retention(2, 3)), 90);
        assertThat(store.steps()).containsExactly(30L, 60L, 80L, 90L);
    }

    @Test
    void retentionCountsOnlyUpToTheOneJustSaved() throws Exception {
        CheckpointStore store = open(new Retention(1, 0));
        save(store, 10);
        Files.createDirectories(folder.resolve("step-20"));
        save(store, 15);
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(15);
        assertThat(store.steps()).containsExactly(15L, 20L);
    }

    @Test
    void nothingIsDeletedForACheckpointThatDoesNotReadBack() throws Exception {
        CheckpointStore store = open(new Retention(1, 0));
        save(store, 1);
        files.flip(true);
        String log = CapturedLog.of(() -> save(store, 2));
        files.flip(false);
        assertThat(log).contains("does not read back");
        assertThat(store.newestValid().orElseThrow().step()).isEqualTo(1);
        save(store, 3);
        assertThat(store.steps()).containsExactly(3L);
    }

    @Test
    void refusesWhatItCannotName() {
        CheckpointStore store = open(Retention.DEFAULT);
        assertThatThrownBy(() -> store.save(-1, Map.of(), state(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found -1");
        for (String name : List.of("../model", "Model", "", "state.json")) {
            assertThatThrownBy(() -> store.save(1, Map.of(name, Map.of()), state(0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThatThrownBy(() -> store.save(1, Map.of(), new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("state");
        assertThatThrownBy(() -> CheckpointStore.readOnly(folder).save(1, Map.of(), state(0)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(store.steps()).isEmpty();
        assertThatThrownBy(() -> new Retention(0, 0)).hasMessageContaining("keepLast");
        assertThatThrownBy(() -> new Retention(1, -1)).hasMessageContaining("keepEvery");
    }
}
