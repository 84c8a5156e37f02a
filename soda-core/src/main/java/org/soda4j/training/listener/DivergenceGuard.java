package org.soda4j.training.listener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Stops a run whose loss has left its course: over {@code factor} times its moving median for
 * {@code patienceSteps} steps in a row. The median is over the last {@code windowSteps} steps that
 * were on course; nothing is judged before half of them are there. A loss that is not finite counts
 * as off course (the trainer itself stops at it before the optimizer step).
 */
public final class DivergenceGuard implements RunListener {

    private final double factor;
    private final int windowSteps;
    private final int patienceSteps;
    private final Deque<Double> window = new ArrayDeque<>();
    private int stepsOffCourse;
    private RunControl control;

    /** Five times the median of 200 steps, for 20 steps. */
    public DivergenceGuard() {
        this(5, 200, 20);
    }

    /**
     * Creates a guard.
     *
     * @param factor how many times the median is off course, above 1
     * @param windowSteps steps of the median, at least 2
     * @param patienceSteps steps off course in a row until the run is stopped, at least 1
     * @throws IllegalArgumentException if one is out of its range
     */
    public DivergenceGuard(double factor, int windowSteps, int patienceSteps) {
        if (!(factor > 1)) {
            throw new IllegalArgumentException("factor: expected above 1, found " + factor);
        }
        if (windowSteps < 2) {
            throw new IllegalArgumentException(
                    "windowSteps: expected 2 or more, found " + windowSteps);
        }
        if (patienceSteps < 1) {
            throw new IllegalArgumentException(
                    "patienceSteps: expected 1 or more, found " + patienceSteps);
        }
        this.factor = factor;
        this.windowSteps = windowSteps;
        this.patienceSteps = patienceSteps;
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl runControl) {
        control = runControl;
    }

    @Override
    public void step(RunEvent.Step step) {
        boolean judged = 2 * window.size() >= windowSteps;
        double median = median();
        // Negated, so that NaN is off course.
        if (judged ? !(step.loss() <= factor * median) : !Double.isFinite(step.loss())) {
            stepsOffCourse++;
            if (stepsOffCourse >= patienceSteps) {
                control.stop(
                        "the loss diverged: %s at step %d, over %s times its median %s for %d steps"
                                .formatted(
                                        step.loss(), step.step(), factor, median, stepsOffCourse));
            }
            return;
        }
        stepsOffCourse = 0;
        window.addLast(step.loss());
        if (window.size() > windowSteps) {
            window.removeFirst();
        }
    }

    @Override
    public JsonNode state() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("stepsOffCourse", stepsOffCourse);
        ArrayNode losses = state.putArray("losses");
        window.forEach(losses::add);
        return state;
    }

    @Override
    public void restore(JsonNode state) {
        stepsOffCourse = state.path("stepsOffCourse").asInt();
        window.clear();
        state.path("losses").forEach(loss -> window.addLast(loss.asDouble()));
    }

    private double median() {
        if (window.isEmpty()) {
            return Double.NaN;
        }
        double[] sorted = window.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
