package org.soda4j;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;

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
        Safetensors.write(
                folder.resolve(WEIGHTS),
                soda.parameters(),
                Map.of("format", "pt", CONFIG_METADATA, config));
        write(folder.resolve(CONFIG), config); // For people.
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static Soda load(Path folder, SodaBlocks blocks, Device device, Precision precision)
            throws IOException {
        SodaConfig config = config(folder);
        blocks.requireSaved(folder, config);
        Path weights = folder.resolve(WEIGHTS);
        requireFile(weights);
        new ModelShapes(config, blocks).requireFit(weights, pools(config));
        Soda soda = new Soda(config, blocks, device, precision, 0);
        try {
            importWeights(soda, weights);
            return soda;
        } catch (IOException | RuntimeException e) {
            soda.close();
            throw e;
        }
    }

    /** That of the weights, where they carry one; else the file beside them. */
    static SodaConfig config(Path folder) throws IOException {
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
                return SodaConfig.read(file);
            }
            SodaConfig config = SodaConfig.fromJson(carried.get());
            if (!Files.isRegularFile(file) || !SodaConfig.read(file).equals(config)) {
                LOGGER.warn(
                        "{}: expected the configuration that {} was saved with, found another or"
                                + " none, as after a save that was stopped; that of the weights is"
                                + " used",
                        file,
                        WEIGHTS);
            }
            return config;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
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
                throw misfit(path, report);
            }
            weights.copy(report.fitting(), parameters);
            return report;
        }
    }

    static IOException misfit(Path path, WeightReport report) {
        return new IOException(
                path
                        + ": expected exactly the parameters of the model, found "
                        + report
                        + "; importMatchingWeights takes what fits");
    }
}
