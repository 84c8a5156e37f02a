package org.soda4j.training.optimizer;

import org.soda4j.Precision;
import org.soda4j.engine.Internal;

/**
 * Dynamic loss scaling for float16 (Micikevicius et al. 2018, section 3.2), with the constants of
 * PyTorch's {@code GradScaler}. The loss is multiplied by a factor, so that small gradients do not
 * vanish in float16, and the gradients are divided by it before they are clipped. A step whose
 * gradients are not finite is skipped and halves the factor; 2,000 steps without doubles it.
 *
 * <p>Factors are powers of two, so that scaling costs no rounding. Other precisions have the range
 * of float32: their factor is 1, and no step is skipped.
 */
@Internal
public final class LossScale {

    static final double INITIAL = 65536;
    static final int GROW_AFTER_STEPS = 2000;

    /** From the initial factor this is down to 1/16, where scaling cannot be to blame. */
    public static final int MAX_SKIPPED_IN_ROW = 20;

    /**
     * What a checkpoint holds of it.
     *
     * @param factor of the next step
     * @param steadySteps steps since the factor changed
     * @param skippedInRow skipped steps since the last that was made
     * @param skippedSteps of the whole training
     */
    public record State(double factor, int steadySteps, int skippedInRow, long skippedSteps) {}

    private final boolean dynamic;
    private final int growAfterSteps;
    private State state;

    private LossScale(boolean dynamic, double factor, int growAfterSteps) {
        this.dynamic = dynamic;
        this.growAfterSteps = growAfterSteps;
        state = new State(factor, 0, 0, 0);
    }

    /** Dynamic for float16, otherwise 1. */
    public static LossScale of(Precision precision) {
        return precision == Precision.FP16
                ? dynamic(INITIAL, GROW_AFTER_STEPS)
                : new LossScale(false, 1, 0);
    }

    /** Starts from a factor, and doubles it after so many steps without a skipped one. */
    public static LossScale dynamic(double initial, int growAfterSteps) {
        return new LossScale(true, initial, growAfterSteps);
    }

    /** Whether steps may be skipped at all. */
    public boolean isDynamic() {
        return dynamic;
    }

    /** What the loss of the next step is multiplied by. */
    public double factor() {
        return state.factor();
    }

    /** Skipped steps of the whole training. */
    long skippedSteps() {
        return state.skippedSteps();
    }

    /** A step was made with finite gradients. */
    public void made() {
        if (!dynamic) {
            return;
        }
        int steady = state.steadySteps() + 1;
        double factor = state.factor();
        if (steady == growAfterSteps) {
            steady = 0;
            // As PyTorch: what float32 cannot hold is left.
            factor = 2 * factor > Float.MAX_VALUE ? factor : 2 * factor;
        }
        state = new State(factor, steady, 0, state.skippedSteps());
    }

    /**
     * A step's loss or gradients were not finite.
     *
     * @return whether to skip it and go on, with half the factor; false where that cannot help or
     *     has not, too many times in a row
     */
    public boolean skip() {
        if (!dynamic || state.skippedInRow() + 1 >= MAX_SKIPPED_IN_ROW) {
            return false;
        }
        state =
                new State(
                        state.factor() / 2, 0, state.skippedInRow() + 1, state.skippedSteps() + 1);
        return true;
    }

    /** What a checkpoint holds of it. */
    public State state() {
        return state;
    }

    /** Takes back what {@link #state} gave. */
    public void restore(State saved) {
        state = saved;
    }
}
