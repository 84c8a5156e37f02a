package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Progress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.engine.ArrayFixture;

/** Data sets that are no random-access ones, such as a stream of files. */
class TrainerDataTest extends ArrayFixture {

    /** The same images in their order, but only from begin to end. */
    private record Sequence(NDManager owner, int images, int batchSize) implements Dataset {

        @Override
        public Iterable<Batch> getData(NDManager scope) {
            return () -> batches(scope);
        }

        private Iterator<Batch> batches(NDManager scope) {
            return Stream.iterate(0, from -> from < images, from -> from + batchSize)
                    .map(from -> batch(scope, from, Math.min(images, from + batchSize)))
                    .iterator();
        }

        private Batch batch(NDManager scope, int from, int to) {
            NDManager own = scope.newSubManager();
            var source = TinyTraining.images(owner, TinyTraining.pixels(images, 1));
            var target = TinyTraining.images(owner, TinyTraining.pixels(images, 2));
            String rows = from + ":" + to;
            var data = new NDList(source.get(rows), target.get(rows));
            data.attach(own);
            var none = new NDList();
            return new Batch(own, data, none, to - from, null, null, 0, 0);
        }

        @Override
        public void prepare(Progress progress) {}
    }

    @Test
    void aSequenceTrainsAsARandomAccessDataSetInItsOrder() {
        // 14 images: three batches of 4, and two that are left out.
        assertThat(losses(new Sequence(manager, 14, 4), 7))
                .hasSize(7)
                .isEqualTo(losses(TinyTraining.data(manager, 14), 7));
    }

    /** Four images every tenth of a second are no more than 40 a second. */
    @Test
    void waitingForDataCountsAsTrainingTime() {
        Sequence images = new Sequence(manager, 12, 4);
        Dataset slow =
                new Dataset() {
                    @Override
                    public Iterable<Batch> getData(NDManager scope) {
                        return () -> slowly(images.batches(scope));
                    }

                    @Override
                    public void prepare(Progress progress) {}
                };
        try (Soda soda = TinyTraining.model(0.2).build()) {
            TrainingSummary summary =
                    TinyTraining.trainer(soda, slow).shuffle(false).steps(6).build().fit();
            assertThat(summary.imagesPerSecond()).isLessThan(40);
        }
    }

    private static Iterator<Batch> slowly(Iterator<Batch> batches) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public Batch next() {
                LockSupport.parkNanos(100_000_000);
                return batches.next();
            }
        };
    }

    private static List<Double> losses(Dataset data, int steps) {
        try (Soda soda = TinyTraining.model(0.2).build()) {
            return TinyTraining.losses(
                    TinyTraining.trainer(soda, data).shuffle(false).steps(steps));
        }
    }

    @Test
    void aSequenceResumesInTheMiddleOfAnEpoch(@TempDir Path folder) {
        train(folder.resolve("whole"), 0);
        train(folder.resolve("stopped"), 5);
        train(folder.resolve("stopped"), 0);
        assertThat(TinyTraining.files(TinyTraining.newest(folder.resolve("stopped")).folder()))
                .isEqualTo(
                        TinyTraining.files(TinyTraining.newest(folder.resolve("whole")).folder()));
    }

    private void train(Path run, int stopAfter) {
        try (Soda soda = TinyTraining.model(0.2).build()) {
            TinyTraining.trainer(soda, new Sequence(manager, 12, 4))
                    .steps(8)
                    .folder(run)
                    .listener(TinyTraining.stopAfter(stopAfter))
                    .build()
                    .fit();
        }
    }

    @Test
    void ranksShareTheBatchesOfASequence() {
        Dataset data = new Sequence(manager, 28, 4);
        List<BatchLoader> loaders =
                IntStream.range(0, 3)
                        .<BatchLoader>mapToObj(
                                rank ->
                                        new SequentialLoader(
                                                data,
                                                new TrainingData.Request(
                                                        4, 0, false, rank, 3, true)))
                        .toList();
        float[] source = TinyTraining.pixels(28, 1);
        for (int rank = 0; rank < 3; rank++) {
            BatchLoader loader = loaders.get(rank);
            assertThat(loader.steps()).isEqualTo(2);
            Iterator<Batch> rest = loader.epoch(0, 1, manager);
            float[] pixels = rest.next().getData().head().toFloatArray();
            assertThat(pixels[0]).isEqualTo(source[(3 + rank) * pixels.length]);
            assertThat(rest).isExhausted();
        }
    }

    @Test
    void batchesOfAnotherSizeAreRefused() {
        assertThatThrownBy(() -> losses(new Sequence(manager, 12, 3), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "data: expected batches of 4 images, found 3 in batch 0; give the trainer"
                                + " the batch size of the data set");
        assertThatThrownBy(() -> losses(new Sequence(manager, 3, 4), 1))
                .hasMessageStartingWith("data: expected at least one batch of 4 images");
    }
}
