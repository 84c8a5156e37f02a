package org.soda4j;

import ai.djl.Device;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;

/** A model on disk: configuration, weights, and what DJL's {@code Criteria} needs to open it. */
final class ModelFolder {

    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";

    private ModelFolder() {}

    static void save(Soda soda, Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve(CONFIG), soda.config().toJson());
        write(folder.resolve("serving.properties"), EncoderBlockFactory.servingProperties());
        Safetensors.write(folder.resolve(WEIGHTS), soda.parameters(), Map.of("format", "pt"));
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static Soda load(Path folder, Device device, Precision precision) throws IOException {
        SodaConfig config = config(folder);
        Path weights = folder.resolve(WEIGHTS);
        requireFile(weights);
        Soda soda = new Soda(config, device, precision, 0);
        try {
            importWeights(soda, weights, true);
            return soda;
        } catch (IOException | RuntimeException e) {
            soda.close();
            throw e;
        }
    }

    static SodaConfig config(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        requireFile(file);
        try {
            return SodaConfig.read(file);
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

    static WeightReport importWeights(Soda soda, Path path, boolean strict) throws IOException {
        try (SafetensorsFile file = Safetensors.open(path)) {
            PyTorchWeights weights =
                    new PyTorchWeights(file, !soda.config().encoder().smallImages());
            WeightReport report = weights.compare(soda.parameters());
            if (strict && !report.complete()) {
                throw new IOException(
                        path
                                + ": expected exactly the parameters of the model, found "
                                + report
                                + "; importMatchingWeights takes what fits");
            }
            weights.copy(report.fitting(), soda.parameters());
            return report;
        }
    }
}
