package org.soda4j.data.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

@Timeout(60)
class ViewLoaderTest {

    private static final int SIZE = 103;

    private final NumberedImages images = new NumberedImages(SIZE, 16);
    private final ViewPairs pairs = ViewPairs.builder(images).resolution(16).seed(5).build();

    /** One batch as plain Java: index, and a hash of both views. */
    private record Delivered(List<Integer> indices, List<Integer> hashes) {}

    private static Delivered read(Batch batch) {
        List<Integer> hashes = new ArrayList<>();
        float[] source = batch.getData().get(0).toFloatArray();
        float[] target = batch.getData().get(1).toFloatArray();
        int length = source.length / batch.getSize();
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < batch.getSize(); i++) {
            hashes.add(
                    31 * Arrays.hashCode(Arrays.copyOfRange(source, i * length, (i + 1) * length))
                            + Arrays.hashCode(
                                    Arrays.copyOfRange(target, i * length, (i + 1) * length)));
            indices.add((Integer) batch.getIndices().get(i));
        }
        long[] labels = batch.getLabels().get(0).toLongArray();
        assertThat(indices).isEqualTo(Arrays.stream(labels).mapToObj(l -> (int) l).toList());
        return new Delivered(indices, hashes);
    }

    private List<Delivered> epoch(
            int epoch, int fromStep, UnaryOperator<ViewLoader.Builder> options) {
        List<Delivered> all = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader = options.apply(ViewLoader.builder(pairs)).build()) {
            Iterator<Batch> steps = loader.epoch(epoch, fromStep, manager);
            while (steps.hasNext()) {
                try (Batch batch = steps.next()) {
                    all.add(read(batch));
                }
            }
        }
        return all;
    }

    private static Map<Integer, Integer> byIndex(List<Delivered> batches) {
        Map<Integer, Integer> views = new TreeMap<>();
        for (Delivered batch : batches) {
            for (int i = 0; i < batch.indices.size(); i++) {
                assertThat(views.put(batch.indices.get(i), batch.hashes.get(i))).isNull();
            }
        }
        return views;
    }

    @Test
    void deliversWhatTheDataSetHolds() {
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader = ViewLoader.builder(pairs).batchSize(20).threads(2).build()) {
            assertThat(loader.steps()).isEqualTo(5);
            pairs.epoch(3);
            try (Batch batch = loader.epoch(3, 0, manager).next()) {
                NDArray source = batch.getData().get(0);
                assertThat(source.getShape()).isEqualTo(new Shape(20, 3, 16, 16));
                assertThat(source.getDataType()).isEqualTo(DataType.FLOAT32);
                assertThat(batch.getLabels().get(0).getDataType()).isEqualTo(DataType.INT64);
                for (int i = 0; i < 20; i++) {
                    var record = pairs.get(manager, (Integer) batch.getIndices().get(i));
                    for (int view = 0; view < 2; view++) {
                        assertThat(batch.getData().get(view).get(i).toFloatArray())
                                .isEqualTo(record.getData().get(view).toFloatArray());
                    }
                }
            }
        }
    }

    @Test
    void everyPairComesOnceAndViewsDoNotDependOnThreadsBatchesOrRanks() {
        Map<Integer, Integer> reference =
                byIndex(epoch(2, 0, b -> b.batchSize(10).threads(1).dropLast(false)));
        assertThat(reference.keySet()).containsExactlyElementsOf(range(SIZE));
        assertThat(byIndex(epoch(2, 0, b -> b.batchSize(33).threads(4).dropLast(false))))
                .isEqualTo(reference);
        Map<Integer, Integer> ofRanks = new TreeMap<>();
        for (int rank = 0; rank < 3; rank++) {
            int r = rank;
            byIndex(epoch(2, 0, b -> b.batchSize(7).threads(2).rank(r, 3)))
                    .forEach((index, hash) -> assertThat(ofRanks.put(index, hash)).isNull());
        }
        // 103 pairs make 4 full steps of 3 x 7; the other 19 are dropped.
        assertThat(ofRanks).hasSize(84);
        assertThat(reference).containsAllEntriesOf(ofRanks);
    }

    @Test
    void ranksTogetherStepThroughTheSamePairsAsOne() {
        List<Delivered> one = epoch(0, 0, b -> b.batchSize(20).threads(1));
        List<Delivered> first = epoch(0, 0, b -> b.batchSize(10).threads(1).rank(0, 2));
        List<Delivered> second = epoch(0, 0, b -> b.batchSize(10).threads(1).rank(1, 2));
        for (int step = 0; step < one.size(); step++) {
            List<Integer> joint = new ArrayList<>(first.get(step).indices);
            joint.addAll(second.get(step).indices);
            assertThat(joint).containsExactlyInAnyOrderElementsOf(one.get(step).indices);
        }
    }

    @Test
    void paddingRepeatsTheFirstPairsOfTheOrder() {
        List<Integer> all = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            int r = rank;
            List<Delivered> part =
                    epoch(1, 0, b -> b.batchSize(8).threads(1).rank(r, 4).dropLast(false));
            // ceil(103 / 4) = 26 pairs: three batches of 8 and one of 2, on every rank.
            assertThat(part.stream().map(d -> d.indices.size())).containsExactly(8, 8, 8, 2);
            part.forEach(delivered -> all.addAll(delivered.indices));
        }
        Collections.sort(all);
        assertThat(all).hasSize(104);
        assertThat(all.stream().distinct().toList()).isEqualTo(range(SIZE));
    }

    @Test
    void ordersDifferByEpochAndSeedUnlessShufflingIsOff() {
        List<Integer> first = order(epoch(0, 0, b -> b.batchSize(103).threads(1)));
        assertThat(first).isNotEqualTo(range(SIZE));
        assertThat(order(epoch(0, 0, b -> b.batchSize(103).threads(1)))).isEqualTo(first);
        assertThat(order(epoch(1, 0, b -> b.batchSize(103).threads(1)))).isNotEqualTo(first);
        assertThat(order(epoch(0, 0, b -> b.batchSize(103).threads(1).seed(6))))
                .isNotEqualTo(first);
        assertThat(order(epoch(0, 0, b -> b.batchSize(103).threads(1).shuffle(false))))
                .isEqualTo(range(SIZE));
    }

    private static List<Integer> order(List<Delivered> batches) {
        return batches.stream().flatMap(batch -> batch.indices.stream()).toList();
    }

    private static List<Integer> range(int size) {
        return IntStream.range(0, size).boxed().toList();
    }

    @Test
    void restartsAtAnyStep() {
        List<Delivered> whole = epoch(4, 0, b -> b.batchSize(8).threads(2).dropLast(false));
        assertThat(whole).hasSize(13);
        for (int step = 0; step <= 13; step += 3) {
            assertThat(epoch(4, step, b -> b.batchSize(8).threads(3).dropLast(false)))
                    .isEqualTo(whole.subList(step, 13));
        }
        assertThat(epoch(4, 13, b -> b.batchSize(8).dropLast(false))).isEmpty();
    }

    @Test
    void oneLoaderGoesThroughManyEpochsAndAbandonedOnes() {
        List<Delivered> expected = epoch(1, 0, b -> b.batchSize(10).threads(1));
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader = ViewLoader.builder(pairs).batchSize(10).threads(3).build()) {
            Iterator<Batch> abandoned = loader.epoch(0, 0, manager);
            abandoned.next().close();
            for (int round = 0; round < 20; round++) {
                Iterator<Batch> steps = loader.epoch(1, 0, manager);
                for (int step = 0; step < round % 10; step++) {
                    try (Batch batch = steps.next()) {
                        assertThat(read(batch)).isEqualTo(expected.get(step));
                    }
                }
            }
            assertThatThrownBy(abandoned::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("epoch 0 is over");
        }
    }

    @Test
    void workIsAheadOfTheCallerButBounded() throws Exception {
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader =
                        ViewLoader.builder(pairs).batchSize(5).threads(2).queueDepth(3).build()) {
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            try (Batch batch = steps.next()) {
                int limit = 5 * (1 + 3);
                while (images.reads.get() < limit) {
                    Thread.sleep(1);
                }
                Thread.sleep(100);
                assertThat(images.reads.get()).isEqualTo(limit);
                assertThat(batch.getSize()).isEqualTo(5);
            }
        }
    }

    @Test
    void openBatchesKeepTheirContentAndTooManyAreRefused() {
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader =
                        ViewLoader.builder(pairs)
                                .batchSize(5)
                                .threads(2)
                                .queueDepth(1)
                                .heldBatches(2)
                                .build()) {
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            List<Batch> open = List.of(steps.next(), steps.next(), steps.next());
            assertThatThrownBy(steps::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("found 3 open")
                    .hasMessageContaining("heldBatches");
            List<Delivered> expected = epoch(0, 0, b -> b.batchSize(5)).subList(0, 4);
            for (int i = 0; i < 3; i++) {
                assertThat(read(open.get(i))).isEqualTo(expected.get(i));
            }
            open.get(1).close();
            try (Batch fourth = steps.next()) {
                assertThat(read(fourth)).isEqualTo(expected.get(3));
                assertThat(read(open.get(0))).isEqualTo(expected.get(0));
            }
        }
    }

    @Test
    void closingTheManagerGivesTheMemoryBack() {
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader =
                        ViewLoader.builder(pairs).batchSize(5).queueDepth(1).threads(1).build()) {
            Iterator<Batch> steps = null;
            for (int round = 0; round < 10; round++) {
                try (NDManager step = manager.newSubManager()) {
                    steps = loader.epoch(round, 0, step);
                    assertThat(steps.next().getSize()).isEqualTo(5);
                }
            }
            assertThat(steps.hasNext()).isTrue();
        }
    }

    @Test
    void failuresOfWorkersReachTheCallerAtTheirStep() {
        images.broken = 42;
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader =
                        ViewLoader.builder(pairs).batchSize(10).threads(2).shuffle(false).build()) {
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            for (int step = 0; step < 4; step++) {
                steps.next().close();
            }
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(steps::next)
                        .isInstanceOf(ViewException.class)
                        .hasMessageContaining("NumberedImages, index 42")
                        .hasMessageContaining("numbers.bin: truncated");
            }
            images.broken = -1;
            Iterator<Batch> again = loader.epoch(0, 4, manager);
            again.next().close();
        }
    }

    @Test
    void aCorruptFileReachesTheCallerWithItsNameAndIndex(@TempDir Path root) throws Exception {
        Path broken = Files.createDirectory(root.resolve("a")).resolve("broken.png");
        Files.write(broken, new byte[] {1, 2, 3});
        ViewPairs files =
                ViewPairs.builder(ImageFolder.builder().root(root).build()).resolution(8).build();
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader = ViewLoader.builder(files).batchSize(1).build()) {
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            assertThatThrownBy(steps::next)
                    .isInstanceOf(ViewException.class)
                    .hasMessageContaining(broken + ", index 0")
                    .hasCauseInstanceOf(DatasetException.class);
        }
    }

    @Test
    void closingEndsTheThreadsAndWakesTheCaller() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        ViewSource stuck =
                new SingleImages(images) {
                    @Override
                    public PixelImage image(int item, int view) {
                        reading.countDown();
                        try {
                            Thread.sleep(60_000);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return super.image(item, view);
                    }
                };
        ViewPairs slow = ViewPairs.builder(stuck).resolution(16).build();
        try (NDManager manager = NDManager.newBaseManager()) {
            ViewLoader loader = ViewLoader.builder(slow).batchSize(2).threads(2).build();
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            reading.await();
            Thread closer = new Thread(loader::close);
            closer.start();
            assertThatThrownBy(steps::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            closer.join();
            assertThat(loaderThreads()).isEmpty();
            assertThatThrownBy(() -> loader.epoch(0, 0, manager))
                    .isInstanceOf(IllegalStateException.class);
            loader.close();
        }
    }

    @Test
    void aBatchOutlivesItsLoader() {
        List<Delivered> expected = epoch(0, 0, b -> b.batchSize(10));
        try (NDManager manager = NDManager.newBaseManager()) {
            Batch batch;
            try (ViewLoader loader = ViewLoader.builder(pairs).batchSize(10).build()) {
                batch = loader.epoch(0, 0, manager).next();
            }
            assertThat(loaderThreads()).isEmpty();
            assertThat(read(batch)).isEqualTo(expected.get(0));
            batch.close();
        }
    }

    private static List<Thread> loaderThreads() {
        List<Thread> threads =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("soda-views"))
                        .toList();
        // An executor counts as ended a moment before its last thread does.
        for (Thread thread : threads) {
            try {
                thread.join(2000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return threads.stream().filter(Thread::isAlive).toList();
    }

    @Test
    void statisticsCountBatchesPairsAndWaiting() {
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader = ViewLoader.builder(pairs).batchSize(10).threads(1).build()) {
            assertThat(loader.statistics()).isEqualTo(new LoaderStatistics(0, 0, 0, 0));
            Iterator<Batch> steps = loader.epoch(0, 0, manager);
            steps.next().close();
            LoaderStatistics before = loader.statistics();
            steps.next().close();
            LoaderStatistics after = loader.statistics();
            assertThat(after.since(before).batches()).isEqualTo(1);
            assertThat(after.since(before).pairs()).isEqualTo(10);
            assertThat(after.waitNanos()).isPositive().isLessThan(after.elapsedNanos());
            assertThat(after.waitFraction()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void impossibleOptionsAreRefused() {
        ViewLoader.Builder builder = ViewLoader.builder(pairs);
        assertThatThrownBy(() -> builder.batchSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.threads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.rank(2, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.batchSize(60).rank(0, 2).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "batchSize: expected at most 51 (of 103 pairs, on ranks: 2), found 60;"
                                + " lower it, in a run's configuration training.batchSize");
    }
}
