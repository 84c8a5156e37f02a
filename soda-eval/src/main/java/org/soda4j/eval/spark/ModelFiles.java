package org.soda4j.eval.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.soda4j.Soda;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** A saved model as it travels to the executors: its configuration and its safetensors. */
final class ModelFiles implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";

    private final String hash;
    private final byte[] config;
    private final byte[] weights;
    private final boolean statistics;

    private ModelFiles(String hash, byte[] config, byte[] weights, boolean statistics) {
        this.hash = hash;
        this.config = config;
        this.weights = weights;
        this.statistics = statistics;
    }

    static ModelFiles read(Path folder) throws IOException {
        for (String name : List.of(CONFIG, WEIGHTS)) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new IOException(
                        file
                                + ": not found; expected a folder that Soda.save wrote, with both "
                                + (CONFIG + " and " + WEIGHTS));
            }
            if (Files.size(file) > Integer.MAX_VALUE - 64) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected less than 2 GiB, which is what Spark broadcasts in one piece, found %,d bytes",
                                file,
                                Files.size(file)));
            }
        }
        byte[] config = Files.readAllBytes(folder.resolve(CONFIG));
        byte[] weights = Files.readAllBytes(folder.resolve(WEIGHTS));
        try (SafetensorsFile saved = Safetensors.open(folder.resolve(WEIGHTS))) {
            boolean statistics = FeatureStatistics.savedIn(saved.metadata()).isPresent();
            return new ModelFiles(hash(config, weights), config, weights, statistics);
        }
    }

    private static String hash(byte[] config, byte[] weights) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(config);
            return HexFormat.of().formatHex(digest.digest(weights));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** SHA-256 over configuration and weights, 64 hexadecimal digits. */
    String hash() {
        return hash;
    }

    /** Whether the model has statistics, by which features are standardised. */
    boolean hasStatistics() {
        return statistics;
    }

    /** Makes the model; the caller closes it. */
    Soda load() {
        try {
            Path folder = Files.createTempDirectory("soda-model");
            try {
                Files.write(folder.resolve(CONFIG), config);
                Files.write(folder.resolve(WEIGHTS), weights);
                return Soda.load(folder);
            } finally {
                Files.deleteIfExists(folder.resolve(CONFIG));
                Files.deleteIfExists(folder.resolve(WEIGHTS));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the broadcast model cannot be loaded: " + e, e);
        }
    }
}
