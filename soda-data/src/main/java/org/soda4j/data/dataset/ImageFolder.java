package org.soda4j.data.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;
import org.soda4j.image.ImageDecoder;
import org.soda4j.io.DatasetException;

/**
 * Image files in one folder a class, ImageNet's layout and torchvision's {@code ImageFolder}: the
 * classes are the sub-folders in the order of their names, their images all files below them with a
 * known ending, in the order of their paths. Images are decoded when they are asked for and keep
 * their own sizes. A folder with images and no sub-folders is a data set without labels.
 *
 * <p>Endings: jpg, jpeg, jpe, jfif, png, bmp, gif, webp, in any case; other files are left out,
 * with their number logged. What an image file may be, and what is refused, stands at {@link
 * ImageDecoder}. A class without any image is refused.
 *
 * <pre>{@code
 * ImageFolder train = ImageFolder.builder().root(Path.of("imagenet")).split(Dataset.Usage.TRAIN)
 *         .resizedCache(Path.of("cache"), 256).build();
 * }</pre>
 */
public final class ImageFolder extends ImageFilesDataset {

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageFolder.class);
    private static final Set<String> ENDINGS =
            Set.of("jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif", "webp");

    private ImageFolder(Builder builder, Path base, Listing listing) {
        super(builder, base, listing.files(), listing.classNames());
    }

    private record Listing(List<ImageFile> files, List<String> classNames) {}

    /**
     * Starts a builder.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets which folder to read, and how.
     *
     * <p>Without {@code split}, the class folders stand in {@code root} itself. With it they stand
     * in {@code root/train}, {@code root/val} (or {@code root/validation}) or {@code root/test};
     * the labels of the other splits are those of {@code root/train} if there is one.
     *
     * <p>With {@link OnError#SKIP}, {@code build} decodes every file once and leaves out what
     * cannot be read; a class without images then keeps its name and label. Together with {@code
     * resizedCache} or {@code inMemory} that work is not lost.
     */
    public static final class Builder extends ImageFilesBuilder<Builder> {

        private Builder() {
            split = null;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Lists the files; decodes them only with {@code inMemory} or {@link OnError#SKIP}.
         *
         * @return the data set; it holds no native memory and no open files and needs no closing
         * @throws DatasetException if a folder is missing, a class has no image, or a split has a
         *     class that the training split does not have
         * @throws IllegalStateException if root was not set
         */
        public ImageFolder build() {
            Path base = splitFolder(requireRoot(), split);
            try {
                Path train = root.resolve("train");
                boolean other = split != null && split != Usage.TRAIN && Files.isDirectory(train);
                if (split == null && isFlat(base)) {
                    return new ImageFolder(this, base, listFlat(base));
                }
                List<String> classNames = foldersIn(other ? train : base);
                if (classNames.isEmpty()) {
                    throw new DatasetException(
                            base.toString(),
                            split == null
                                    ? "expected image files (JPEG, PNG, ...) or one folder of them a class, found none"
                                    : "expected one folder a class, found no folder");
                }
                if (other) {
                    requireKnown(base, classNames, train);
                }
                return new ImageFolder(this, base, list(base, classNames, onError));
            } catch (IOException | UncheckedIOException e) {
                throw new DatasetException(base.toString(), -1, "cannot be read: " + e, e);
            }
        }
    }

    private static Path splitFolder(Path root, Usage split) {
        List<String> names =
                split == null
                        ? List.of("")
                        : switch (split) {
                            case TRAIN -> List.of("train");
                            case VALIDATION -> List.of("val", "validation");
                            case TEST -> List.of("test");
                        };
        for (String name : names) {
            if (Files.isDirectory(root.resolve(name))) {
                return root.resolve(name);
            }
        }
        throw new DatasetException(
                root.toString(),
                split == null || !Files.isDirectory(root)
                        ? "expected a folder, found " + (Files.exists(root) ? "a file" : "nothing")
                        : "expected the folder %s for the split %s, found none"
                                .formatted(String.join(" or ", names), split));
    }

    private static boolean isFlat(Path base) throws IOException {
        try (Stream<Path> children = Files.list(base)) {
            List<Path> visible =
                    children.filter(child -> !child.getFileName().toString().startsWith("."))
                            .toList();
            return visible.stream().noneMatch(Files::isDirectory)
                    && visible.stream().anyMatch(child -> isImageName(child.toString()));
        }
    }

    private static Listing listFlat(Path base) throws IOException {
        try (Stream<Path> children = Files.list(base)) {
            List<ImageFile> files =
                    pathsBelow(base, children).stream()
                            .filter(ImageFolder::isImageName)
                            .map(path -> new ImageFile(path, -1))
                            .toList();
            return new Listing(files, List.of());
        }
    }

    private static List<String> foldersIn(Path base) throws IOException {
        try (Stream<Path> children = Files.list(base)) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static void requireKnown(Path base, List<String> known, Path train) throws IOException {
        for (String name : foldersIn(base)) {
            if (!known.contains(name)) {
                throw new DatasetException(
                        base.resolve(name).toString(),
                        "expected a class of " + train + ", found one that it does not have");
            }
        }
    }

    private static Listing list(Path base, List<String> classNames, OnError onError)
            throws IOException {
        List<ImageFile> files = new ArrayList<>();
        int others = 0;
        for (int label = 0; label < classNames.size(); label++) {
            Path folder = base.resolve(classNames.get(label));
            int before = files.size();
            if (Files.isDirectory(folder)) {
                // Links are followed, as torchvision does: data sets are often made of links.
                try (Stream<Path> tree = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                    for (String path : pathsBelow(base, tree)) {
                        if (isImageName(path)) {
                            files.add(new ImageFile(path, label));
                        } else {
                            others++;
                        }
                    }
                }
            }
            if (files.size() == before) {
                String problem = "expected at least one image in every class, found none";
                if (onError == OnError.STOP) {
                    throw new DatasetException(folder.toString(), problem);
                }
                LOGGER.warn("{}: {}", folder, problem);
            }
        }
        if (others > 0) {
            LOGGER.info("{}: left out {} files without an image's ending", base, others);
        }
        return new Listing(files, classNames);
    }

    private static List<String> pathsBelow(Path base, Stream<Path> tree) {
        return tree.filter(Files::isRegularFile)
                .map(file -> base.relativize(file).toString().replace('\\', '/'))
                .sorted()
                .toList();
    }

    /**
     * Says whether a file is read as an image.
     *
     * @param path with {@code /}
     * @return true if it has an image's ending and is not hidden
     */
    @Internal
    public static boolean isImageName(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.contains(ending);
    }
}
