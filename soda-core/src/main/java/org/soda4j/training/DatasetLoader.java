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
    private final long size;
    private final long step;

    DatasetLoader(RandomAccessDataset dataset, TrainingData.Request request) {
        this.dataset = dataset;
        this.request = request;
        size = dataset.size();
        step = (long) request.batchSize() * request.ranks();
        if (steps() < 1) {
            throw new IllegalArgumentException(
                    "data: expected at least one batch of %d images for each of %d ranks, found %d images"
                            .formatted(request.batchSize(), request.ranks(), size));
        }
    }

    @Override
    public int steps() {
        return Math.toIntExact(request.dropLast() ? size / step : (size + step - 1) / step);
    }

    @Override
    public Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager) {
        long[] order = LongStream.range(0, size).toArray();
        if (request.shuffle()) {
            shuffle(order, new SplittableRandom(request.seed() * 0x9E3779B97F4A7C15L + epoch));
        }
        List<List<Long>> batches = new ArrayList<>();
        for (int b = fromStep; b < steps(); b++) {
            long each = batchSize(b);
            long start = b * step + request.rank() * each;
            batches.add(
                    LongStream.range(start, start + each)
                            .map(i -> order[(int) (i % size)])
                            .boxed()
                            .toList());
        }
        try {
            return dataset.getData(manager, new Order(batches, request.batchSize())).iterator();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TranslateException e) {
            throw new IllegalStateException("the data set cannot make batches", e);
        }
    }

    /** The same on all ranks; beyond the end the order begins anew. */
    private long batchSize(int b) {
        long left = Math.min(step, size - b * step);
        return (left + request.ranks() - 1) / request.ranks();
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
