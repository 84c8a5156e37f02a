package org.soda4j.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;

/**
 * The running statistics of batch norm before a step. The forward pass changes them, so a step that
 * is skipped must put them back: statistics of a pass that overflowed are not numbers.
 */
@Internal
public final class BatchNormStatistics implements AutoCloseable {

    private final NDManager manager;
    private final List<NDArray> live;
    private final List<NDArray> copies = new ArrayList<>();

    /**
     * @param statistics all of a model, by name; at least one
     */
    public BatchNormStatistics(Map<String, NDArray> statistics) {
        manager = statistics.values().iterator().next().getManager().newSubManager();
        live = List.copyOf(statistics.values());
        live.forEach(array -> copies.add(manager.zeros(array.getShape(), array.getDataType())));
    }

    /** Remembers the values of now. */
    public void keep() {
        copy(live, copies);
    }

    /** Brings back what was kept. */
    public void putBack() {
        copy(copies, live);
    }

    private static void copy(List<NDArray> from, List<NDArray> to) {
        for (int i = 0; i < from.size(); i++) {
            Operators.copy(to.get(i), from.get(i));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
