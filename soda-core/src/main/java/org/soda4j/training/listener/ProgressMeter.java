package org.soda4j.training.listener;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.soda4j.engine.Internal;

/** Speed, smoothed loss and time left, of the steps of this process. */
@Internal
public final class ProgressMeter {

    /** Weight of the past in both moving averages: they look back about 50 steps. */
    private static final double DECAY = 0.98;

    private final InstantSource clock;
    private final Instant begin;
    private Instant stepStart;
    private long steps;
    private double lossAverage;
    private double secondsAverage;
    private double imagesAverage;

    /**
     * @param clock that steps are timed with
     */
    public ProgressMeter(InstantSource clock) {
        this.clock = clock;
        begin = clock.instant();
        stepStart = begin;
    }

    /** A step begins, with the wait for its data; what lies between steps is no training time. */
    public void startStep() {
        stepStart = clock.instant();
    }

    /** The work of a step ends. */
    public void finishStep(long images, double loss) {
        double seconds = Duration.between(stepStart, clock.instant()).toNanos() * 1e-9;
        steps++;
        lossAverage = DECAY * lossAverage + (1 - DECAY) * loss;
        secondsAverage = DECAY * secondsAverage + (1 - DECAY) * seconds;
        imagesAverage = DECAY * imagesAverage + (1 - DECAY) * images;
    }

    /**
     * Moving average of the loss, with Adam's correction for the start from 0; NaN before a step.
     */
    public double smoothedLoss() {
        return lossAverage / correction();
    }

    /** Images a second; NaN before a step. */
    public double imagesPerSecond() {
        return imagesAverage / secondsAverage;
    }

    /** The time since this was made. */
    public Duration elapsed() {
        return Duration.between(begin, clock.instant());
    }

    /** The time that so many more steps take at the present speed; zero before a step. */
    public Duration remaining(long stepsLeft) {
        if (steps == 0) {
            return Duration.ZERO;
        }
        return Duration.ofMillis(Math.round(stepsLeft * secondsAverage / correction() * 1000));
    }

    private double correction() {
        return 1 - Math.pow(DECAY, steps);
    }
}
