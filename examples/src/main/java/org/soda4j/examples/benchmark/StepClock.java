package org.soda4j.examples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times steps of a model: a number of them after one that is not timed, or those of some seconds
 * after half as many, in which Java compiles and memory grows. The first steps of a small model
 * take half as long again as later ones.
 */
public final class StepClock {

    /** However long they take. */
    private static final int FEWEST = 5;

    private final int steps;
    private final double seconds;
    private final LongSupplier nanos;
    private final List<Double> times = new ArrayList<>();
    private final long start;
    private long last;
    private long measuredFrom;
    private boolean warm;

    private StepClock(int steps, double seconds, LongSupplier nanos) {
        this.steps = steps;
        this.seconds = seconds;
        this.nanos = nanos;
        start = nanos.getAsLong();
        last = start;
    }

    /**
     * Times a number of steps.
     *
     * @param steps after one that is not timed
     */
    public static StepClock ofSteps(int steps) {
        return new StepClock(steps, 0, System::nanoTime);
    }

    /**
     * Times steps for a while.
     *
     * @param seconds of steps that are timed, five of them at least, after half as long
     */
    public static StepClock ofSeconds(double seconds) {
        return ofSeconds(seconds, System::nanoTime);
    }

    static StepClock ofSeconds(double seconds, LongSupplier nanos) {
        return new StepClock(0, seconds, nanos);
    }

    /** How many steps there are at most, the first included; the greatest number for a time. */
    public long most() {
        return steps == 0 ? Integer.MAX_VALUE : steps + 1L;
    }

    /** A step begins, and what came before belongs to none. */
    void begin() {
        last = nanos.getAsLong();
    }

    /** A step has ended; returns whether another one is to be made. */
    public boolean end() {
        long now = nanos.getAsLong();
        if (warm) {
            times.add((now - last) * 1e-9);
        } else if (steps > 0 || (now - start) * 1e-9 >= seconds / 2) {
            warm = true;
            measuredFrom = now;
        }
        last = now;
        return steps > 0
                ? times.size() < steps
                : times.size() < FEWEST || (now - measuredFrom) * 1e-9 < seconds;
    }

    /** Seconds of the steps that were timed, the shortest first. */
    public List<Double> times() {
        return times.stream().sorted().toList();
    }
}
