package org.soda4j.examples.benchmark;

import ai.djl.ndarray.NDArray;
import org.soda4j.distributed.Collective;

/**
 * Measures how long the calling thread is held up by another collective, which includes the time
 * that this rank waits for a slower one.
 */
public final class TimedCollective implements Collective {

    private final Collective inner;
    private final boolean overlap;
    private long nanos;

    /**
     * @param overlap false to end every sum before the caller goes on
     */
    public TimedCollective(Collective inner, boolean overlap) {
        this.inner = inner;
        this.overlap = overlap;
    }

    /** Time in operations so far. */
    public double seconds() {
        return nanos * 1e-9;
    }

    private void timed(Runnable operation) {
        long start = System.nanoTime();
        operation.run();
        nanos += System.nanoTime() - start;
    }

    @Override
    public int rank() {
        return inner.rank();
    }

    @Override
    public int size() {
        return inner.size();
    }

    @Override
    public Pending startSum(NDArray array) {
        long start = System.nanoTime();
        Pending pending = inner.startSum(array);
        if (!overlap) {
            pending.await();
        }
        nanos += System.nanoTime() - start;
        return overlap ? () -> timed(pending::await) : () -> {};
    }

    @Override
    public void broadcast(NDArray array, int root) {
        timed(() -> inner.broadcast(array, root));
    }

    @Override
    public void barrier() {
        timed(inner::barrier);
    }

    @Override
    public void abort(String reason) {
        inner.abort(reason);
    }

    @Override
    public void close() {
        inner.close();
    }
}
