package org.soda4j.examples.search;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.soda4j.examples.training.TrainedModel;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.ConfigText;
import org.soda4j.models.ShippedModel;

/**
 * Where the images of an index are, and the model that encoded them; beside the index, for
 * thumbnails and queries.
 *
 * @param images the folder
 * @param model a run or a saved model
 */
public record IndexSource(
        @JsonProperty(required = true) String images, @JsonProperty(required = true) String model) {

    private static final String FILE = "source.json";

    /** Refused where the file is known, which the message then names. */
    public IndexSource {
        if (images == null || model == null) {
            throw new IllegalArgumentException(
                    "expected the folder of the images and a model, found %s and %s"
                            .formatted(images, model));
        }
        Path.of(images);
        Path.of(model);
    }

    /** The folder of the images. */
    public Path folder() {
        return Path.of(images);
    }

    static IndexSource of(Path images, Path model) {
        return new IndexSource(
                images.toAbsolutePath().normalize().toString(),
                TrainedModel.shipped(model)
                        .map(ShippedModel::toString)
                        .orElse(model.toAbsolutePath().normalize().toString()));
    }

    void write(Path index) throws IOException {
        AtomicFile.write(
                index.resolve(FILE), ConfigText.toJson(this).getBytes(StandardCharsets.UTF_8));
    }

    /** Empty where an index was built by other means. */
    public static Optional<IndexSource> read(Path index) throws IOException {
        Path file = index.resolve(FILE);
        return Files.exists(file)
                ? Optional.of(ConfigText.read(file, IndexSource.class))
                : Optional.empty();
    }
}
