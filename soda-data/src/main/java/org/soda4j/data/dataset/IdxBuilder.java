package org.soda4j.data.dataset;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * The options that all data sets in IDX files share: the files come from a folder ({@link #root}),
 * from the class path ({@link #resource}), from two named files ({@link #files}) or from two
 * streams ({@link #streams}); the last one set counts. Each may be plain or gzip; which is seen
 * from the content.
 *
 * @param <T> the builder itself
 */
abstract class IdxBuilder<T extends IdxBuilder<T>> extends FilesBuilder<T> {

    private final String dataset;
    private final List<String> subfolders;
    private Source source = this::openInRoot;

    /** Gives the two files to be read, images first. */
    @FunctionalInterface
    private interface Source {
        List<NamedStream> open() throws IOException;
    }

    private record NamedStream(String name, InputStream stream) {}

    IdxBuilder(String dataset, List<String> subfolders) {
        this.dataset = dataset;
        this.subfolders = subfolders;
    }

    /**
     * Reads from a folder with {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and
     * for the test split {@code t10k-images-idx3-ubyte}, {@code t10k-labels-idx1-ubyte}, each with
     * or without {@code .gz}.
     *
     * @param root the folder
     * @return this builder
     */
    @Override
    public T root(Path root) {
        source = this::openInRoot;
        return super.root(root);
    }

    /**
     * Reads files of the same names from the class path.
     *
     * @param anchor a class beside, or in a package above, the files
     * @param folder the folder as {@link Class#getResource} takes it: relative to the anchor's
     *     package, or absolute if it begins with a slash
     * @return this builder
     * @throws NullPointerException if one is null
     */
    public T resource(Class<?> anchor, String folder) {
        Objects.requireNonNull(anchor, "anchor");
        Objects.requireNonNull(folder, "folder");
        source =
                () ->
                        List.of(
                                openResource(anchor, folder, imagesName()),
                                openResource(anchor, folder, labelsName()));
        return self();
    }

    /**
     * Reads two files of any names; {@code split} does not matter then.
     *
     * @param images an IDX file of three dimensions: images, rows, columns
     * @param labels an IDX file of one dimension
     * @return this builder
     * @throws NullPointerException if one is null
     */
    public T files(Path images, Path labels) {
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(labels, "labels");
        source = () -> List.of(openFile(images), openFile(labels));
        return self();
    }

    /**
     * Reads two streams; {@code split} does not matter then. {@code build} reads and closes them.
     *
     * @param images an IDX file of three dimensions: images, rows, columns
     * @param labels an IDX file of one dimension
     * @return this builder
     * @throws NullPointerException if one is null
     */
    public T streams(InputStream images, InputStream labels) {
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(labels, "labels");
        source =
                () ->
                        List.of(
                                new NamedStream("images stream", images),
                                new NamedStream("labels stream", labels));
        return self();
    }

    /** Reads both files; a label must be below {@code classes}. */
    RecordCollector read(int classes) {
        IdxFile images;
        IdxFile labels;
        String imagesName;
        String labelsName;
        try {
            List<NamedStream> streams = source.open();
            try (InputStream imageStream = streams.get(0).stream();
                    InputStream labelStream = streams.get(1).stream()) {
                imagesName = streams.get(0).name();
                labelsName = streams.get(1).name();
                images = IdxFile.read(imagesName, imageStream, 3, -1);
                int count = images.rows().length;
                labels = IdxFile.read(labelsName, labelStream, 1, count);
            }
        } catch (IOException e) {
            throw new DatasetException(dataset, -1, "cannot be read: " + e, e);
        }
        RecordCollector collector = new RecordCollector(onError);
        collector.startFile(imagesName);
        int height = images.dimensions()[1];
        int width = images.dimensions()[2];
        for (int r = 0; r < images.rows().length; r++) {
            int label = labels.rows()[r][0] & 0xff;
            if (label < classes) {
                collector.add(r, new PixelImage(width, height, 1, images.rows()[r]), label);
            } else {
                collector.refuse(
                        new DatasetException(
                                labelsName,
                                r,
                                "expected a label in 0..%d, found %d".formatted(classes - 1, label),
                                null));
            }
        }
        collector.finish(dataset);
        return collector;
    }

    private String imagesName() {
        return (split == Dataset.Usage.TEST ? "t10k" : "train") + "-images-idx3-ubyte";
    }

    private String labelsName() {
        return (split == Dataset.Usage.TEST ? "t10k" : "train") + "-labels-idx1-ubyte";
    }

    private List<NamedStream> openInRoot() throws IOException {
        requireTrainOrTest(dataset);
        return List.of(openFile(findInRoot(imagesName())), openFile(findInRoot(labelsName())));
    }

    private Path findInRoot(String name) {
        requireRoot();
        Path found = lookInRoot(name);
        if (found == null) {
            officialFiles().stream()
                    .filter(file -> file.name().equals(name + ".gz"))
                    .forEach(this::fetch);
            found = lookInRoot(name);
        }
        if (found == null) {
            throw new DatasetException(
                    root.toString(),
                    "expected %s or %s.gz in it%s, found neither"
                            .formatted(
                                    name,
                                    name,
                                    subfolders.isEmpty() ? "" : " or in " + subfolders));
        }
        return found;
    }

    private Path lookInRoot(String name) {
        List<Path> places = new ArrayList<>(List.of(root));
        subfolders.forEach(folder -> places.add(root.resolve(folder)));
        for (Path place : places) {
            for (String file : List.of(name, name + ".gz")) {
                if (Files.isRegularFile(place.resolve(file))) {
                    return place.resolve(file);
                }
            }
        }
        return null;
    }

    private NamedStream openFile(Path file) throws IOException {
        return new NamedStream(file.toString(), Files.newInputStream(file));
    }

    private NamedStream openResource(Class<?> anchor, String folder, String name) {
        requireTrainOrTest(dataset);
        for (String file : List.of(name, name + ".gz")) {
            String resource = folder + "/" + file;
            InputStream stream = anchor.getResourceAsStream(resource);
            if (stream != null) {
                return new NamedStream(resource, stream);
            }
        }
        throw new DatasetException(
                folder,
                "expected the resource %s or %s.gz, found neither from %s"
                        .formatted(name, name, anchor.getName()));
    }
}
