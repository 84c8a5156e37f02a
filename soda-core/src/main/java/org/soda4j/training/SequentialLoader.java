package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.soda4j.engine.PyTorchEngine;

/**
 * Reads a DJL data set that can only be read from its begin to its end, in its own order: what was
 * trained on already is read again and left out.
 */
final class SequentialLoader implements BatchLoader {

    private final Dataset dataset;
    private final TrainingData.Request request;
    private final int steps;

    /** Reads the data once, to count and check the batches. */
    SequentialLoader(Dataset dataset, TrainingData.Request request) {
        this.dataset = dataset;
        this.request = request;
        try (NDManager scope = PyTorchEngine.require().newBaseManager()) {
            steps = count(scope);
        }
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "data: expected at least one batch of %d images for each of %d ranks, found fewer"
                            .formatted(request.batchSize(), request.ranks()));
        }
    }

    private int count(NDManager scope) {
        int whole = 0;
        int more = 0;
        Iterator<Batch> batches = read(scope);
        while (batches.hasNext()) {
            try (Batch batch = batches.next()) {
                long size = batch.getData().head().getShape().get(0);
                if (size == request.batchSize()) {
                    whole++;
                } else if (size > request.batchSize() || batches.hasNext()) {
                    throw new IllegalArgumentException(
                            "data: expected batches of %d images, found %d in batch %d; give the trainer the batch size of the data set"
                                    .formatted(request.batchSize(), size, whole));
                } else if (!request.dropLast()) {
                    requireOneRank();
                    more = 1;
                }
            }
        }
        return whole / request.ranks() + more;
    }

    private void requireOneRank() {
        if (request.ranks() > 1) {
            throw new IllegalArgumentException(
                    "dropLast: expected true for data that can only be read in their order and %d ranks, which would have last batches of different sizes, found false"
                            .formatted(request.ranks()));
        }
    }

    private Iterator<Batch> read(NDManager manager) {
        try {
            return dataset.getData(manager).iterator();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TranslateException e) {
            throw new IllegalStateException("the data set cannot make batches", e);
        }
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager) {
        Iterator<Batch> all = read(manager);
        skip(all, fromStep * request.ranks());
        return new Iterator<>() {

            private int next = fromStep;

            @Override
            public boolean hasNext() {
                return next < steps;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                next++;
                skip(all, request.rank());
                Batch own = take(all);
                skip(all, request.ranks() - 1 - request.rank());
                return own;
            }
        };
    }

    private void skip(Iterator<Batch> batches, int count) {
        for (int i = 0; i < count; i++) {
            take(batches).close();
        }
    }

    private Batch take(Iterator<Batch> batches) {
        if (!batches.hasNext()) {
            throw new IllegalStateException(
                    "data: expected the %d batches that were counted at the start in every epoch, found fewer"
                            .formatted(steps * request.ranks()));
        }
        return batches.next();
    }

    @Override
    public void close() {}
}
