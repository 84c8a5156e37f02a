package org.soda4j.eval.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An index as it was at one commit. Does not change; searches of any number of threads go on. */
final class IndexSnapshot {

    /** The graph is asked for more than is wanted, of which the nearest are then exact. */
    private static final int LEAST_CANDIDATES = 50;

    private static final int CANDIDATES_EACH = 5;

    private final IndexManifest manifest;
    private final List<Segment> segments;
    private final Map<String, Place> places;
    private final HnswGraph graph;

    /** Where an image is. */
    private record Place(Segment segment, int row) {}

    private record Candidate(Place place, double similarity) {}

    private static final Comparator<Candidate> NEAREST_FIRST =
            Comparator.comparingDouble(Candidate::similarity)
                    .reversed()
                    .thenComparing(candidate -> id(candidate.place));

    /**
     * Takes segments together.
     *
     * @param graph null where there is none, or it is not to be used
     */
    IndexSnapshot(IndexManifest manifest, List<Segment> segments, HnswGraph graph) {
        this.manifest = manifest;
        this.segments = List.copyOf(segments);
        this.graph = graph;
        places = new HashMap<>();
        for (Segment segment : segments) {
            for (int row = 0; row < segment.size(); row++) {
                if (segment.isLive(row)) {
                    places.put(segment.row(row).id(), new Place(segment, row));
                }
            }
        }
    }

    /** Opens what a manifest names; segments that an older snapshot has are taken from there. */
    static List<Segment> openSegments(Path folder, IndexManifest manifest, List<Segment> older)
            throws IOException {
        Map<String, Segment> known =
                older.stream().collect(Collectors.toMap(s -> s.part().name(), s -> s));
        List<Segment> segments = new ArrayList<>();
        for (IndexManifest.Part part : manifest.segments()) {
            Segment same = known.get(part.name());
            segments.add(
                    same == null
                            ? Segment.open(folder, part, manifest.space().width())
                            : same.with(BitSet.valueOf(part.deleted()), part.inGraph()));
        }
        return segments;
    }

    private static String id(Place place) {
        return place.segment.row(place.row).id();
    }

    IndexManifest manifest() {
        return manifest;
    }

    List<Segment> segments() {
        return segments;
    }

    Optional<HnswGraph> graph() {
        return Optional.ofNullable(graph);
    }

    int size() {
        return places.size();
    }

    boolean contains(String id) {
        return places.containsKey(id);
    }

    boolean isInGraph(String id) {
        Place place = places.get(id);
        return place != null && place.segment.part().inGraph();
    }

    Optional<IndexedImage> image(String id) {
        return Optional.ofNullable(places.get(id)).map(place -> place.segment.image(place.row));
    }

    /** What an image is without its features, which nobody has to read. */
    Optional<Segment.Row> row(String id) {
        return Optional.ofNullable(places.get(id)).map(place -> place.segment.row(place.row));
    }

    /** All images in the order in which they were added. */
    Stream<IndexedImage> images() {
        return segments.stream()
                .flatMap(
                        segment ->
                                IntStream.range(0, segment.size())
                                        .filter(segment::isLive)
                                        .mapToObj(segment::image));
    }

    List<String> ids() {
        return segments.stream()
                .flatMap(
                        segment ->
                                IntStream.range(0, segment.size())
                                        .filter(segment::isLive)
                                        .mapToObj(row -> segment.row(row).id()))
                .toList();
    }

    /** The matches of a query; empty where the graph was closed meanwhile. */
    Optional<List<Match>> search(ImageQuery query) throws IOException {
        FeatureSpace space = manifest.space();
        query.space().ifPresent(other -> space.requireSame("query", other));
        int[] columns = space.columns(query.sections());
        Set<String> without = new HashSet<>(query.ids());
        float[] unit =
                UnitVectors.mean(
                        vectors(query).stream()
                                .map(v -> columns == null ? v : UnitVectors.taken(v, columns))
                                .toList());
        PriorityQueue<Candidate> best = new PriorityQueue<>(NEAREST_FIRST.reversed());
        boolean byGraph = graph != null && columns == null && !query.isExact();
        if (byGraph) {
            int count = Math.max(LEAST_CANDIDATES, CANDIDATES_EACH * query.k()) + without.size();
            List<String> ids = graph.nearest(unit, Math.min(count, Math.max(1, size())), query);
            if (ids == null) {
                return Optional.empty();
            }
            ids.forEach(id -> offerFromGraph(places.get(id), unit, query, without, best));
        }
        for (Segment segment : segments) {
            if (!byGraph || !segment.part().inGraph()) {
                scan(segment, unit, columns, query, without, best);
            }
        }
        return Optional.of(
                best.stream()
                        .sorted(NEAREST_FIRST)
                        .map(
                                candidate -> {
                                    Segment.Row row =
                                            candidate.place.segment.row(candidate.place.row);
                                    return new Match(
                                            row.id(),
                                            candidate.similarity,
                                            row.label(),
                                            row.metadata());
                                })
                        .toList());
    }

    private List<float[]> vectors(ImageQuery query) {
        return Stream.concat(
                        query.vectors().stream(),
                        query.ids().stream()
                                .map(
                                        id ->
                                                image(id)
                                                        .orElseThrow(
                                                                () ->
                                                                        new IllegalArgumentException(
                                                                                "query: expected the id of an image of this index, found "
                                                                                        + id))
                                                        .features()))
                .toList();
    }

    private static void offerFromGraph(
            Place place,
            float[] unit,
            ImageQuery query,
            Set<String> without,
            PriorityQueue<Candidate> best) {
        // What was deleted since, and what changed: that is found where the graph does not reach.
        if (place == null || !place.segment.part().inGraph()) {
            return;
        }
        Segment.Row row = place.segment.row(place.row);
        if (!without.contains(row.id()) && query.admits(row.id(), row.label())) {
            float[] features = place.segment.features(place.row);
            float similarity = UnitVectors.dot(unit, features) / UnitVectors.length(features);
            offer(new Candidate(place, similarity), query.k(), best);
        }
    }

    private static void scan(
            Segment segment,
            float[] unit,
            int[] columns,
            ImageQuery query,
            Set<String> without,
            PriorityQueue<Candidate> best) {
        BitSet wanted = new BitSet(segment.size());
        for (int row = 0; row < segment.size(); row++) {
            if (segment.isLive(row)) {
                Segment.Row about = segment.row(row);
                wanted.set(
                        row,
                        !without.contains(about.id()) && query.admits(about.id(), about.label()));
            }
        }
        float[] similarities = segment.similarities(unit, columns, wanted);
        for (int row = wanted.nextSetBit(0); row >= 0; row = wanted.nextSetBit(row + 1)) {
            if (best.size() < query.k() || similarities[row] >= best.peek().similarity) {
                offer(new Candidate(new Place(segment, row), similarities[row]), query.k(), best);
            }
        }
    }

    private static void offer(Candidate candidate, int k, PriorityQueue<Candidate> best) {
        best.add(candidate);
        if (best.size() > k) {
            best.remove();
        }
    }
}
