package org.soda4j.eval.report;

import java.util.Arrays;

/** Points of one curve, in the order of their steps; what is not finite is left out. */
final class Curve {

    private double[] steps;
    private double[] values;
    private int size;

    Curve() {
        this(new double[16], new double[16], 0);
    }

    private Curve(double[] steps, double[] values, int size) {
        this.steps = steps;
        this.values = values;
        this.size = size;
    }

    void add(double step, double value) {
        // What a run writes are numbers of single precision.
        if (!(Math.abs(step) <= Float.MAX_VALUE) || !(Math.abs(value) <= Float.MAX_VALUE)) {
            return;
        }
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, 2 * size + 1);
            values = Arrays.copyOf(values, 2 * size + 1);
        }
        steps[size] = step;
        values[size++] = value;
    }

    /** Forgets what comes after a step, because it is done again. */
    void cutAfter(double step) {
        while (size > 0 && steps[size - 1] > step) {
            size--;
        }
    }

    Curve copy() {
        return new Curve(steps(), values(), size);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    double last() {
        return values[size - 1];
    }

    double[] steps() {
        return Arrays.copyOf(steps, size);
    }

    double[] values() {
        return Arrays.copyOf(values, size);
    }

    boolean isPositive() {
        return Arrays.stream(values, 0, size).allMatch(value -> value > 0);
    }

    /** The mean of so many points up to each, of fewer at the beginning. */
    Curve smoothed(int window) {
        double[] means = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += values[i] - (i >= window ? values[i - window] : 0);
            means[i] = sum / Math.min(i + 1, window);
        }
        return new Curve(steps(), means, size);
    }
}
