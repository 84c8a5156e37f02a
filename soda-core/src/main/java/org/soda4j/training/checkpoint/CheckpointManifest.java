package org.soda4j.training.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.io.Utf8Text;

/**
 * What a checkpoint folder must hold: size and SHA-256 of every file. The manifest carries a sum of
 * its own content, so that a damaged manifest is noticed like any other damaged file.
 *
 * @param step the training step after which the checkpoint was written
 * @param sequence its number among all checkpoints ever saved in the run, from 1
 * @param created when it was written, ISO-8601
 * @param files file name to size and sum
 */
record CheckpointManifest(long step, long sequence, String created, Map<String, Entry> files) {

    static final String FILE = "manifest.json";

    /** The newest format that this version reads and the one it writes. */
    static final int FORMAT = 1;

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build();

    /**
     * A file of the checkpoint.
     *
     * @param bytes its size
     * @param sha256 its SHA-256, lower-case hexadecimal
     */
    record Entry(long bytes, String sha256) {}

    CheckpointManifest {
        files = new TreeMap<>(files);
    }

    /** The manifest as JSON text in UTF-8. */
    byte[] toJson() throws IOException {
        ObjectNode content = JSON.createObjectNode();
        content.put("format", FORMAT);
        content.put("step", step);
        content.put("sequence", sequence);
        content.put("created", created);
        ObjectNode entries = content.putObject("files");
        files.forEach(
                (name, entry) ->
                        entries.putObject(name)
                                .put("bytes", entry.bytes())
                                .put("sha256", entry.sha256()));
        ObjectNode root = JSON.createObjectNode();
        root.set("manifest", content);
        root.put("sha256", sum(content));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    /**
     * Reads the manifest of a checkpoint folder.
     *
     * @throws IOException if it is missing, damaged, of a newer format or of another step; the
     *     message begins with the file's name
     */
    static CheckpointManifest read(Path folder, long expectedStep) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(Utf8Text.read(folder.resolve(FILE)));
        } catch (NoSuchFileException e) {
            throw new IOException(FILE + " is missing", e);
        } catch (JsonProcessingException e) {
            throw new IOException(FILE + " is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IOException(FILE + " cannot be read: " + e.getMessage(), e);
        }
        JsonNode content = root.path("manifest");
        if (!content.isObject() || root.size() != 2 || !root.path("sha256").isTextual()) {
            throw new IOException(FILE + " does not hold the two fields manifest and sha256");
        }
        String sum = sum(content);
        if (!sum.equals(root.get("sha256").textValue())) {
            throw new IOException(
                    FILE
                            + " does not match its own sum: expected SHA-256 "
                            + root.get("sha256").textValue()
                            + ", found "
                            + sum);
        }
        if (content.path("format").asInt() > FORMAT) {
            throw new IOException(
                    FILE
                            + " has format "
                            + content.path("format").asInt()
                            + ", this version reads up to "
                            + FORMAT
                            + "; use the newer soda4j that wrote it");
        }
        if (content.path("step").asLong() != expectedStep) {
            throw new IOException(
                    FILE
                            + " is of step "
                            + content.path("step").asLong()
                            + ", expected step "
                            + expectedStep);
        }
        Map<String, Entry> files = new TreeMap<>();
        content.path("files")
                .properties()
                .forEach(
                        field ->
                                files.put(
                                        field.getKey(),
                                        new Entry(
                                                field.getValue().path("bytes").asLong(),
                                                field.getValue().path("sha256").asText())));
        return new CheckpointManifest(
                expectedStep,
                content.path("sequence").asLong(),
                content.path("created").asText(),
                files);
    }

    /** What is wrong with the files of a folder, one line each that begins with the file's name. */
    List<String> problems(Path folder) {
        List<String> problems = new ArrayList<>();
        files.forEach(
                (name, entry) -> {
                    try {
                        Path file = folder.resolve(name);
                        long bytes = Files.size(file);
                        if (bytes != entry.bytes()) {
                            problems.add(
                                    name
                                            + ": expected "
                                            + entry.bytes()
                                            + " bytes, found "
                                            + bytes);
                            return;
                        }
                        String sum = sum(file);
                        if (!sum.equals(entry.sha256())) {
                            problems.add(
                                    name
                                            + ": expected SHA-256 "
                                            + entry.sha256()
                                            + ", found "
                                            + sum);
                        }
                    } catch (NoSuchFileException e) {
                        problems.add(name + " is missing");
                    } catch (IOException e) {
                        problems.add(name + " cannot be read: " + e);
                    }
                });
        return problems;
    }

    /** The size of all files together, in bytes. */
    long totalBytes() {
        return files.values().stream().mapToLong(Entry::bytes).sum();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String sum(JsonNode content) throws IOException {
        return HexFormat.of().formatHex(sha256().digest(JSON.writeValueAsBytes(content)));
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
