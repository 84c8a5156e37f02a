package org.soda4j.examples.training;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/**
 * Keeps a training within a time: where the machine has become slower or faster than the plan
 * supposed, it stops the training and says how many steps fit now, to go on with.
 */
final class TimeBudget implements RunListener {

    /** Of the whole time. */
    private static final double BETWEEN_LOOKS = 0.08;

    private static final double MOST_OFF = 0.08;

    private final Instant start;
    private final Duration time;
    private final InstantSource clock;

    private RunControl control;
    private Instant looked;
    private long stepThen;
    private Instant epochEnd;
    private Duration probed = Duration.ZERO;
    private Duration probedSinceLook = Duration.ZERO;
    private Duration trained = Duration.ZERO;
    private OptionalLong fitting = OptionalLong.empty();

    /**
     * @param start of the command
     * @param time that the command may take
     */
    TimeBudget(Instant start, Duration time, InstantSource clock) {
        this.start = start;
        this.time = time;
        this.clock = clock;
    }

    /**
     * What a training may take of what is left of a command's time: loading, the probes and the
     * report at the end take a seventh, or more than a minute.
     *
     * @param left of the time
     * @param time the whole
     */
    static Duration forSteps(Duration left, Duration time) {
        long end = Math.max(time.dividedBy(7).toNanos(), Duration.ofSeconds(75).toNanos());
        return Duration.ofNanos(Math.max(left.toNanos() / 4, left.toNanos() - end));
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl itsControl) {
        control = itsControl;
        fitting = OptionalLong.empty();
        looked = clock.instant();
        epochEnd = looked;
        stepThen = begin.step();
        probedSinceLook = Duration.ZERO;
    }

    @Override
    public void epoch(RunEvent.Epoch epoch) {
        epochEnd = clock.instant();
    }

    /** Probes on the way have a pace of their own: what they took since the epoch ended. */
    @Override
    public void evaluation(RunEvent.Evaluation evaluation) {
        probedSinceLook = probedSinceLook.plus(Duration.between(epochEnd, clock.instant()));
    }

    @Override
    public void step(RunEvent.Step step) {
        Instant now = clock.instant();
        Duration since = Duration.between(looked, now);
        if (since.toNanos() < BETWEEN_LOOKS * time.toNanos() || step.step() == step.totalSteps()) {
            return;
        }
        Duration training = since.minus(probedSinceLook);
        trained = trained.plus(training);
        probed = probed.plus(probedSinceLook);
        probedSinceLook = Duration.ZERO;
        double withProbes = 1 + (double) probed.toNanos() / trained.toNanos();
        double nanos = withProbes * training.toNanos() / (step.step() - stepThen);
        looked = now;
        stepThen = step.step();
        Duration left = time.minus(Duration.between(start, now));
        double remaining = left.isNegative() ? 0 : forSteps(left, time).toNanos();
        double off = (step.totalSteps() - step.step()) * nanos - remaining;
        if (Math.abs(off) > MOST_OFF * time.toNanos()) {
            fitting = OptionalLong.of(step.step() + Math.max(1, (long) (remaining / nanos)));
            control.stop("the time is enough for %d steps".formatted(fitting.getAsLong()));
        }
    }

    /** How many steps the training is to have from now on; empty if it may end as it is. */
    OptionalLong steps() {
        return fitting;
    }
}
