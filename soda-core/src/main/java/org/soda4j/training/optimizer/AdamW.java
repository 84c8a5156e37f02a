package org.soda4j.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;
import org.soda4j.engine.ParameterOperators;

/**
 * AdamW as PyTorch defines it (Loshchilov and Hutter 2019), over parameter groups, with moments
 * that can be saved. DJL's optimisers have no groups, no decoupled decay and no state to save.
 */
@Internal
public final class AdamW implements AutoCloseable {

    private static final String AVERAGE = "exp_avg.";
    private static final String SQUARE = "exp_avg_sq.";

    private final Hyperparameters config;
    private final NDManager manager;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, NDArray> state = new LinkedHashMap<>();
    private final List<String> names;
    private final NDList parameters = new NDList();
    private long step;

    /**
     * What stays the same in all steps.
     *
     * @param encoderRateRatio the encoder's learning rate over the denoiser's
     * @param weightDecay of matrices and kernels
     * @param decayVectors whether vectors decay too
     * @param beta1 of the average gradient
     * @param beta2 of the average square
     * @param epsilon beside the root of the average square
     */
    public record Hyperparameters(
            double encoderRateRatio,
            double weightDecay,
            boolean decayVectors,
            double beta1,
            double beta2,
            double epsilon) {}

    /** Parameters that share rate and decay. */
    private record Group(
            double rateRatio, double decay, NDList parameters, NDList average, NDList square) {}

    /**
     * @param trainable parameters by name, those of the encoder before {@code encoder.}
     */
    public AdamW(Hyperparameters config, Map<String, NDArray> trainable) {
        this.config = config;
        manager = trainable.values().iterator().next().getManager().newSubManager();
        names = List.copyOf(trainable.keySet());
        Map<List<Object>, Group> byKey = new LinkedHashMap<>();
        trainable.forEach(
                (name, parameter) -> {
                    boolean encoder = name.startsWith("encoder.");
                    double ratio = encoder ? config.encoderRateRatio() : 1;
                    boolean vector = parameter.getShape().dimension() < 2;
                    double decay = vector && !config.decayVectors() ? 0 : config.weightDecay();
                    Group group =
                            byKey.computeIfAbsent(
                                    List.of(encoder, decay),
                                    key ->
                                            new Group(
                                                    ratio,
                                                    decay,
                                                    new NDList(),
                                                    new NDList(),
                                                    new NDList()));
                    NDArray average = manager.zeros(parameter.getShape());
                    NDArray square = manager.zeros(parameter.getShape());
                    group.parameters().add(parameter);
                    group.average().add(average);
                    group.square().add(square);
                    parameters.add(parameter);
                    state.put(AVERAGE + name, average);
                    state.put(SQUARE + name, square);
                });
        groups.addAll(byKey.values());
    }

    /** The L2 norm of each parameter's gradient, by name. */
    public Map<String, Double> gradientNorms() {
        float[] norms = ParameterOperators.gradientNorms(parameters);
        Map<String, Double> byName = new LinkedHashMap<>();
        for (int i = 0; i < norms.length; i++) {
            byName.put(names.get(i), (double) norms[i]);
        }
        return byName;
    }

    /**
     * Makes a step and drops the gradients.
     *
     * @param rate the denoiser's learning rate
     * @param gradientScale factor on the gradients
     */
    public void step(double rate, double gradientScale) {
        step++;
        for (Group group : groups) {
            ParameterOperators.AdamWRates rates =
                    new ParameterOperators.AdamWRates(
                            step,
                            rate * group.rateRatio(),
                            config.beta1(),
                            config.beta2(),
                            group.decay(),
                            config.epsilon());
            ParameterOperators.adamW(
                    group.parameters(), group.average(), group.square(), rates, gradientScale);
        }
    }

    /** Drops the gradients without a step. */
    public void dropGradients() {
        ParameterOperators.dropGradients(parameters);
    }

    /** The moments by PyTorch's names for them, live. */
    public Map<String, NDArray> state() {
        return state;
    }

    /** Takes back moments that {@link #state} gave, after {@code step} steps. */
    public void restore(Map<String, NDArray> saved, long steps) {
        state.forEach((name, array) -> Operators.copy(array, saved.get(name)));
        step = steps;
    }

    @Override
    public void close() {
        manager.close();
    }
}
