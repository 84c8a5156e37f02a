package org.soda4j.examples.training;

import ai.djl.Device;
import java.time.Duration;
import org.soda4j.Soda;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.training.RunConfig;

/** How many steps fit into a time, on the machine at hand. */
public final class MinutesPlan {

    private static final double TIMED_SECONDS = 4;

    private MinutesPlan() {}

    /**
     * Times some steps on noise.
     *
     * @param left what is left of the time, loading, probes and report included
     * @return at least 1
     */
    public static long steps(RunConfig config, Device device, Duration left) {
        long begin = System.nanoTime();
        Duration step;
        try (Soda soda = Soda.builder().config(config.model()).device(device).build()) {
            step =
                    StepTime.measure(
                            soda,
                            config.training(),
                            config.training().batchSize(),
                            StepClock.ofSeconds(TIMED_SECONDS));
        }
        Duration rest = left.minusNanos(System.nanoTime() - begin);
        return Math.max(1, TimeBudget.forSteps(rest, left).toNanos() / step.toNanos());
    }
}
