package org.soda4j.data.pair;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.data.IntRange;
import org.soda4j.training.BatchLoader;

/**
 * Makes batches of {@link ViewPairs} ahead of a trainer, on threads of its own, in native memory
 * that is used again and again.
 *
 * <pre>{@code
 * try (ViewLoader loader = ViewLoader.builder(pairs).batchSize(128).threads(2).seed(7).build()) {
 *     for (Iterator<Batch> steps = loader.epoch(0, 0, manager); steps.hasNext(); ) {
 *         try (Batch batch = steps.next()) {
 *             NDArray source = batch.getData().get(0);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>What a batch holds depends on (seed, epoch, step, batch size, ranks) alone, and each pair's
 * views on (seed, epoch, index) alone: the number of threads does not matter, and an epoch can be
 * entered at any step.
 *
 * <p>The arrays of a batch are the loader's memory, not copies (on a CPU): they are valid until the
 * batch is closed; {@code duplicate()} what has to live longer. A batch is closed by {@link
 * Batch#close()} or with the manager that was given.
 *
 * <p>One epoch at a time: beginning another ends the one before. Meant for one calling thread.
 */
public final class ViewLoader implements BatchLoader {

    private static final Logger LOGGER = LoggerFactory.getLogger(ViewLoader.class);

    /** How long {@link #close()} waits for the threads. */
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    /** Guards everything that is not final here and in {@link EpochIterator}. */
    final Object lock = new Object();

    private final ViewPairs pairs;
    private final long seed;
    private final boolean shuffle;
    private final int queueDepth;
    private final EpochOrder order;
    private final ExecutorService workers;
    private final ThreadLocal<ViewWorkspace> workspaces;
    private final BatchMemoryPool memories;
    private EpochIterator current;
    private boolean closed;
    private long batches;
    private long delivered;
    private long waitNanos;
    private long startNanos;
    private boolean started;

    private ViewLoader(Builder builder, EpochOrder order) {
        pairs = builder.pairs;
        seed = builder.seed;
        shuffle = builder.shuffle;
        queueDepth = builder.queueDepth;
        this.order = order;
        workspaces = ThreadLocal.withInitial(pairs::workspace);
        memories =
                new BatchMemoryPool(
                        pairs, builder.batchSize, builder.queueDepth + builder.heldBatches);
        AtomicInteger count = new AtomicInteger();
        workers =
                Executors.newFixedThreadPool(
                        builder.threads,
                        task -> {
                            Thread thread =
                                    new Thread(task, "soda-views-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Starts a loader.
     *
     * @param pairs what is loaded
     * @return the builder
     */
    public static Builder builder(ViewPairs pairs) {
        return new Builder(pairs);
    }

    /**
     * Returns the number of batches that an epoch has on this rank, the same on all ranks.
     *
     * @return at least 1
     */
    @Override
    public int steps() {
        return order.steps();
    }

    /**
     * Begins an epoch, at any step of it.
     *
     * @param epoch the epoch, from 0
     * @param fromStep the first step to deliver, 0 .. {@link #steps()}
     * @param manager the parent of each batch's own manager
     * @return the batches from that step on: data {@code [source, target]} (float32 {@code [N, C,
     *     H, W]}; with poses also {@code sourcePose, targetPose}, float32 {@code [N, poseSize]}),
     *     labels {@code [label]} (int64 {@code [N]}), and the pairs' indices. The caller closes
     *     each. {@code next()} throws {@link ViewException} if a view could not be made and {@link
     *     IllegalStateException} if too many batches are open
     * @throws IllegalArgumentException if epoch or step are out of range
     * @throws IllegalStateException if the loader is closed
     */
    @Override
    public Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager) {
        Objects.requireNonNull(manager, "manager");
        order.requireStart(epoch, fromStep);
        int[] permutation = shuffle ? order.permutation(seed, epoch) : null;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the loader is closed");
            }
            if (!started) {
                started = true;
                startNanos = System.nanoTime();
            }
            if (current != null) {
                current.cancel();
            }
            current = new EpochIterator(this, order, permutation, epoch, fromStep, manager);
            current.fillMore();
            return current;
        }
    }

    /**
     * Says what was delivered so far and how long the caller waited.
     *
     * @return the figures since the loader was built
     */
    public LoaderStatistics statistics() {
        synchronized (lock) {
            long elapsed = started ? System.nanoTime() - startNanos : 0;
            return new LoaderStatistics(batches, delivered, waitNanos, elapsed);
        }
    }

    /**
     * Ends the epoch, interrupts and awaits the threads, and frees the memory; that of a batch
     * still open is freed when the batch is closed. Closing again does nothing.
     */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            if (current != null) {
                current.cancel();
            }
        }
        workers.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        try {
            ended = workers.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        synchronized (lock) {
            if (ended) {
                memories.close();
            }
        }
        if (!ended) {
            LOGGER.warn(
                    "a loader thread did not end within {} s; its memory is left to the collector",
                    CLOSE_TIMEOUT_SECONDS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    ViewPairs pairs() {
        return pairs;
    }

    long seed() {
        return seed;
    }

    int queueDepth() {
        return queueDepth;
    }

    /** The calling worker's own working memory. */
    ViewWorkspace workspace() {
        return workspaces.get();
    }

    void execute(Runnable task) {
        workers.execute(task);
    }

    BatchMemoryPool memories() {
        return memories;
    }

    /** Counts a batch that goes to the caller; under the lock. */
    void countDelivery(int size) {
        batches++;
        delivered += size;
    }

    /** Counts time that the caller waited; under the lock. */
    void addWait(long nanos) {
        waitNanos += nanos;
    }

    /** Takes back the memory of a closed batch and lets the workers fill it. */
    void giveBack(BatchMemory memory) {
        synchronized (lock) {
            memories.giveBack(memory);
            if (current != null) {
                current.fillMore();
            }
            lock.notifyAll();
        }
    }

    /** Builds a loader. */
    public static final class Builder {

        private final ViewPairs pairs;
        private int batchSize = 128;
        private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        private int queueDepth = 4;
        private int heldBatches = 1;
        private int rank;
        private int ranks = 1;
        private long seed;
        private boolean shuffle = true;
        private boolean dropLast = true;

        private Builder(ViewPairs pairs) {
            this.pairs = Objects.requireNonNull(pairs, "pairs");
            seed = pairs.seed();
        }

        /**
         * Sets the number of pairs in a batch of this rank.
         *
         * @param size at least 1; 128 by default, as published for CIFAR-10
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder batchSize(int size) {
            batchSize = IntRange.atLeastOne("batchSize", size);
            return this;
        }

        /**
         * Sets the number of threads that make views.
         *
         * @param count at least 1; by default one fewer than there are processors, at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder threads(int count) {
            threads = IntRange.atLeastOne("threads", count);
            return this;
        }

        /**
         * Sets how many batches are made ahead; memory for these and the held ones is reserved.
         *
         * @param depth at least 1; 4 by default
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder queueDepth(int depth) {
            queueDepth = IntRange.atLeastOne("queueDepth", depth);
            return this;
        }

        /**
         * Sets how many batches the caller keeps open at a time without thinning the queue.
         *
         * @param count at least 1; 1 by default
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder heldBatches(int count) {
            heldBatches = IntRange.atLeastOne("heldBatches", count);
            return this;
        }

        /**
         * Sets the seed of the order and of the views.
         *
         * @param value any number; by default the pairs' own seed
         * @return this builder
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Sets which part of each epoch is loaded: ranks share an epoch's pairs without overlap.
         *
         * @param index this rank, 0 .. count - 1; 0 by default
         * @param count the number of ranks, at least 1; 1 by default
         * @return this builder
         * @throws IllegalArgumentException if the rank is out of range
         */
        public Builder rank(int index, int count) {
            if (count < 1 || index < 0 || index >= count) {
                throw new IllegalArgumentException(
                        "expected a rank below the number of ranks, found %d of %d"
                                .formatted(index, count));
            }
            rank = index;
            ranks = count;
            return this;
        }

        /**
         * Sets whether each epoch has an order of its own.
         *
         * @param value true by default; false keeps the data set's order
         * @return this builder
         */
        public Builder shuffle(boolean value) {
            shuffle = value;
            return this;
        }

        /**
         * Sets what becomes of the pairs that do not fill a batch on every rank.
         *
         * @param value true, the default, drops them: all batches are full. False delivers them in
         *     a smaller last batch; where they do not divide by the ranks, the first pairs of the
         *     epoch's order are repeated, fewer than there are ranks
         * @return this builder
         */
        public Builder dropLast(boolean value) {
            dropLast = value;
            return this;
        }

        /**
         * Reserves the memory and starts the loader.
         *
         * @return the loader; the caller closes it
         * @throws IllegalArgumentException if there are too few pairs for one batch on each rank,
         *     or one batch's views exceed 2 GB
         */
        public ViewLoader build() {
            int size = Math.toIntExact(pairs.size());
            EpochOrder order = new EpochOrder(size, batchSize, rank, ranks, dropLast);
            return new ViewLoader(this, order);
        }
    }
}
