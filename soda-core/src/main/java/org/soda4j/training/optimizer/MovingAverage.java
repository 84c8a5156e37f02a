package org.soda4j.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;
import org.soda4j.engine.ParameterOperators;

/**
 * The exponential moving average (EMA) of all parameters and batch-norm statistics, in float32.
 * Evaluation, samples and the saved model use it.
 */
@Internal
public final class MovingAverage implements AutoCloseable {

    private final LongToDoubleFunction decay;
    private final NDManager manager;
    private final NDList values;
    private final NDList shadow = new NDList();
    private final Map<String, NDArray> byName = new LinkedHashMap<>();

    /**
     * @param decay 0 .. 1, of each step
     * @param parameters parameters and statistics by name
     */
    public MovingAverage(LongToDoubleFunction decay, Map<String, NDArray> parameters) {
        this.decay = decay;
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
        ParameterOperators.movingAverage(shadow, values, decay.applyAsDouble(step));
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
