package org.soda4j.models;

import ai.djl.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.soda4j.Precision;
import org.soda4j.Soda;

/**
 * Trained models that come in this jar, to be used as they are, without a network:
 *
 * <pre>{@code
 * try (Soda soda = ShippedModel.PHOTOS_32.load()) {
 *     float[] latent = soda.encode(Path.of("cat.jpg"));
 * }
 * }</pre>
 *
 * <p>DJL's {@code Criteria} opens the encoder by {@code optModelUrls(model.url())}.
 */
public enum ShippedModel {
    /**
     * Photographs of 32 x 32 pixels: trained on the 50,000 training images of CIFAR-10 without
     * their labels. {@link #card()} says how well it does, and what it is not for.
     */
    PHOTOS_32;

    /** {@return the name by which programs know it, such as {@code photos-32}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String archive() {
        return this + ".zip";
    }

    /**
     * Where DJL finds the model.
     *
     * @return for {@code Criteria.Builder.optModelUrls}
     */
    public String url() {
        return "jar:///org/soda4j/models/" + archive();
    }

    /**
     * Opens the model on the CPU in float32.
     *
     * @return the model; the caller closes it
     * @throws IOException if there is no room to unpack it for a moment (11 MB)
     */
    public Soda load() throws IOException {
        return load(Device.cpu(), Precision.FP32);
    }

    /**
     * Opens the model.
     *
     * @param device where the parameters go
     * @param precision of encoding and drawing
     * @return the model; the caller closes it
     * @throws IOException if there is no room to unpack it for a moment (11 MB)
     */
    public Soda load(Device device, Precision precision) throws IOException {
        Path folder = Files.createTempDirectory("soda4j");
        try {
            unpack(folder);
            return Soda.load(folder, device, precision);
        } finally {
            delete(folder);
        }
    }

    /**
     * Writes the model's folder: what {@code Soda.save} writes, the card as {@code README.md}, and
     * {@code gallery}, images that the model has drawn.
     *
     * @param folder is created where needed
     * @throws IOException if it cannot be written
     */
    public void unpack(Path folder) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        try (ZipInputStream zip = new ZipInputStream(open())) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = root.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }
    }

    /**
     * The model's card: data, length, recipe, probes, preparation, licence, limits.
     *
     * @return Markdown
     */
    public String card() {
        return new String(entries("README.md").get(0), StandardCharsets.UTF_8);
    }

    /**
     * Images that the model has drawn from latents of training images, to show and to edit.
     *
     * @return PNG files
     */
    public List<byte[]> gallery() {
        return entries("gallery/");
    }

    private List<byte[]> entries(String prefix) {
        List<byte[]> found = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(open())) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().startsWith(prefix)) {
                    found.add(zip.readAllBytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(archive() + ": cannot be read: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new IllegalStateException(archive() + ": expected " + prefix + ", found none");
        }
        return found;
    }

    private InputStream open() throws IOException {
        InputStream in = ShippedModel.class.getResourceAsStream(archive());
        if (in == null) {
            throw new IOException(
                    archive() + ": expected it beside " + getClass() + ", found none");
        }
        return in;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        }
    }
}
