package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * EDM's deterministic sampler (Karras et al. 2022, algorithm 1): Heun's method of the second order
 * for x / sqrt(alphaBar) as a function of sigma = sqrt((1 - alphaBar) / alphaBar). Two evaluations
 * a step but for the last, which takes one.
 *
 * @param steps the number of steps, 1..T, of {@code 2 steps - 1} evaluations; default 10
 * @param spacing which times; default {@link TimestepSpacing#LOG_SNR}
 * @param thresholding of the estimates of x0; default {@link Thresholding#DYNAMIC}
 */
public record HeunSampler(
        @JsonProperty(required = true) int steps,
        @JsonProperty(required = true) TimestepSpacing spacing,
        @JsonProperty(required = true) Thresholding thresholding)
        implements Sampler {

    /** Checks the ranges. */
    public HeunSampler {
        TimestepSpacing.requireSteps(steps);
        Objects.requireNonNull(spacing, "spacing");
        Objects.requireNonNull(thresholding, "thresholding");
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
        Objects.requireNonNull(process, "process");
        NoiseSchedule schedule = process.schedule();
        return (x, from, to, denoiser) -> {
            double sigma = sigma(schedule, from);
            double next = sigma(schedule, to);
            double signal = Math.sqrt(schedule.alphaBar(to));
            NDArray y = x.div(Math.sqrt(schedule.alphaBar(from)));
            NDArray x0 = thresholding.estimate(process, x, from, denoiser);
            // Euler's step, y + (next - sigma) (y - x0) / sigma, which is DDIM's.
            NDArray guess = y.mul(next / sigma).add(x0.mul(1 - next / sigma));
            if (to > 0) {
                NDArray second = thresholding.estimate(process, guess.mul(signal), to, denoiser);
                NDArray slopes = y.sub(x0).div(sigma).add(guess.sub(second).div(next));
                guess = y.add(slopes.mul((next - sigma) / 2));
            }
            return new Trajectory.Step(guess.mul(signal), x0);
        };
    }

    private static double sigma(NoiseSchedule schedule, long t) {
        return Math.exp(-schedule.logSnr(t) / 2);
    }

    /** Collects the settings of a {@link HeunSampler}. */
    public static final class Builder extends SolverOptions<Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Makes the sampler.
         *
         * @return an immutable sampler
         */
        public HeunSampler build() {
            return new HeunSampler(steps, spacing, thresholding);
        }
    }
}
