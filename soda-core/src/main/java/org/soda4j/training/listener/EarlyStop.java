package org.soda4j.training.listener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a run when an evaluation metric has not become better for a number of evaluations. An
 * evaluation without the metric is not counted; a metric that never came is warned of at the end. A
 * value that is not a number counts as no better.
 */
public final class EarlyStop implements RunListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(EarlyStop.class);

    private final String metric;
    private final boolean higherIsBetter;
    private final int patience;
    private final double minimalGain;
    private final Set<String> seenMetrics = new TreeSet<>();
    private RunControl control;
    private double best = Double.NaN;
    private long bestStep;
    private int evaluationsSinceBest;

    private EarlyStop(String metric, boolean higherIsBetter, int patience, double minimalGain) {
        this.metric = Objects.requireNonNull(metric, "metric");
        if (patience < 1) {
            throw new IllegalArgumentException("patience: expected 1 or more, found " + patience);
        }
        if (!(minimalGain >= 0)) {
            throw new IllegalArgumentException(
                    "minimalGain: expected 0 or more, found " + minimalGain);
        }
        this.higherIsBetter = higherIsBetter;
        this.patience = patience;
        this.minimalGain = minimalGain;
    }

    /**
     * For a metric such as an accuracy.
     *
     * @param metric its name in the evaluations
     * @param patience evaluations without a gain until the run is stopped, at least 1
     * @param minimalGain a gain is more than this above the best, 0 or more
     * @return the listener
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static EarlyStop whenNoHigher(String metric, int patience, double minimalGain) {
        return new EarlyStop(metric, true, patience, minimalGain);
    }

    /**
     * For a metric such as a distance.
     *
     * @param metric its name in the evaluations
     * @param patience evaluations without a gain until the run is stopped, at least 1
     * @param minimalGain a gain is more than this below the best, 0 or more
     * @return the listener
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static EarlyStop whenNoLower(String metric, int patience, double minimalGain) {
        return new EarlyStop(metric, false, patience, minimalGain);
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl runControl) {
        control = runControl;
    }

    @Override
    public void evaluation(RunEvent.Evaluation evaluation) {
        seenMetrics.addAll(evaluation.metrics().keySet());
        Double value = evaluation.metrics().get(metric);
        if (value == null) {
            return;
        }
        double gain = higherIsBetter ? value - best : best - value;
        if (Double.isFinite(value) && (Double.isNaN(best) || gain > minimalGain)) {
            best = value;
            bestStep = evaluation.step();
            evaluationsSinceBest = 0;
            return;
        }
        evaluationsSinceBest++;
        if (evaluationsSinceBest >= patience) {
            control.stop(
                    "%s is %s at step %d and was no better than %s (step %d) in %d evaluations"
                            .formatted(
                                    metric,
                                    value,
                                    evaluation.step(),
                                    best,
                                    bestStep,
                                    evaluationsSinceBest));
        }
    }

    @Override
    public void end(RunEvent.End end) {
        if (Double.isNaN(best)) {
            LOGGER.warn(
                    "Early stop had nothing to watch: expected the metric '{}', found {}",
                    metric,
                    seenMetrics);
        }
    }

    @Override
    public JsonNode state() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        if (!Double.isNaN(best)) {
            state.put("metric", metric).put("best", best).put("bestStep", bestStep);
        }
        return state.put("evaluationsSinceBest", evaluationsSinceBest);
    }

    @Override
    public void restore(JsonNode state) {
        // Of another metric when the listener was changed in between: then it begins anew.
        if (metric.equals(state.path("metric").asText())) {
            best = state.path("best").asDouble();
            bestStep = state.path("bestStep").asLong();
            evaluationsSinceBest = state.path("evaluationsSinceBest").asInt();
        }
    }
}
