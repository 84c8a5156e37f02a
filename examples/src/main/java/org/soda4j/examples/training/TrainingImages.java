package org.soda4j.examples.training;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.Cifar100;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.data.dataset.TinyImageNet;
import org.soda4j.image.ImagePreparation;
import org.soda4j.io.AtomicFile;
import org.soda4j.io.ConfigText;

/**
 * Which images a run trains on; stored beside its configuration, so that it can be resumed.
 *
 * @param kind {@code cifar10}, {@code cifar100}, {@code tiny-imagenet} or {@code images}
 * @param path the folder of the data
 * @param probeImages training images of the probes at most; null for all, 0 for no probes
 */
public record TrainingImages(String kind, Path path, Integer probeImages) {

    public static final String IMAGES = "images";
    private static final String FILE = "data.json";
    private static final List<String> KINDS =
            List.of("cifar10", "cifar100", "tiny-imagenet", IMAGES);

    public TrainingImages(String kind, Path path) {
        this(kind, path, null);
    }

    /** The data set that a preset is for. */
    public static String kindOfPreset(String preset) {
        return preset.replaceFirst("^paper-", "");
    }

    /** Whether a data set has files of its own, and not whatever images somebody has. */
    public static boolean isOfficial(String kind) {
        return KINDS.contains(kind) && !kind.equals(IMAGES);
    }

    /** Training images of the data sets that presets are for. */
    public static int officialSize(String kind) {
        return kind.equals("tiny-imagenet") ? 100_000 : 50_000;
    }

    /** Files decoded as a model prepares them. */
    public ImageDataset open(ImagePreparation preparation) {
        return switch (kind) {
            case "cifar10" -> Cifar10.builder().root(path).split(Dataset.Usage.TRAIN).build();
            case "cifar100" -> Cifar100.builder().root(path).split(Dataset.Usage.TRAIN).build();
            case "tiny-imagenet" ->
                    TinyImageNet.builder()
                            .root(path)
                            .preparation(preparation)
                            .split(Dataset.Usage.TRAIN)
                            .build();
            case IMAGES -> ImageFolder.builder().root(path).preparation(preparation).build();
            default -> throw unknown(kind);
        };
    }

    private static IllegalArgumentException unknown(String kind) {
        return new IllegalArgumentException(
                "expected the data cifar10, cifar100, tiny-imagenet or images, found " + kind);
    }

    /** The official images for testing; a folder of images has none. */
    ImageDataset openTest(ImagePreparation preparation) {
        return switch (kind) {
            case "cifar10" -> Cifar10.builder().root(path).split(Dataset.Usage.TEST).build();
            case "cifar100" -> Cifar100.builder().root(path).split(Dataset.Usage.TEST).build();
            case "tiny-imagenet" ->
                    TinyImageNet.builder()
                            .root(path)
                            .preparation(preparation)
                            .split(Dataset.Usage.VALIDATION)
                            .build();
            default -> throw new IllegalArgumentException(kind + ": expected official test images");
        };
    }

    /** What people call the data: that of a preset, or their own folder. */
    public String name() {
        Path folder = path.toAbsolutePath().normalize().getFileName();
        return kind.equals(IMAGES) && folder != null ? folder.toString() : kind;
    }

    /** Also says how many images there are, for reports. */
    void save(Path run, long images) throws IOException {
        Stored stored = new Stored(kind, path.toAbsolutePath().toString(), probeImages, images);
        byte[] json = ConfigText.toJson(stored).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(run.resolve(FILE), json);
    }

    public static TrainingImages ofRun(Path run) throws IOException {
        Path file = run.resolve(FILE);
        if (Files.exists(run.resolve("model.safetensors"))) {
            throw new IOException(
                    run + ": a saved model; expected the folder of a run that train started");
        }
        if (!Files.exists(file)) {
            throw new IOException(
                    (Files.exists(run) ? file : run)
                            + ": not found; expected the folder of a run that train started");
        }
        Stored stored = ConfigText.read(file, Stored.class);
        return new TrainingImages(stored.kind(), Path.of(stored.path()), stored.probeImages());
    }

    /** Those of a run, or of the run in which a saved model lies; none for other models. */
    static Optional<TrainingImages> ofModel(Path model) throws IOException {
        for (Path run : Stream.of(model, model.toAbsolutePath().getParent()).toList()) {
            if (run != null && Files.exists(run.resolve(FILE))) {
                return Optional.of(ofRun(run));
            }
        }
        return Optional.empty();
    }

    /** What cannot be is refused here, where the file is known. */
    private record Stored(String kind, String path, Integer probeImages, Long images) {
        private Stored {
            if (kind == null || !KINDS.contains(kind)) {
                throw unknown(kind);
            }
            if (path == null) {
                throw new IllegalArgumentException("path: expected a folder, found none");
            }
            Path.of(path);
            if (probeImages != null) {
                IntRange.atLeast(0, "probeImages", probeImages);
            }
        }
    }

    /** The shorter sides of up to so many images, spread over the data set, ascending. */
    static List<Integer> shorterSides(ImageDataset images, int count) {
        long size = images.size();
        return LongStream.range(0, Math.min(count, size))
                .mapToObj(i -> images.image((int) (i * size / Math.min(count, size))))
                .map(image -> Math.min(image.width(), image.height()))
                .sorted()
                .toList();
    }
}
