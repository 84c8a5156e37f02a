package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * Denoising diffusion implicit models (Song et al. 2021, eq. 12 and 16): few steps, deterministic
 * unless eta is above 0.
 *
 * <p>In the default spacing, the published one, there are more than {@code steps} steps where that
 * number does not divide T.
 *
 * @param steps the wanted number of steps, 1..T; default 100, the published value
 * @param eta the share of DDPM's noise that is added, from 0 (deterministic, the default) to 1
 * @param clip whether the estimate of x0 is clipped to [-1, 1] in each step; default true
 * @param spacing which times; default {@link TimestepSpacing#UNIFORM}, also where JSON has none
 */
public record DdimSampler(
        @JsonProperty(required = true) int steps,
        @JsonProperty(required = true) double eta,
        @JsonProperty(required = true) boolean clip,
        TimestepSpacing spacing)
        implements Sampler {

    /** Checks the ranges. */
    public DdimSampler {
        TimestepSpacing.requireSteps(steps);
        requireEta(eta);
        spacing = spacing == null ? TimestepSpacing.UNIFORM : spacing;
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public long[] times(NoiseSchedule schedule) {
        return spacing.times(schedule, steps);
    }

    @Override
    public Trajectory trajectory(DiffusionProcess process, NoiseSource noise, NDManager memory) {
        return new OneEvaluation(process, noise, clip, this::update);
    }

    private OneEvaluation.Result update(
            NoiseSchedule schedule, NDArray x, NDArray x0, NDArray epsilon, long from, long to) {
        double a = schedule.alphaBar(from);
        double next = schedule.alphaBar(to);
        double sigma = eta * Math.sqrt((1 - a / next) * (1 - next) / (1 - a));
        // At eta = 1 and to = 0 rounding could make this negative.
        double direction = Math.sqrt(Math.max(0, 1 - next - sigma * sigma));
        return new OneEvaluation.Result(x0.mul(Math.sqrt(next)).add(epsilon.mul(direction)), sigma);
    }

    private static void requireEta(double eta) {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta: expected 0 to 1, found " + eta);
        }
    }

    /** Collects the settings of a {@link DdimSampler}. */
    public static final class Builder {

        private int steps = 100;
        private double eta;
        private boolean clip = true;
        private TimestepSpacing spacing = TimestepSpacing.UNIFORM;

        private Builder() {}

        /**
         * Sets the wanted number of steps.
         *
         * @param steps at least 1; default 100
         * @return this
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder steps(int steps) {
            TimestepSpacing.requireSteps(steps);
            this.steps = steps;
            return this;
        }

        /**
         * Sets the share of DDPM's noise.
         *
         * @param eta 0 to 1; default 0, deterministic
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder eta(double eta) {
            requireEta(eta);
            this.eta = eta;
            return this;
        }

        /**
         * Sets whether the estimate of x0 is clipped.
         *
         * @param clip default true
         * @return this
         */
        public Builder clip(boolean clip) {
            this.clip = clip;
            return this;
        }

        /**
         * Sets which times are visited.
         *
         * @param spacing default {@link TimestepSpacing#UNIFORM}
         * @return this
         */
        public Builder spacing(TimestepSpacing spacing) {
            this.spacing = Objects.requireNonNull(spacing, "spacing");
            return this;
        }

        /**
         * Makes the sampler.
         *
         * @return an immutable sampler
         */
        public DdimSampler build() {
            return new DdimSampler(steps, eta, clip, spacing);
        }
    }
}
