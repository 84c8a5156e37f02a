package org.soda4j.distributed;

import ai.djl.ndarray.NDArray;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

/** Threads as the first collective, that brings ranks together: only as much as that takes. */
final class FirstRanks {

    private final CyclicBarrier meeting;
    private final NDArray[] arrays;
    private final int size;
    final AtomicReference<String> aborted = new AtomicReference<>();

    FirstRanks(int size) {
        this.size = size;
        meeting = new CyclicBarrier(size);
        arrays = new NDArray[size];
    }

    Collective of(int rank) {
        return new Collective() {
            @Override
            public int rank() {
                return rank;
            }

            @Override
            public int size() {
                return size;
            }

            @Override
            public Pending startSum(NDArray array) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void broadcast(NDArray array, int root) {
                arrays[rank] = array;
                barrier();
                if (rank == root) {
                    for (NDArray other : arrays) {
                        other.set(array.toByteBuffer());
                    }
                }
                barrier();
            }

            @Override
            public void barrier() {
                try {
                    meeting.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void abort(String reason) {
                aborted.set(reason);
                throw new CollectiveException("aborted: " + reason);
            }

            @Override
            public void close() {}
        };
    }
}
