package org.soda4j.examples.cli;

import ai.djl.training.dataset.Dataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.soda4j.PixelNormalization;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Which images an example reads, and from where. */
public final class DataOptions {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--data",
            defaultValue = "cifar10",
            converter = Source.Named.class,
            description = "cifar10, fashion-mnist or coil20, whose official files are in --root.")
    private Source source;

    @Option(
            names = "--root",
            paramLabel = "FOLDER",
            description = "Folder of the official files of --data. Default: none.")
    private Path root;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description =
                    "Your own image files instead, in one folder or one folder a class. Default:"
                            + " none.")
    private Path images;

    @Option(
            names = "--split",
            description =
                    "train or test. Default: train; of --images all, the classes' folders stand in"
                            + " the folder itself.")
    private Split split;

    /** What can be read. */
    public enum Source {
        CIFAR10("cifar10", 32, 3),
        FASHION_MNIST("fashion-mnist", 28, 1),
        COIL20("coil20", 64, 1),
        IMAGES("images", 128, 3);

        private final String option;
        private final int resolution;
        private final int channels;

        Source(String option, int resolution, int channels) {
            this.option = option;
            this.resolution = resolution;
            this.channels = channels;
        }

        /** Returns the rows and columns of augmented views where nothing else is asked for. */
        public int resolution() {
            return resolution;
        }

        /** Returns the number of channels of augmented views. */
        public int channels() {
            return channels;
        }

        /** Returns how images are normalised in training. */
        public PixelNormalization normalization() {
            return channels == 3
                    ? PixelNormalization.imageNet()
                    : PixelNormalization.symmetric(channels);
        }

        @Override
        public String toString() {
            return option;
        }

        private static List<Source> official() {
            return List.of(CIFAR10, FASHION_MNIST, COIL20);
        }

        /** Finds what an option names. */
        static final class Named implements CommandLine.ITypeConverter<Source> {
            @Override
            public Source convert(String name) {
                return official().stream()
                        .filter(source -> source.option.equalsIgnoreCase(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CommandLine.TypeConversionException(
                                                "expected one of %s, found %s"
                                                        .formatted(official(), name)));
            }
        }
    }

    /** The part of the data, where there are parts. */
    private enum Split {
        TRAIN(Dataset.Usage.TRAIN),
        TEST(Dataset.Usage.TEST);

        private final Dataset.Usage usage;

        Split(Dataset.Usage usage) {
            this.usage = usage;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Source source() {
        return images == null ? source : Source.IMAGES;
    }

    /** Reads the images; a COIL data set for COIL. */
    public ImageDataset open() {
        if ((root == null) == (images == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "expected --root, the folder of the official files, or --images, your own, found "
                            + (root == null ? "none" : "both"));
        }
        Dataset.Usage usage = (split == null ? Split.TRAIN : split).usage;
        return switch (source()) {
            case CIFAR10 -> Cifar10.builder().root(root).split(usage).build();
            case FASHION_MNIST -> FashionMnist.builder().root(root).split(usage).build();
            case COIL20 -> {
                if (split != null) {
                    throw new CommandLine.ParameterException(
                            spec.commandLine(), "--split: coil20 has no splits, found " + split);
                }
                yield CoilDataset.builder().root(root).channels(1).build();
            }
            case IMAGES -> {
                ImageFolder.Builder folder = ImageFolder.builder().root(images);
                yield split == null ? folder.build() : folder.split(usage).build();
            }
        };
    }
}
