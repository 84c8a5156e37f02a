package org.soda4j.data.pair;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The memories of a loader: free, being filled, or held by the caller as an open batch. All methods
 * are called under the loader's lock.
 */
final class BatchMemoryPool {

    private final List<BatchMemory> all = new ArrayList<>();
    private final ArrayDeque<BatchMemory> free = new ArrayDeque<>();
    private int held;
    private boolean closed;

    BatchMemoryPool(ViewPairs pairs, int batchSize, int count) {
        try {
            for (int i = 0; i < count; i++) {
                all.add(new BatchMemory(pairs, batchSize));
            }
        } catch (RuntimeException | Error e) {
            all.forEach(BatchMemory::close);
            throw e;
        }
        free.addAll(all);
    }

    /** Takes memory to be filled, or null where none is free. */
    BatchMemory acquire() {
        return free.poll();
    }

    /** Takes back memory that was never delivered. */
    void release(BatchMemory memory) {
        free.add(memory);
    }

    /** Notes that the caller has the memory now. */
    void deliver(BatchMemory memory) {
        memory.held = true;
        held++;
    }

    /** Takes back memory from the caller; behind {@link #close()} it is freed. */
    void giveBack(BatchMemory memory) {
        memory.held = false;
        held--;
        if (closed) {
            memory.close();
        } else {
            free.add(memory);
        }
    }

    /** Waiting for memory would never end when the caller has all of it. */
    void checkNotAllHeld() {
        if (held == all.size()) {
            throw new IllegalStateException(
                    "expected a batch to be closed before the next is asked for, found %d open; close them or raise heldBatches"
                            .formatted(held));
        }
    }

    /** Frees all memory that the caller does not hold; no worker may use it any more. */
    void close() {
        closed = true;
        all.stream().filter(memory -> !memory.held).forEach(BatchMemory::close);
    }
}
