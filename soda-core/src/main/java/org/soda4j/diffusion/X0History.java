package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last estimates of the clean image, which multistep solvers combine; newest first. */
final class X0History {

    private final NDManager memory;
    private final int capacity;
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** An estimate and half the log-SNR at which it was made, lambda in the papers. */
    record Entry(double lambda, NDArray x0) {}

    X0History(NDManager memory, int capacity) {
        this.memory = memory;
        this.capacity = capacity;
    }

    /** Keeps a copy. Of two at one noise level the newer stays: no slope is between them. */
    void add(double lambda, NDArray x0) {
        if (!entries.isEmpty() && entries.getFirst().lambda() == lambda) {
            entries.removeFirst().x0().close();
        }
        if (entries.size() == capacity) {
            entries.removeLast().x0().close();
        }
        NDArray copy = x0.duplicate();
        copy.attach(memory);
        entries.addFirst(new Entry(lambda, copy));
    }

    /** Copies for one step: what is computed from them belongs to its scope, not to the memory. */
    List<Entry> newestFirst(NDManager scope) {
        List<Entry> copies = new ArrayList<>();
        for (Entry entry : entries) {
            NDArray copy = entry.x0().duplicate();
            copy.attach(scope);
            copies.add(new Entry(entry.lambda(), copy));
        }
        return copies;
    }
}
