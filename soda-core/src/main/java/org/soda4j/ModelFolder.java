package org.soda4j;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.Operators;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.ConfigText;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;
import org.soda4j.model.ImageTranslators;
import org.soda4j.model.ModelShapes;

/** A model on disk: configuration, weights, and what DJL's {@code Criteria} needs to open it. */
final class ModelFolder {

    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";

    private static final String CONFIG_METADATA = "soda4j.config";
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelFolder.class);

    private ModelFolder() {}

    /**
     * The weights carry the configuration, so that the renaming of their one file exchanges both:
     * stopped anywhere, the folder holds the model of before or the new one.
     */
    static void save(Soda soda, Path folder) throws IOException {
        Files.createDirectories(folder);
        String config = soda.config().toJson();
        write(folder.resolve("serving.properties"), EncoderBlockFactory.servingProperties());
        Safetensors.write(folder.resolve(WEIGHTS), soda.parameters(), metadata(soda, config));
        write(folder.resolve(CONFIG), config); // For people.
    }

    private static Map<String, String> metadata(Soda soda, String config) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(CONFIG_METADATA, config);
        soda.featureStatistics().ifPresent(statistics -> statistics.addTo(metadata));
        return metadata;
    }

    private static void readStatistics(Soda soda, Path weights) throws IOException {
        try (SafetensorsFile tensors = Safetensors.open(weights)) {
            FeatureStatistics.savedIn(tensors.metadata()).ifPresent(soda::keepFeatureStatistics);
        } catch (IllegalArgumentException e) {
            throw new IOException(weights + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads what the folder says beside the loading of the engine, which takes most of the time of
     * a process's first model.
     *
     * @param place where the model goes, asked for when the engine is loaded
     */
    static Soda load(Path folder, SodaBlocks blocks, Supplier<Placement> place) throws IOException {
        CompletableFuture<Description> reading =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return read(folder);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        PyTorchEngine.require();
        CompletableFuture.runAsync(Operators::load);
        Placement placement = place.get();
        Description description = result(reading);
        SodaConfig config = description.config();
        blocks.requireSaved(folder, config);
        Path weights = folder.resolve(WEIGHTS);
        requireFile(weights);
        blocks.shapesOf(config).requireFit(weights, pools(config));
        Soda soda = new Soda(config, description.translators(), blocks.toBeRead(), placement, 0);
        try {
            importWeights(soda, weights);
            readStatistics(soda, weights);
            return soda;
        } catch (IOException | RuntimeException e) {
            soda.close();
            throw e;
        }
    }

    private static Description result(CompletableFuture<Description> reading) throws IOException {
        try {
            return reading.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException failed) {
                throw failed.getCause();
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw e;
        }
    }

    /**
     * What a folder says of its model.
     *
     * @param preparationRecorded whether it says how images are prepared, as older ones do not
     */
    record Description(SodaConfig config, boolean preparationRecorded) {

        private static Description ofFile(Path file) throws IOException {
            try {
                return of(ConfigText.readTree(file));
            } catch (IllegalArgumentException e) {
                String message = e.getMessage();
                throw new IllegalArgumentException(
                        message.startsWith(file.toString()) ? message : file + ": " + message, e);
            }
        }

        private static Description ofWeights(Path weights, String text) {
            try {
                return of(ConfigText.jsonTree(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(weights + ": " + e.getMessage(), e);
            }
        }

        private static Description of(JsonNode tree) {
            return new Description(
                    ConfigText.fromTree(tree, SodaConfig.class), tree.has("preparation"));
        }

        ImageTranslators translators() {
            return config.translators(preparationRecorded);
        }
    }

    /** That of the weights, where they carry one; else the file beside them. */
    static SodaConfig config(Path folder) throws IOException {
        return read(folder).config();
    }

    /** As {@link #config}, with what the text says of it. */
    static Description read(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        Path weights = folder.resolve(WEIGHTS);
        Optional<String> carried = Optional.empty();
        if (Files.isRegularFile(weights)) {
            try (SafetensorsFile tensors = Safetensors.open(weights)) {
                carried = Optional.ofNullable(tensors.metadata().get(CONFIG_METADATA));
            }
        }
        try {
            if (carried.isEmpty()) {
                requireFile(file);
                return Description.ofFile(file);
            }
            Description description = Description.ofWeights(weights, carried.get());
            if (!saysTheSame(file, carried.get(), description)) {
                LOGGER.warn(
                        "{}: expected the configuration that {} was saved with, found another or"
                                + " none, as after a save that was stopped; that of the weights is"
                                + " used",
                        file,
                        WEIGHTS);
            }
            return description;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static boolean saysTheSame(Path file, String carried, Description description)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        byte[] text = carried.getBytes(StandardCharsets.UTF_8);
        return Files.size(file) == text.length && Arrays.equals(Files.readAllBytes(file), text)
                || SodaConfig.read(file).equals(description.config());
    }

    private static void requireFile(Path file) throws FileNotFoundException {
        if (!Files.isRegularFile(file)) {
            throw new FileNotFoundException(
                    file
                            + ": not found; expected a folder that Soda.save wrote, with "
                            + (CONFIG + " and " + WEIGHTS));
        }
    }

    /** Whether the encoder's stem pools, which names of some files depend on. */
    static boolean pools(SodaConfig config) {
        return config.encoder() instanceof ResNetEncoderConfig resNet && !resNet.smallImages();
    }

    static WeightReport importWeights(Soda soda, Path path) throws IOException {
        try (SafetensorsFile file = Safetensors.open(path)) {
            Map<String, NDArray> parameters = soda.parameters();
            PyTorchWeights weights =
                    new PyTorchWeights(file, pools(soda.config()), parameters.keySet());
            WeightReport report = weights.compareArrays(parameters);
            if (!report.complete()) {
                throw ModelShapes.misfit(path, report);
            }
            weights.copy(report.fitting(), parameters);
            return report;
        }
    }
}
