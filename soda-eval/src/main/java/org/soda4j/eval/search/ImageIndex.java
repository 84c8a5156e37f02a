package org.soda4j.eval.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.data.IntRange;
import org.soda4j.eval.feature.FeatureSet;

/**
 * An index of images in a folder of its own: their features, ids, labels and metadata, searched by
 * the cosine between features.
 *
 * <p>Small ones are searched exactly, in plain Java. From {@link #GRAPH_FROM} images on candidates
 * come from Lucene's HNSW graph, where {@code org.apache.lucene:lucene-core} 9.12 is on the class
 * path, and are then compared exactly; images that are not yet in the graph are always compared
 * exactly.
 *
 * <p>Any number of threads and processes may search while one writes ({@link #writer}); what was
 * committed is seen by this object at once, by others after {@link #refresh}. Stopped anywhere, the
 * folder holds the last commit. Every file has a checksum, which opening checks.
 *
 * <pre>{@code
 * try (ImageIndex index = ImageIndex.openOrCreate(Path.of("index"), encoder.space())) {
 *     try (ImageIndexWriter writer = index.writer()) {
 *         writer.put(new IndexedImage("cat.jpg", encoder.encode(Path.of("cat.jpg"))));
 *         writer.commit();
 *     }
 *     List<Match> alike = index.search(ImageQuery.ofIds("cat.jpg").k(5));
 * }
 * }</pre>
 */
public final class ImageIndex implements AutoCloseable {

    /** How many images an index has before it keeps a graph, unless it was created with another. */
    public static final int GRAPH_FROM = 20_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageIndex.class);
    private static final int ATTEMPTS = 5;

    private final Path folder;
    private volatile IndexSnapshot snapshot;
    private volatile boolean closed;

    private ImageIndex(Path folder) throws IOException {
        this.folder = folder;
        refresh();
    }

    /**
     * Opens an index.
     *
     * @param folder of the index
     * @return the index; the caller closes it
     * @throws IOException if there is none, or it is damaged; names the file
     */
    public static ImageIndex open(Path folder) throws IOException {
        return new ImageIndex(folder);
    }

    /**
     * Makes an empty index.
     *
     * @param folder is created where needed; must not hold an index
     * @param space of its features
     * @param graphFrom images from which on to keep a graph, at least 1
     * @return the index; the caller closes it
     * @throws IOException if there is one already, or it cannot be written
     */
    public static ImageIndex create(Path folder, FeatureSpace space, int graphFrom)
            throws IOException {
        IntRange.atLeastOne("graphFrom", graphFrom);
        if (exists(folder)) {
            throw new IOException(folder + ": expected no index, found one; open it or delete it");
        }
        Files.createDirectories(folder);
        new IndexManifest(IndexManifest.VERSION, 0, space, graphFrom, List.of()).write(folder);
        return new ImageIndex(folder);
    }

    /**
     * Opens an index or makes an empty one.
     *
     * @param folder of the index
     * @param space that its features have, or are to have
     * @return the index; the caller closes it
     * @throws IllegalArgumentException if there is one of another encoder, preparation or width
     * @throws IOException if it is damaged or cannot be written
     */
    public static ImageIndex openOrCreate(Path folder, FeatureSpace space) throws IOException {
        if (!exists(folder)) {
            return create(folder, space, GRAPH_FROM);
        }
        ImageIndex index = open(folder);
        try {
            index.space().requireSame(folder.toString(), space);
            return index;
        } catch (IllegalArgumentException e) {
            index.close();
            throw e;
        }
    }

    /**
     * Makes an index of a set of features.
     *
     * @param folder as for {@link #create}
     * @param space of the features
     * @param features one row an image, with different ids; labels become names
     * @return the index; the caller closes it
     * @throws IOException as for {@link #create}
     */
    public static ImageIndex of(Path folder, FeatureSpace space, FeatureSet features)
            throws IOException {
        ImageIndex index = create(folder, space, GRAPH_FROM);
        try (ImageIndexWriter writer = index.writer()) {
            writer.put(features);
            writer.commit();
        }
        return index;
    }

    /**
     * Says whether a folder holds an index.
     *
     * @param folder any
     * @return true if so
     */
    public static boolean exists(Path folder) {
        return Files.isRegularFile(folder.resolve(IndexManifest.FILE));
    }

    static boolean luceneIsPresent() {
        try {
            Class.forName(
                    "org.apache.lucene.search.KnnFloatVectorQuery",
                    false,
                    ImageIndex.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Looks for what others have committed meanwhile.
     *
     * @return whether there was something new
     * @throws IOException if it cannot be read
     */
    public boolean refresh() throws IOException {
        for (int attempt = 1; ; attempt++) {
            IndexManifest manifest = IndexManifest.read(folder);
            IndexSnapshot old = snapshot;
            if (old != null && old.manifest().generation() == manifest.generation()) {
                return false;
            }
            try {
                publish(
                        manifest,
                        IndexSnapshot.openSegments(
                                folder, manifest, old == null ? List.of() : old.segments()));
                return true;
            } catch (NoSuchFileException e) {
                // A writer has merged what this manifest names; its next one is there.
                if (attempt == ATTEMPTS) {
                    throw new IOException(
                            e.getFile() + ": not found; the index is damaged, build it anew", e);
                }
            }
        }
    }

    /** Makes a commit what is searched from now on. */
    synchronized void publish(IndexManifest manifest, List<Segment> segments) throws IOException {
        IndexSnapshot old = snapshot;
        HnswGraph graph = null;
        if (manifest.segments().stream().anyMatch(IndexManifest.Part::inGraph)) {
            graph = openGraph();
        }
        snapshot = new IndexSnapshot(manifest, segments, graph);
        if (old != null && old.graph().isPresent()) {
            old.graph().get().close();
        }
    }

    private HnswGraph openGraph() {
        if (!luceneIsPresent()) {
            LOGGER.warn(
                    "{}: has a graph, and org.apache.lucene:lucene-core 9.12 is not on the class"
                            + " path; every image is compared instead, which is slower",
                    folder);
            return null;
        }
        try {
            return HnswGraph.open(folder);
        } catch (IOException e) {
            LOGGER.warn(
                    "{}: the graph cannot be read ({}); every image is compared instead, until a"
                            + " commit builds it anew",
                    folder,
                    e.toString());
            return null;
        }
    }

    /**
     * Searches.
     *
     * @param query what for
     * @return at most {@code k} matches, the nearest first; of equally near ones in the order of
     *     ids
     * @throws IllegalArgumentException if the query's features are of another space, it names an
     *     unknown id, or a section that there is not
     * @throws IllegalStateException if this index is closed
     */
    public List<Match> search(ImageQuery query) {
        try {
            while (true) {
                requireOpen();
                Optional<List<Match>> matches = snapshot.search(query);
                if (matches.isPresent()) {
                    return matches.get();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    /**
     * Begins to change this index. One writer at a time, over all processes.
     *
     * @return the writer; the caller closes it
     * @throws IOException if another one writes, or the folder cannot be written
     */
    public ImageIndexWriter writer() throws IOException {
        requireOpen();
        return new ImageIndexWriter(this, folder);
    }

    /**
     * Says which features this index has.
     *
     * @return their space
     */
    public FeatureSpace space() {
        return snapshot.manifest().space();
    }

    /**
     * Counts the images.
     *
     * @return at least 0
     */
    public int size() {
        return snapshot.size();
    }

    /**
     * Looks an image up.
     *
     * @param id the image
     * @return the image, if there is one of that id
     */
    public Optional<IndexedImage> image(String id) {
        return snapshot.image(id);
    }

    /**
     * Looks up what is known of an image besides its features.
     *
     * @param id the image
     * @return its metadata, if there is one of that id
     */
    public Optional<Map<String, String>> metadata(String id) {
        return snapshot.row(id).map(Segment.Row::metadata);
    }

    /**
     * Lists the images.
     *
     * @return all ids, in the order of the rows of {@link #features}
     */
    public List<String> ids() {
        return snapshot.ids();
    }

    /**
     * Copies all features, for what looks at all of them.
     *
     * @return one row an image, with its id, in the order of {@link #ids}; with labels if every
     *     image has one
     * @throws IllegalStateException if the index is empty
     */
    public FeatureSet features() {
        IndexSnapshot now = snapshot;
        if (now.size() == 0) {
            throw new IllegalStateException(folder + ": expected at least one image, found none");
        }
        int width = space().width();
        float[] values = new float[Math.multiplyExact(now.size(), width)];
        List<String> labels = new ArrayList<>();
        int[] row = {0};
        now.images()
                .forEach(
                        image -> {
                            System.arraycopy(image.features(), 0, values, row[0] * width, width);
                            labels.add(image.label());
                            row[0]++;
                        });
        FeatureSet all =
                FeatureSet.of(values, width)
                        .withIds(now.ids())
                        .withProvenance(
                                Map.of(
                                        "encoder",
                                        space().encoder(),
                                        "features",
                                        space().preparation()));
        if (labels.contains("")) {
            return all;
        }
        List<String> names = labels.stream().distinct().sorted().toList();
        int[] indices = new int[labels.size()];
        Arrays.setAll(indices, i -> names.indexOf(labels.get(i)));
        return all.withLabels(indices, names);
    }

    IndexSnapshot snapshot() {
        return snapshot;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(folder + ": this index is closed; open it again");
        }
    }

    /** Ends searching; searches that run finish. Nothing is written. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            if (snapshot.graph().isPresent()) {
                snapshot.graph().get().close();
            }
        }
    }
}
