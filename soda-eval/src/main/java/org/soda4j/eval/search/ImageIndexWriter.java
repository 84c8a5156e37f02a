package org.soda4j.eval.search;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Changes an {@link ImageIndex}. Nothing is seen or on disk before {@link #commit}; what is not
 * committed when this is closed is dropped. For one thread.
 */
public final class ImageIndexWriter implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageIndexWriter.class);
    private static final String LOCK = "write.lock";

    /** Images that a graph may lag behind: as many are compared in a millisecond or two. */
    private static final int MOST_OUTSIDE_GRAPH = 2_000;

    /** More segments of a kind are merged. */
    private static final int MOST_SEGMENTS = 8;

    private static final long MOST_BYTES = 1L << 30;

    private final ImageIndex index;
    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;
    private final Map<String, IndexedImage> put = new LinkedHashMap<>();
    private final Set<String> deleted = new LinkedHashSet<>();

    ImageIndexWriter(ImageIndex index, Path folder) throws IOException {
        this.index = index;
        this.folder = folder;
        channel =
                FileChannel.open(
                        folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw new IOException(
                    folder + ": expected no other writer of this index, found one; close it first");
        }
        lock = held;
        index.refresh();
    }

    /**
     * Adds an image, or replaces the one of the same id.
     *
     * @param image as wide as the index's features
     * @throws IllegalArgumentException if it is not
     */
    public void put(IndexedImage image) {
        index.space().requireWidth(image.id(), image.features().length);
        deleted.remove(image.id());
        put.put(image.id(), image);
    }

    /**
     * Adds or replaces images.
     *
     * @param features one row an image, with different ids; its labels become their names, or
     *     numbers where the classes have none
     * @throws IllegalArgumentException if widths differ, or ids are equal
     */
    public void put(FeatureSet features) {
        List<String> ids = requireIds(features);
        for (int row = 0; row < ids.size(); row++) {
            String label = "";
            if (features.hasLabels()) {
                int number = features.label(row);
                label =
                        features.classNames().isEmpty()
                                ? Integer.toString(number)
                                : features.classNames().get(number);
            }
            put(new IndexedImage(ids.get(row), features.row(row), label, Map.of()));
        }
    }

    /** The ids, which have to be different. */
    static List<String> requireIds(FeatureSet features) {
        List<String> ids = features.ids();
        Set<String> seen = new LinkedHashSet<>();
        for (String id : ids) {
            if (!seen.add(id)) {
                throw new IllegalArgumentException(
                        "ids: expected different ones, found twice " + id);
            }
        }
        return ids;
    }

    /**
     * Deletes an image.
     *
     * @param id the image
     * @return whether there was one
     */
    public boolean delete(String id) {
        boolean known = put.remove(id) != null;
        if (index.snapshot().contains(id)) {
            known |= deleted.add(id);
        }
        return known;
    }

    /**
     * Makes all changes since the last commit durable and seen, all of them or none. Where the
     * index is large, its graph follows.
     *
     * @throws IOException if that cannot be written; the changes are then still to be committed
     */
    public void commit() throws IOException {
        commitRows();
        if (outsideGraph() > MOST_OUTSIDE_GRAPH) {
            updateGraph();
        }
    }

    /**
     * The same without bringing the graph up to date, for commits in the middle of a long build:
     * what the graph lacks is compared exactly until {@link #commit} or {@link #updateGraph}.
     *
     * @throws IOException as above
     */
    public void commitRows() throws IOException {
        if (put.isEmpty() && deleted.isEmpty()) {
            return;
        }
        IndexSnapshot now = index.snapshot();
        long generation = now.manifest().generation() + 1;
        List<Segment> segments = new ArrayList<>();
        for (Segment segment : now.segments()) {
            BitSet gone = segment.deleted();
            for (int row = 0; row < segment.size(); row++) {
                String id = segment.row(row).id();
                if (put.containsKey(id) || deleted.contains(id)) {
                    gone.set(row);
                }
            }
            if (gone.cardinality() < segment.size()) {
                segments.add(segment.with(gone, segment.part().inGraph()));
            }
        }
        List<IndexedImage> added = List.copyOf(put.values());
        int most = mostRows();
        for (int from = 0; from < added.size(); from += most) {
            segments.add(
                    Segment.write(
                            folder,
                            name(generation, Integer.toString(from / most)),
                            added.subList(from, Math.min(added.size(), from + most)),
                            now.manifest().space().width()));
        }
        segments = merged(merged(segments, true, generation), false, generation);
        write(generation, segments);
        put.clear();
        deleted.clear();
        removeUnused();
    }

    /**
     * Brings the graph up to date, if the index is large enough to have one and Lucene is on the
     * class path; without it nothing happens, since searches are then exact.
     *
     * @throws IOException if it cannot be written; searches are then as before
     */
    public void updateGraph() throws IOException {
        IndexSnapshot now = index.snapshot();
        boolean wanted = now.size() >= now.manifest().graphFrom();
        if (!wanted || outsideGraph() == 0 && now.graph().isPresent()) {
            return;
        }
        if (!ImageIndex.luceneIsPresent()) {
            LOGGER.info(
                    "{}: {} images, and org.apache.lucene:lucene-core 9.12 is not on the class"
                            + " path; every image is compared in searches",
                    folder,
                    now.size());
            return;
        }
        boolean lost =
                now.graph().isEmpty() && now.segments().stream().anyMatch(s -> s.part().inGraph());
        if (lost) {
            HnswGraph.delete(folder);
        }
        boolean complete =
                !lost
                        && HnswGraph.update(
                                folder,
                                now::contains,
                                now.images().filter(image -> !now.isInGraph(image.id())),
                                now.size());
        if (!complete) {
            HnswGraph.update(folder, now::contains, now.images(), now.size());
        }
        write(
                now.manifest().generation() + 1,
                now.segments().stream().map(s -> s.with(s.deleted(), true)).toList());
    }

    private int outsideGraph() {
        return index.snapshot().segments().stream()
                .filter(segment -> !segment.part().inGraph())
                .mapToInt(Segment::liveCount)
                .sum();
    }

    private void write(long generation, List<Segment> segments) throws IOException {
        IndexManifest old = index.snapshot().manifest();
        IndexManifest manifest =
                new IndexManifest(
                        IndexManifest.VERSION,
                        generation,
                        old.space(),
                        old.graphFrom(),
                        segments.stream().map(Segment::part).toList());
        manifest.write(folder);
        index.publish(manifest, segments);
    }

    /** Where there are many segments of a kind, all but the largest become one. */
    private List<Segment> merged(List<Segment> segments, boolean inGraph, long generation)
            throws IOException {
        List<Segment> small =
                segments.stream()
                        .filter(s -> s.part().inGraph() == inGraph)
                        .sorted(Comparator.comparingInt(Segment::liveCount).reversed())
                        .skip(1)
                        .filter(s -> s.size() <= mostRows() / (2 * MOST_SEGMENTS))
                        .toList();
        if (small.size() < MOST_SEGMENTS) {
            return segments;
        }
        List<Segment> kept = new ArrayList<>(segments);
        kept.removeAll(small);
        List<IndexedImage> images =
                segments.stream()
                        .filter(small::contains)
                        .flatMap(
                                s ->
                                        IntStream.range(0, s.size())
                                                .filter(s::isLive)
                                                .mapToObj(s::image))
                        .toList();
        Segment one =
                Segment.write(
                        folder,
                        name(generation, inGraph ? "graph" : "rest"),
                        images,
                        index.space().width());
        kept.add(one.with(one.deleted(), inGraph));
        return kept;
    }

    private int mostRows() {
        return (int) Math.max(1, MOST_BYTES / Float.BYTES / index.space().width());
    }

    private static String name(long generation, String part) {
        return "segment-%d-%s".formatted(generation, part);
    }

    /** Deletes files that no manifest names; who has them mapped keeps them. */
    private void removeUnused() throws IOException {
        Set<String> used =
                index.snapshot().segments().stream()
                        .map(segment -> segment.part().name())
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                String stem = name.replaceFirst("\\.(rows|vectors)$", "");
                if (name.startsWith("segment-") && !stem.equals(name) && !used.contains(stem)) {
                    try {
                        Files.deleteIfExists(file);
                    } catch (IOException e) {
                        LOGGER.debug("{}: is in use, and is deleted later", file, e);
                    }
                }
            }
        }
    }

    /** Lets another one write. What was not committed is dropped. */
    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
