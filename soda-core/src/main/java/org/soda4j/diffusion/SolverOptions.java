package org.soda4j.diffusion;

import java.util.Objects;

/**
 * What the builders of the samplers of few steps share.
 *
 * @param <T> the builder itself
 */
abstract sealed class SolverOptions<T extends SolverOptions<T>>
        permits DpmSolver.Builder, HeunSampler.Builder, UniPc.Builder {

    int steps = 10;
    TimestepSpacing spacing = TimestepSpacing.LOG_SNR;
    Thresholding thresholding = Thresholding.DYNAMIC;

    abstract T self();

    /**
     * Sets the number of steps.
     *
     * @param steps at least 1; default 10
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public T steps(int steps) {
        TimestepSpacing.requireSteps(steps);
        this.steps = steps;
        return self();
    }

    /**
     * Sets which times are visited.
     *
     * @param spacing default {@link TimestepSpacing#LOG_SNR}
     * @return this
     */
    public T spacing(TimestepSpacing spacing) {
        this.spacing = Objects.requireNonNull(spacing, "spacing");
        return self();
    }

    /**
     * Sets what keeps the estimates of x0 in range.
     *
     * @param thresholding default {@link Thresholding#DYNAMIC}
     * @return this
     */
    public T thresholding(Thresholding thresholding) {
        this.thresholding = Objects.requireNonNull(thresholding, "thresholding");
        return self();
    }
}
