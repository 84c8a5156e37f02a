package org.soda4j.examples.benchmark;

import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Lets a clock time the steps of a training, and ends it when they are timed. */
public final class ClockListener implements RunListener {

    private final StepClock clock;
    private RunControl control;
    private boolean timed;

    /** The training has to be at least {@link StepClock#most} steps long. */
    public ClockListener(StepClock clock) {
        this.clock = clock;
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
        this.control = control;
    }

    @Override
    public void step(RunEvent.Step step) {
        if (!clock.end()) {
            timed = true;
            control.stop("the steps are timed");
        }
    }

    /** Whether all steps are timed; not so where somebody else ended the training. */
    public boolean timed() {
        return timed;
    }
}
