package org.soda4j.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;
import org.soda4j.engine.ParameterOperators;

/**
 * The exponential moving average (EMA) of all parameters and batch-norm statistics, in float32.
 * Evaluation, samples and the saved model use it.
 */
@Internal
public final class MovingAverage implements AutoCloseable {

    private final double decay;
    private final boolean warmup;
    private final NDManager manager;
    private final NDList values;
    private final NDList shadow = new NDList();
    private final Map<String, NDArray> byName = new LinkedHashMap<>();

    /**
     * @param decay 0 .. 1
     * @param warmup whether early steps use the smaller (1 + step) / (10 + step)
     * @param parameters parameters and statistics by name
     */
    public MovingAverage(double decay, boolean warmup, Map<String, NDArray> parameters) {
        this.decay = decay;
        this.warmup = warmup;
        manager = parameters.values().iterator().next().getManager().newSubManager();
        values = new NDList(parameters.values());
        parameters.forEach(
                (name, value) -> {
                    NDArray copy = manager.zeros(value.getShape());
                    Operators.copy(copy, value);
                    shadow.add(copy);
                    byName.put(name, copy);
                });
    }

    /** Takes in the values after a step, counted from 1. */
    public void update(long step) {
        double now = warmup ? Math.min(decay, (1.0 + step) / (10.0 + step)) : decay;
        ParameterOperators.movingAverage(shadow, values, now);
    }

    /** Exchanges the model's values and the averages, bit for bit; a second call undoes it. */
    public void exchange() {
        ParameterOperators.exchange(values, shadow);
    }

    /** The averages, live. */
    public Map<String, NDArray> state() {
        return byName;
    }

    /** Takes back averages that {@link #state} gave. */
    public void restore(Map<String, NDArray> saved) {
        byName.forEach((name, array) -> Operators.copy(array, saved.get(name)));
    }

    @Override
    public void close() {
        manager.close();
    }
}
