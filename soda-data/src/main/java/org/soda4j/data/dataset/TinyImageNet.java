package org.soda4j.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.soda4j.data.download.OfficialFile;
import org.soda4j.data.download.ZipUnpacking;
import org.soda4j.io.DatasetException;
import org.soda4j.io.Utf8Text;

/**
 * Tiny-ImageNet-200: 100,000 training, 10,000 validation and 10,000 unlabelled test images of 64 x
 * 64, 200 classes. The grey JPEGs among them become RGB.
 *
 * <p>Source: Stanford CS231n, unpacked from {@code tiny-imagenet-200.zip}. Class names are the
 * WordNet ids, in their order; {@link #classWords()} says them in words.
 *
 * <pre>{@code
 * TinyImageNet train = TinyImageNet.builder().root(Path.of("data")).inMemory(true).build();
 * }</pre>
 */
public final class TinyImageNet extends ImageFilesDataset {

    private static final String FOLDER = "tiny-imagenet-200";

    private final List<String> classWords;

    private TinyImageNet(Builder builder, Path base, List<ImageFile> files, List<String> classNames)
            throws IOException {
        super(builder, base, files, classNames);
        classWords = words(base, classNames);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for the training split
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns what the classes are, in words, from {@code words.txt}.
     *
     * @return in label order, for example {@code "goldfish, Carassius auratus"}; the WordNet id
     *     where the file has none
     */
    public List<String> classWords() {
        return classWords;
    }

    /**
     * Sets which part of Tiny-ImageNet to read, and how.
     *
     * <p>{@code root} is the folder {@code tiny-imagenet-200} or the one above it; with {@code
     * download(true)} the archive is fetched to {@code root} and unpacked beside it. Splits: {@code
     * TRAIN}, {@code VALIDATION} (labels from {@code val_annotations.txt}) and {@code TEST}, whose
     * labels are -1.
     */
    public static final class Builder extends ImageFilesBuilder<Builder> {

        private Builder() {}

        @Override
        List<OfficialFile> officialFiles() {
            return List.of(OfficialFiles.TINY_IMAGENET);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Lists the files; decodes them only with {@code inMemory} or {@link OnError#SKIP}.
         *
         * @return the data set; it holds no native memory and no open files and needs no closing
         * @throws DatasetException if a file or folder is missing, a class has no images, or {@code
         *     val_annotations.txt} is malformed, names an unknown class, or does not name exactly
         *     the images there are
         * @throws IllegalStateException if root was not set
         */
        public TinyImageNet build() {
            Path base = requireRoot();
            if (!Files.isDirectory(base.resolve("train"))) {
                base = base.resolve(FOLDER);
                if (!Files.isDirectory(base)) {
                    fetch(OfficialFiles.TINY_IMAGENET);
                    Path archive = root.resolve(OfficialFiles.TINY_IMAGENET.name());
                    if (downloads() && Files.isRegularFile(archive)) {
                        ZipUnpacking.unpack(archive, base);
                    }
                }
            }
            try {
                requireFolder(base.resolve("train"));
                List<String> classNames = namesIn(base.resolve("train"));
                List<ImageFile> files =
                        switch (split) {
                            case TRAIN -> train(base, classNames);
                            case VALIDATION -> validation(base, classNames);
                            case TEST -> test(base);
                        };
                return new TinyImageNet(this, base, files, classNames);
            } catch (IOException e) {
                throw new DatasetException(base.toString(), -1, "cannot be read: " + e, e);
            }
        }
    }

    private static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(
                    folder.toString(), "expected a folder of " + FOLDER + ", found none");
        }
    }

    private static List<String> namesIn(Path folder) throws IOException {
        requireFolder(folder);
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static List<ImageFile> train(Path base, List<String> classNames) throws IOException {
        List<ImageFile> files = new ArrayList<>();
        for (int label = 0; label < classNames.size(); label++) {
            String images = "train/" + classNames.get(label) + "/images";
            int before = files.size();
            for (String name : namesIn(base.resolve(images))) {
                if (ImageFolder.isImageName(name)) {
                    files.add(new ImageFile(images + "/" + name, label));
                }
            }
            if (files.size() == before) {
                throw new DatasetException(
                        base.resolve(images).toString(),
                        "expected at least one image in every class, found none");
            }
        }
        return files;
    }

    private static List<ImageFile> validation(Path base, List<String> classNames)
            throws IOException {
        Map<String, Integer> labels = new HashMap<>();
        for (int label = 0; label < classNames.size(); label++) {
            labels.put(classNames.get(label), label);
        }
        Path annotations = base.resolve("val/val_annotations.txt");
        if (!Files.isRegularFile(annotations)) {
            throw new DatasetException(
                    annotations.toString(), "expected the labels of the split, found no file");
        }
        Set<String> unnamed = new HashSet<>(namesIn(base.resolve("val/images")));
        List<ImageFile> files = new ArrayList<>();
        List<String> lines = Utf8Text.read(annotations).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            // Image, class, and the corners of a box, between tabs.
            String[] fields = lines.get(i).split("\t");
            Integer label = fields.length < 2 ? null : labels.get(fields[1]);
            if (label == null || !unnamed.remove(fields[0])) {
                throw new DatasetException(
                        annotations.toString(),
                        i,
                        "expected an image of val/images, not named before, and one of the %d classes,"
                                        .formatted(classNames.size())
                                + " found the line \""
                                + lines.get(i)
                                + "\"",
                        null);
            }
            files.add(new ImageFile("val/images/" + fields[0], label));
        }
        if (!unnamed.isEmpty()) {
            throw new DatasetException(
                    annotations.toString(),
                    "expected a line for every image, found none for %d, such as %s"
                            .formatted(unnamed.size(), unnamed.iterator().next()));
        }
        return files;
    }

    private static List<ImageFile> test(Path base) throws IOException {
        return namesIn(base.resolve("test/images")).stream()
                .filter(ImageFolder::isImageName)
                .map(name -> new ImageFile("test/images/" + name, -1))
                .toList();
    }

    private static List<String> words(Path base, List<String> classNames) throws IOException {
        Map<String, String> words = new HashMap<>();
        Path file = base.resolve("words.txt");
        if (Files.isRegularFile(file)) {
            for (String line : Utf8Text.read(file).lines().toList()) {
                int tab = line.indexOf('\t');
                if (tab > 0) {
                    words.put(line.substring(0, tab), line.substring(tab + 1));
                }
            }
        }
        return classNames.stream().map(name -> words.getOrDefault(name, name)).toList();
    }
}
