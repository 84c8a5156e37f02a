package org.soda4j.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Computes the calls of several threads together. It has no thread of its own: of the threads that
 * wait, one computes for all, and those that come meanwhile are the next batch.
 *
 * @param <T> what a call gives and gets; one for one
 */
@Internal
public final class CallBatcher<T> {

    private final int largest;
    private final long patience;
    private final UnaryOperator<List<T>> work;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition finished = lock.newCondition();

    /** Guarded by the lock, as what follows. */
    private final Queue<Call<T>> waiting = new ArrayDeque<>();

    private boolean computing;

    /** How many callers there seem to be: for more, nobody waits. */
    private int expected;

    private static final class Call<T> {
        private final T input;
        private T result;
        private RuntimeException failure;

        Call(T input) {
            this.input = input;
        }

        boolean isDone() {
            return result != null || failure != null;
        }

        /** Nobody will compute it any more: an error ended the thread that was to. */
        void giveUp() {
            failure = new IllegalStateException("the batch that this call was in has failed");
        }
    }

    /**
     * Makes a batcher.
     *
     * @param largest batch, at least 1
     * @param deadline how long the first call of a batch waits for others, at least 0: for as many
     *     as were there when the last batch ended, the first time for the largest batch
     * @param work computes a batch: as many results, none null, in the same order
     */
    public CallBatcher(int largest, Duration deadline, UnaryOperator<List<T>> work) {
        if (largest < 1) {
            throw new IllegalArgumentException(
                    "largest batch: expected at least 1, found " + largest);
        }
        if (deadline.isNegative()) {
            throw new IllegalArgumentException("deadline: expected at least 0, found " + deadline);
        }
        this.largest = largest;
        expected = largest;
        this.patience = deadline.toNanos();
        this.work = work;
    }

    /**
     * Computes with others, from any thread. Cannot be interrupted; an interrupted thread stays so.
     *
     * @param input of this call
     * @return its result
     * @throws RuntimeException what the work throws for this input
     */
    public T call(T input) {
        Call<T> call = new Call<>(input);
        lock.lock();
        try {
            waiting.add(call);
            arrived.signal();
            while (!call.isDone()) {
                if (computing) {
                    finished.awaitUninterruptibly();
                } else {
                    computeNext();
                }
            }
        } finally {
            lock.unlock();
        }
        if (call.failure != null) {
            throw call.failure;
        }
        return call.result;
    }

    /** Holds the lock but while it computes. */
    private void computeNext() {
        computing = true;
        try {
            awaitOthers();
            List<Call<T>> batch = new ArrayList<>();
            while (batch.size() < largest && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            lock.unlock();
            try {
                compute(batch);
            } finally {
                lock.lock();
                batch.stream().filter(call -> !call.isDone()).forEach(Call::giveUp);
                expected = Math.min(largest, batch.size() + waiting.size());
            }
        } finally {
            computing = false;
            finished.signalAll();
        }
    }

    private void awaitOthers() {
        long left = patience;
        try {
            while (left > 0 && waiting.size() < expected) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Goes on with those that are there.
        }
    }

    /** If a batch fails, each alone, so that each call has its own failure or none. */
    private void compute(List<Call<T>> batch) {
        try {
            List<T> results = work.apply(batch.stream().map(c -> c.input).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result = results.get(i);
            }
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                batch.get(0).failure = e;
                return;
            }
            batch.forEach(call -> compute(List.of(call)));
        }
    }
}
