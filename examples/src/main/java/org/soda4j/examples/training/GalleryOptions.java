package org.soda4j.examples.training;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.models.ShippedModel;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options {@code --data} and {@code --images} of programs that edit images by a model. */
public final class GalleryOptions {

    private static final int SHAPES = 1000;

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    /** Whose latents give the directions. */
    public enum Data {
        RUN,
        SHAPES,
        FASHION_MNIST;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private Data data;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description =
                    "Images whose latents give the directions: run, shapes or fashion-mnist (both built"
                            + " in). Default: run, what the model was trained on; images that come with"
                            + " soda4j where nobody knows what that was.")
    private void data(String name) {
        for (Data each : Data.values()) {
            if (each.toString().equals(name)) {
                data = each;
                return;
            }
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "--data: expected run, shapes or fashion-mnist, found %s; --images takes a folder"
                        .formatted(name));
    }

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description = "Your own image files instead. Default: none.")
    private Path images;

    /** The images that were named; none for those of the model. */
    public Optional<Data> data() {
        return images == null ? Optional.ofNullable(data) : Optional.empty();
    }

    public boolean hasFolder() {
        return images != null;
    }

    /**
     * Opens the images.
     *
     * @param model a run, a saved model or the name of a shipped one
     * @param soda what was loaded from it
     * @param note hears of it where the images are not those of the model
     */
    public ImageDataset open(Path model, Soda soda, Consumer<String> note) throws IOException {
        if (images != null && data != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "expected --data or --images, found both");
        }
        if (images != null) {
            return ImageFolder.builder()
                    .root(images)
                    .preparation(soda.config().preparation())
                    .build();
        }
        return switch (data == null ? Data.RUN : data) {
            case SHAPES -> ShapesModel.shapes(SHAPES, 1);
            case FASHION_MNIST -> BuiltInImages.fashionMnist(Dataset.Usage.TEST);
            case RUN -> ofModel(model, soda, note);
        };
    }

    private static ImageDataset ofModel(Path model, Soda soda, Consumer<String> note)
            throws IOException {
        Optional<ShippedModel> shipped = TrainedModel.shipped(model);
        if (shipped.isPresent()) {
            return ShippedImages.of(shipped.get());
        }
        Optional<TrainingImages> trained = TrainingImages.ofModel(model);
        if (trained.isPresent()) {
            return trained.get().open(soda.config().preparation());
        }
        boolean grey = soda.config().denoiser().imageShape().get(0) == 1;
        note.accept(
                "%s does not say what it was trained on; directions come from %s, --images FOLDER takes yours"
                        .formatted(
                                model,
                                grey
                                        ? "Fashion-MNIST"
                                        : "the gallery of " + ShippedModel.PHOTOS_32));
        return grey
                ? BuiltInImages.fashionMnist(Dataset.Usage.TEST)
                : ShippedImages.of(ShippedModel.PHOTOS_32);
    }
}
