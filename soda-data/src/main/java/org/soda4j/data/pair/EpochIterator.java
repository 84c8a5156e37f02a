package org.soda4j.data.pair;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * The batches of one epoch, in order. All state is guarded by the loader's lock, except the pixels
 * themselves, which belong to the workers until the last of a batch is done.
 */
final class EpochIterator implements Iterator<Batch> {

    /** Pairs that one task makes: enough to make the lock cheap, few enough to share a batch. */
    private static final int CHUNK = 16;

    private final ViewLoader loader;
    private final EpochOrder order;
    private final int[] permutation;
    private final int epoch;
    private final NDManager manager;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private int nextToFill;
    private int nextToDeliver;
    private volatile boolean cancelled;
    private Throwable failure;

    EpochIterator(
            ViewLoader loader,
            EpochOrder order,
            int[] permutation,
            int epoch,
            int fromStep,
            NDManager manager) {
        this.loader = loader;
        this.order = order;
        this.permutation = permutation;
        this.epoch = epoch;
        this.manager = manager;
        nextToFill = fromStep;
        nextToDeliver = fromStep;
    }

    /** A batch that is being filled, or is full and waits for the caller. */
    private final class Pending {

        final BatchMemory memory;
        final int step;
        final int size;
        int tasksLeft;
        volatile Throwable failure;

        Pending(BatchMemory memory, int step) {
            this.memory = memory;
            this.step = step;
            size = order.batchSize(step);
            tasksLeft = (size + CHUNK - 1) / CHUNK;
        }

        void fill(int from) {
            try {
                ViewWorkspace space = loader.workspace();
                int to = Math.min(from + CHUNK, size);
                for (int i = from; i < to && !cancelled && failure == null; i++) {
                    int index = order.index(permutation, step, i);
                    loader.pairs().fill(loader.seed(), epoch, index, space);
                    memory.put(i, space);
                }
            } catch (Throwable e) {
                // Whatever it is, it belongs to the caller: a worker has nobody to tell.
                failure = e;
            } finally {
                done();
            }
        }

        private void done() {
            synchronized (loader.lock) {
                if (--tasksLeft == 0) {
                    if (cancelled) {
                        loader.memories().release(memory);
                    }
                    loader.lock.notifyAll();
                }
            }
        }
    }

    @Override
    public boolean hasNext() {
        synchronized (loader.lock) {
            return nextToDeliver < order.steps();
        }
    }

    /**
     * Waits for the next batch. The caller closes it; its arrays are the loader's memory, which the
     * batch after next may overwrite.
     */
    @Override
    public Batch next() {
        Pending batch;
        synchronized (loader.lock) {
            if (nextToDeliver >= order.steps()) {
                throw new NoSuchElementException("epoch %d is at its end".formatted(epoch));
            }
            batch = await();
            nextToDeliver++;
            loader.memories().deliver(batch.memory);
            loader.countDelivery(batch.size);
            fillMore();
        }
        return toBatch(batch);
    }

    /** Waits, under the lock, until the next batch is full, and takes it. */
    private Pending await() {
        long start = System.nanoTime();
        try {
            while (true) {
                checkUsable();
                fillMore();
                Pending first = pending.peek();
                if (first == null) {
                    loader.memories().checkNotAllHeld();
                } else if (first.failure != null) {
                    failure = first.failure;
                    cancel();
                } else if (first.tasksLeft == 0) {
                    return pending.poll();
                }
                if (failure == null) {
                    loader.lock.wait();
                }
            }
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        } finally {
            loader.addWait(System.nanoTime() - start);
        }
    }

    private void checkUsable() {
        if (failure instanceof ViewException e) {
            throw e;
        }
        if (failure != null) {
            throw new IllegalStateException(
                    "a loader thread failed in epoch %d, step %d: %s"
                            .formatted(epoch, nextToDeliver, failure),
                    failure);
        }
        if (cancelled) {
            throw new IllegalStateException(
                    "epoch %d is over: the loader was closed, interrupted or began another epoch"
                            .formatted(epoch));
        }
    }

    private Batch toBatch(Pending batch) {
        NDManager scope = null;
        try {
            scope = manager.newSubManager();
            Batch made =
                    new Batch(
                            scope,
                            batch.memory.data(scope, batch.size),
                            batch.memory.labels(scope, batch.size),
                            batch.size,
                            Batchifier.STACK,
                            Batchifier.STACK,
                            batch.step + 1L,
                            order.steps(),
                            indices(batch));
            // Closing the batch, or any manager above it, gives the memory back.
            scope.attachInternal("view-batch", new Lease(loader, batch.memory));
            return made;
        } catch (RuntimeException e) {
            if (scope != null) {
                scope.close();
            }
            loader.giveBack(batch.memory);
            throw e;
        }
    }

    private List<Integer> indices(Pending batch) {
        return IntStream.range(0, batch.size)
                .mapToObj(i -> order.index(permutation, batch.step, i))
                .toList();
    }

    /** Hands free memory to the workers, up to the queue's depth; under the lock. */
    void fillMore() {
        while (!cancelled && nextToFill < order.steps() && pending.size() < loader.queueDepth()) {
            BatchMemory memory = loader.memories().acquire();
            if (memory == null) {
                return;
            }
            Pending batch = new Pending(memory, nextToFill++);
            pending.add(batch);
            for (int from = 0; from < batch.size; from += CHUNK) {
                int first = from;
                loader.execute(() -> batch.fill(first));
            }
        }
    }

    /** Ends the epoch; memory comes back as soon as no worker writes to it. Under the lock. */
    void cancel() {
        if (cancelled) {
            return;
        }
        cancelled = true;
        for (Pending batch : pending) {
            if (batch.tasksLeft == 0) {
                loader.memories().release(batch.memory);
            }
        }
        pending.clear();
        loader.lock.notifyAll();
    }

    /** Returns a delivered batch's memory, once. */
    private static final class Lease implements AutoCloseable {

        private final ViewLoader loader;
        private BatchMemory memory;

        Lease(ViewLoader loader, BatchMemory memory) {
            this.loader = loader;
            this.memory = memory;
        }

        @Override
        public synchronized void close() {
            if (memory != null) {
                loader.giveBack(memory);
                memory = null;
            }
        }
    }
}
