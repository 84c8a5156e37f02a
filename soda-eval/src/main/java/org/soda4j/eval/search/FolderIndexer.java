package org.soda4j.eval.search;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Makes an index hold the images of a folder: encodes files that are new or changed (in size or
 * time of change), and deletes what is gone. Ids are paths below the folder with {@code /}; labels
 * are the names of the folders right below it. Commits as it goes, so that after a stop the next
 * run goes on there.
 *
 * <pre>{@code
 * FolderIndexer.of(encoder, Path.of("photos")).update(index);
 * }</pre>
 */
public final class FolderIndexer {

    /** Metadata: the size of the file when it was encoded. */
    public static final String BYTES = "bytes";

    /** Metadata: when the file was changed, in milliseconds since 1970. */
    public static final String MODIFIED = "modified";

    private static final Logger LOGGER = LoggerFactory.getLogger(FolderIndexer.class);
    private static final int COMMIT_EVERY = 1024;

    private final ImageEncoder encoder;
    private final Path folder;
    private final Progress progress;

    /** Hears how far the work is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called before the first file and after every batch.
         *
         * @param done files that were encoded
         * @param total files to encode
         */
        void at(long done, long total);
    }

    /**
     * What an update did.
     *
     * @param encoded images that are new or changed
     * @param unchanged images that were not looked at again
     * @param deleted images that are gone
     * @param leftOut what could not be read: id to message, sorted
     */
    public record Changes(int encoded, int unchanged, int deleted, Map<String, String> leftOut) {}

    private FolderIndexer(ImageEncoder encoder, Path folder, Progress progress) {
        this.encoder = encoder;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Prepares the work.
     *
     * @param encoder encodes the images
     * @param folder with image files at any depth; hidden files are left out
     * @return the indexer
     */
    public static FolderIndexer of(ImageEncoder encoder, Path folder) {
        return new FolderIndexer(encoder, folder, (done, total) -> {});
    }

    /**
     * Reports progress.
     *
     * @param listener called on the calling thread
     * @return a changed indexer
     */
    public FolderIndexer progress(Progress listener) {
        return new FolderIndexer(encoder, folder, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Brings an index up to date.
     *
     * @param index of the encoder's space
     * @return what was done
     * @throws IllegalArgumentException if the index has features of another space
     * @throws IOException if the folder cannot be read or the index not be written; what was
     *     committed stays
     */
    public Changes update(ImageIndex index) throws IOException {
        index.space().requireSame("index", encoder.space());
        SortedMap<String, Map<String, String>> files = files();
        Map<String, String> leftOut = new TreeMap<>();
        try (ImageIndexWriter writer = index.writer()) {
            List<String> changed =
                    files.entrySet().stream()
                            .filter(
                                    file ->
                                            !index.metadata(file.getKey())
                                                    .equals(Optional.of(file.getValue())))
                            .map(Map.Entry::getKey)
                            .toList();
            List<String> gone = index.ids().stream().filter(id -> !files.containsKey(id)).toList();
            gone.forEach(writer::delete);
            progress.at(0, changed.size());
            int encoded = 0;
            for (int from = 0; from < changed.size(); from += COMMIT_EVERY) {
                int to = Math.min(changed.size(), from + COMMIT_EVERY);
                encoded += encode(changed.subList(from, to), files, writer, leftOut, from, changed);
                writer.commitRows();
            }
            writer.commit();
            if (!leftOut.isEmpty()) {
                LOGGER.warn(
                        "{}: left out {} files, the first: {}",
                        folder,
                        leftOut.size(),
                        leftOut.values().iterator().next());
            }
            return new Changes(encoded, files.size() - changed.size(), gone.size(), leftOut);
        }
    }

    private int encode(
            List<String> ids,
            Map<String, Map<String, String>> files,
            ImageIndexWriter writer,
            Map<String, String> leftOut,
            int before,
            List<String> all) {
        FileImages images = encoder.files(ids.stream().map(folder::resolve).toList());
        LongConsumer report = done -> progress.at(before + done, all.size());
        FeatureSet features = encoder.encode(images, report);
        for (int row = 0; row < ids.size(); row++) {
            String id = ids.get(row);
            String problem = images.problems().get(row);
            if (problem != null) {
                leftOut.put(id, problem);
                writer.delete(id);
                continue;
            }
            int slash = id.indexOf('/');
            String label = slash < 0 ? "" : id.substring(0, slash);
            writer.put(new IndexedImage(id, features.row(row), label, files.get(id)));
        }
        return ids.size() - images.problems().size();
    }

    /** The image files, with what tells whether one has changed. */
    private SortedMap<String, Map<String, String>> files() throws IOException {
        SortedMap<String, Map<String, String>> files = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> found = new ArrayList<>(tree.filter(Files::isRegularFile).toList());
            for (Path file : found) {
                String id = folder.relativize(file).toString().replace('\\', '/');
                if (ImageFolder.isImageName(id) && !("/" + id).contains("/.")) {
                    Map<String, String> state = new LinkedHashMap<>();
                    state.put(BYTES, Long.toString(Files.size(file)));
                    state.put(MODIFIED, Long.toString(Files.getLastModifiedTime(file).toMillis()));
                    files.put(id, state);
                }
            }
        }
        if (files.isEmpty()) {
            throw new IOException(
                    folder + ": expected image files (JPEG, PNG, ...) at some depth, found none");
        }
        return files;
    }
}
