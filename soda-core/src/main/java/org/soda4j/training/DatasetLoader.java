package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Reads any DJL data set with DJL's own means, in an order that depends on seed and epoch alone.
 */
final class DatasetLoader implements BatchLoader {

    private final RandomAccessDataset dataset;
    private final TrainingData.Request request;

    DatasetLoader(RandomAccessDataset dataset, TrainingData.Request request) {
        this.dataset = dataset;
        this.request = request;
        if (steps() < 1) {
            throw new IllegalArgumentException(
                    "data: expected at least one batch of %d images for each of %d ranks, found %d images"
                            .formatted(request.batchSize(), request.ranks(), dataset.size()));
        }
    }

    @Override
    public int steps() {
        return Math.toIntExact(dataset.size() / ((long) request.batchSize() * request.ranks()));
    }

    @Override
    public Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager) {
        long[] order = LongStream.range(0, dataset.size()).toArray();
        if (request.shuffle()) {
            shuffle(order, new SplittableRandom(request.seed() * 0x9E3779B97F4A7C15L + epoch));
        }
        List<List<Long>> batches = new ArrayList<>();
        int size = request.batchSize();
        for (int b = fromStep; b < steps(); b++) {
            int start = (b * request.ranks() + request.rank()) * size;
            batches.add(
                    LongStream.range(start, start + size)
                            .map(i -> order[(int) i])
                            .boxed()
                            .toList());
        }
        try {
            return dataset.getData(manager, new Order(batches, size)).iterator();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TranslateException e) {
            throw new IllegalStateException("the data set cannot make batches", e);
        }
    }

    /** Batches of indices that are known beforehand. */
    private record Order(List<List<Long>> batches, int batchSize) implements Sampler {

        @Override
        public Iterator<List<Long>> sample(RandomAccessDataset data) {
            return batches.iterator();
        }

        @Override
        public int getBatchSize() {
            return batchSize;
        }
    }

    private static void shuffle(long[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }

    @Override
    public void close() {}
}
