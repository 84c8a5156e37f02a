package org.soda4j.eval.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.feature.FeatureSet;

class ImageIndexTest {

    private static final FeatureSpace SPACE =
            new FeatureSpace("model", "as they are", 10, List.of(3, 3, 2));

    @TempDir private Path folder;

    private static IndexedImage image(int number, int width) {
        Random random = new Random(number);
        float[] features = new float[width];
        for (int i = 0; i < width; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return new IndexedImage(
                (number % 3 == 0 ? "a/" : "b/") + number,
                features,
                number % 2 == 0 ? "even" : "odd",
                Map.of("number", Integer.toString(number)));
    }

    private static void put(ImageIndex index, int from, int to) throws IOException {
        try (ImageIndexWriter writer = index.writer()) {
            for (int i = from; i < to; i++) {
                writer.put(image(i, index.space().width()));
            }
            writer.commit();
        }
    }

    private static double cosine(float[] a, float[] b, int from, int to) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = from; i < to; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    private static List<String> nearest(float[] query, Stream<IndexedImage> all, int k) {
        return all.sorted(
                        Comparator.comparingDouble(
                                i -> -cosine(query, i.features(), 0, query.length)))
                .limit(k)
                .map(IndexedImage::id)
                .toList();
    }

    private static List<String> ids(List<Match> matches) {
        return matches.stream().map(Match::id).toList();
    }

    @Test
    void findsTheNearestByCosine() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            put(index, 0, 700);
            float[] query = image(-1, 10).features();
            List<Match> found = index.search(ImageQuery.ofVectors(SPACE, query).k(7));
            assertThat(ids(found))
                    .isEqualTo(
                            nearest(query, IntStream.range(0, 700).mapToObj(i -> image(i, 10)), 7));
            Match first = found.get(0);
            IndexedImage itself = index.image(first.id()).orElseThrow();
            assertThat(first.similarity())
                    .isCloseTo(cosine(query, itself.features(), 0, 10), within(1e-6));
            assertThat(first.metadata()).containsEntry("number", first.id().substring(2));
            assertThat(first.label()).isEqualTo(itself.label());
        }
    }

    @Test
    void byIdLeavesItselfOutAndSeveralAskForTheirMean() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            put(index, 0, 100);
            assertThat(ids(index.search(ImageQuery.ofIds("b/1", "b/2").k(100))))
                    .hasSize(98)
                    .doesNotContain("b/1", "b/2");
            float[] one = UnitVectors.unit(image(1, 10).features());
            float[] two = UnitVectors.unit(image(2, 10).features());
            float[] mean = new float[10];
            for (int i = 0; i < 10; i++) {
                mean[i] = one[i] + two[i];
            }
            // Lengths must not weigh: the first is made a hundred times as long.
            float[] longer = image(1, 10).features();
            for (int i = 0; i < 10; i++) {
                longer[i] *= 100;
            }
            assertThat(
                            ids(
                                    index.search(
                                            ImageQuery.ofVectors(
                                                            SPACE, longer, image(2, 10).features())
                                                    .k(5))))
                    .isEqualTo(ids(index.search(ImageQuery.ofVectors(SPACE, mean).k(5))));
            assertThatThrownBy(() -> index.search(ImageQuery.ofIds("c")))
                    .hasMessageContaining("expected the id of an image of this index, found c");
        }
    }

    @Test
    void comparesOnlyTheChosenSections() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1)) {
            put(index, 0, 300);
            float[] query = image(5, 10).features();
            for (int i = 0; i < 10; i++) {
                query[i] = i >= 3 && i < 6 ? query[i] : -query[i];
            }
            Match found = index.search(ImageQuery.ofVectors(SPACE, query).sections(1)).get(0);
            assertThat(found.id()).isEqualTo("b/5");
            assertThat(found.similarity()).isCloseTo(1, within(1e-6));
            assertThatThrownBy(() -> index.search(ImageQuery.ofVectors(SPACE, query).sections(3)))
                    .hasMessage("sections: expected 0 to 2, found 3");
        }
    }

    @Test
    void filtersByLabelAndPath() throws IOException {
        for (int graphFrom : new int[] {1, 10_000}) {
            Path each = folder.resolve("" + graphFrom);
            try (ImageIndex index = ImageIndex.create(each, SPACE, graphFrom)) {
                put(index, 0, 2500);
                assertThat(index.snapshot().graph().isPresent()).isEqualTo(graphFrom == 1);
                ImageQuery query = ImageQuery.ofVectors(SPACE, image(-1, 10).features()).k(20);
                assertThat(index.search(query.label("odd").under("a/")))
                        .hasSize(20)
                        .allMatch(m -> m.label().equals("odd") && m.id().startsWith("a/"));
                assertThat(index.search(query.label("none"))).isEmpty();
            }
        }
    }

    @Test
    void updatesDeletesAndOpensAgain() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            for (int i = 0; i < 20; i++) { // So many segments that some are merged.
                put(index, 20 * i, 20 * i + 20);
            }
            assertThat(index.snapshot().segments()).hasSizeLessThan(12);
            try (ImageIndexWriter writer = index.writer()) {
                writer.put(new IndexedImage("b/1", image(900, 10).features(), "new", Map.of()));
                assertThat(writer.delete("b/2")).isTrue();
                assertThat(writer.delete("b/2000")).isFalse();
                assertThat(index.size()).isEqualTo(400); // Not before the commit.
                writer.commit();
            }
            try (ImageIndexWriter writer = index.writer()) {
                writer.delete("b/4"); // And no commit.
            }
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            assertThat(index.size()).isEqualTo(399);
            assertThat(index.image("b/2")).isEmpty();
            assertThat(index.image("b/4")).isPresent();
            assertThat(index.image("b/1").orElseThrow().label()).isEqualTo("new");
            assertThat(index.search(ImageQuery.ofVectors(SPACE, image(900, 10).features())))
                    .first()
                    .extracting(Match::id)
                    .isEqualTo("b/1");
            FeatureSet features = index.features();
            assertThat(index.ids()).hasSize(399).doesNotHaveDuplicates();
            int row = index.ids().indexOf("b/7");
            assertThat(features.row(row)).isEqualTo(image(7, 10).features());
            assertThat(features.classNames().get(features.label(row))).isEqualTo("odd");
        }
    }

    @Test
    void refusesFeaturesOfAnotherEncoderPreparationOrWidth() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            put(index, 0, 3);
            FeatureSpace other = FeatureSpace.of("other", 10);
            assertThatThrownBy(() -> index.search(ImageQuery.ofVectors(other, new float[10])))
                    .hasMessageContaining("the encoder that the index was built with (model)")
                    .hasMessageContaining("found those of another (other)");
            FeatureSpace differently = new FeatureSpace("model", "resized", 10, List.of());
            assertThatThrownBy(() -> ImageIndex.openOrCreate(folder, differently))
                    .hasMessageContaining("prepared as the index was built (as they are)");
            assertThatThrownBy(() -> ImageQuery.ofVectors(SPACE, new float[9]))
                    .hasMessage("query: expected 10 features, found 9");
            try (ImageIndexWriter writer = index.writer()) {
                assertThatThrownBy(() -> writer.put(new IndexedImage("x", new float[11])))
                        .hasMessage("x: expected 10 features, found 11");
            }
        }
    }

    @Test
    void oneWriterAtATime() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000);
                ImageIndexWriter writer = index.writer()) {
            assertThatThrownBy(index::writer).hasMessageContaining("expected no other writer");
            writer.put(image(1, 10));
            writer.commit();
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            put(index, 2, 3);
            assertThat(index.size()).isEqualTo(2);
        }
    }

    @Test
    void noticesAnyFlippedByteAndTruncation() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            put(index, 0, 5);
        }
        for (String ending : List.of(Segment.ROWS, Segment.VECTORS)) {
            Path file = folder.resolve("segment-1-0" + ending);
            byte[] whole = Files.readAllBytes(file);
            byte[] flipped = whole.clone();
            flipped[whole.length / 2] ^= 1;
            Files.write(file, flipped);
            assertThatThrownBy(() -> ImageIndex.open(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.getFileName().toString());
            Files.write(file, Arrays.copyOf(whole, whole.length - 1));
            assertThatThrownBy(() -> ImageIndex.open(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.getFileName().toString());
            Files.write(file, whole);
        }
        ImageIndex.open(folder).close();
    }

    /** What a process leaves that is killed after the files of a commit and before their names. */
    @Test
    void stoppedBeforeTheManifestHoldsTheLastCommit() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1000)) {
            put(index, 0, 5);
            byte[] manifest = Files.readAllBytes(folder.resolve(IndexManifest.FILE));
            put(index, 5, 9);
            Files.write(folder.resolve(IndexManifest.FILE), manifest);
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            assertThat(index.size()).isEqualTo(5);
            put(index, 20, 21);
            assertThat(index.size()).isEqualTo(6);
            assertThat(index.image("b/20")).isPresent();
        }
    }

    @Test
    void graphFollowsChanges() throws IOException {
        FeatureSpace wide = FeatureSpace.of("wide", 1030);
        try (ImageIndex index = ImageIndex.create(folder, wide, 1)) {
            put(index, 0, 200);
            assertThat(index.snapshot().graph()).isEmpty();
            try (ImageIndexWriter writer = index.writer()) {
                writer.updateGraph();
                assertThat(index.snapshot().graph()).isPresent();
                writer.put(new IndexedImage("b/1", image(5000, 1030).features()));
                writer.put(new IndexedImage("new", image(5001, 1030).features()));
                writer.delete("b/2");
                writer.commit();
                assertThat(index.search(ImageQuery.ofVectors(wide, image(2, 1030).features())))
                        .noneMatch(match -> match.id().equals("b/2"));
                assertFoundFirst(index);
                writer.updateGraph();
            }
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            assertThat(index.snapshot().segments()).allMatch(s -> s.part().inGraph());
            assertFoundFirst(index);
            assertThat(index.image("b/2")).isEmpty();
        }
    }

    private static void assertFoundFirst(ImageIndex index) {
        for (int number : new int[] {5000, 5001, 7}) {
            ImageQuery query =
                    ImageQuery.ofVectors(index.space(), image(number, 1030).features()).k(3);
            List<Match> found = index.search(query);
            assertThat(found.get(0).similarity()).isCloseTo(1, within(1e-5));
            assertThat(found.get(0)).isEqualTo(index.search(query.exact()).get(0));
        }
    }

    @Test
    void aGraphThatIsGoneIsBuiltAnewAndFindsNearlyAll() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1)) {
            put(index, 0, 2100);
        }
        Path graph = folder.resolve(HnswGraph.FOLDER);
        try (Stream<Path> files = Files.list(graph)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            ImageQuery query = ImageQuery.ofVectors(SPACE, image(3, 10).features());
            assertThat(index.search(query).get(0).id()).isEqualTo("a/3");
            try (ImageIndexWriter writer = index.writer()) {
                writer.updateGraph();
            }
            assertThat(index.snapshot().graph()).isPresent();
            assertThat(index.search(query).get(0).id()).isEqualTo("a/3");
            int hits = 0;
            for (int i = 0; i < 50; i++) {
                ImageQuery each = ImageQuery.ofVectors(SPACE, image(9000 + i, 10).features());
                List<String> found = new ArrayList<>(ids(index.search(each)));
                found.retainAll(ids(index.search(each.exact())));
                hits += found.size();
            }
            assertThat(hits).isGreaterThanOrEqualTo(495); // Recall of 0.99.
        }
    }

    /** Images come in pairs and go in pairs; whoever sees one sees the other. */
    @Test
    void readersSeeWholeCommits() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (ImageIndex index = ImageIndex.create(folder, SPACE, 1);
                ImageIndex other = ImageIndex.open(folder)) {
            put(index, 0, 100);
            other.refresh();
            Future<Integer> seen = threads.submit(() -> watch(index, index));
            Future<Integer> seenByOther = threads.submit(() -> watch(other, index));
            try (ImageIndexWriter writer = index.writer()) {
                for (int round = 0; round < 4; round++) {
                    float[] features = image(70_000, 10).features();
                    writer.put(new IndexedImage("left", features));
                    writer.put(new IndexedImage("right", features));
                    writer.commit();
                    writer.updateGraph();
                    writer.delete("left");
                    writer.delete("right");
                    writer.commit();
                }
                writer.put(new IndexedImage("end", image(80_000, 10).features()));
                writer.commit();
            }
            assertThat(seen.get()).isPositive();
            assertThat(seenByOther.get()).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    private static int watch(ImageIndex index, ImageIndex written) throws IOException {
        int searches = 0;
        while (true) {
            boolean last = written.image("end").isPresent();
            index.refresh();
            List<Match> found =
                    index.search(
                            ImageQuery.ofVectors(SPACE, image(70_000, 10).features()).k(2).exact());
            long pair = ids(found).stream().filter(id -> !id.contains("/")).count();
            assertThat(pair).isIn(0L, 2L);
            assertThat(index.search(ImageQuery.ofIds("b/1"))).hasSize(10);
            searches++;
            if (last) {
                return searches;
            }
        }
    }
}
