package org.soda4j.examples.training;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.data.dataset.Mpi3d;
import org.soda4j.data.dataset.Shapes3d;
import org.soda4j.data.dataset.SmallNorb;
import org.soda4j.models.ShippedModel;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options {@code --data} and {@code --images} of programs that edit images by a model. */
public final class GalleryOptions {

    private static final int SHAPES = 1000;
    private static final int IN_FILES = 5000;

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    /** Whose latents give the directions. */
    public enum Data {
        RUN,
        SHAPES,
        FASHION_MNIST,
        SHAPES3D,
        MPI3D,
        SMALLNORB;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether it is in files that somebody has to have. */
        private boolean inFiles() {
            return this == SHAPES3D || this == MPI3D || this == SMALLNORB;
        }
    }

    private Data data;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description =
                    "Images whose latents give the directions: run, shapes or fashion-mnist (both built"
                            + " in), or, from --root, shapes3d, mpi3d or smallnorb, whose factors are"
                            + " known too. Default: run, what the model was trained on; images that"
                            + " come with soda4j where nobody knows what that was.")
    private void data(String name) {
        for (Data each : Data.values()) {
            if (each.toString().equals(name)) {
                data = each;
                return;
            }
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "--data: expected one of %s, found %s; --images takes a folder"
                        .formatted(List.of(Data.values()), name));
    }

    @Option(
            names = "--root",
            paramLabel = "PATH",
            description =
                    "The file, or the folder, of --data shapes3d, mpi3d or smallnorb, of which 5000"
                            + " images are read. Default: none.")
    private Path root;

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
     * @param note is called where the images are not those of the model
     */
    public ImageDataset open(Path model, Soda soda, Consumer<String> note) throws IOException {
        if (images != null && data != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "expected --data or --images, found both");
        }
        Data named = data == null ? Data.RUN : data;
        if (named.inFiles() == (root == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--root: expected it with --data %s, %s or %s and only there, found --data %s %s"
                            .formatted(
                                    Data.SHAPES3D,
                                    Data.MPI3D,
                                    Data.SMALLNORB,
                                    named,
                                    root == null ? "without" : "with " + root));
        }
        if (images != null) {
            return ImageFolder.builder()
                    .root(images)
                    .preparation(soda.config().preparation())
                    .build();
        }
        return switch (named) {
            case SHAPES -> ShapesModel.shapes(SHAPES, 1);
            case FASHION_MNIST -> BuiltInImages.fashionMnist(Dataset.Usage.TEST);
            case SHAPES3D -> Shapes3d.builder().root(root).count(IN_FILES).build();
            case MPI3D -> Mpi3d.builder().root(root).count(IN_FILES).build();
            case SMALLNORB ->
                    SmallNorb.builder()
                            .root(root)
                            .split(Dataset.Usage.TEST)
                            .count(IN_FILES)
                            .build();
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
