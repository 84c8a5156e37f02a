package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * Ancestral sampling (DDPM, Ho et al. 2020, algorithm 2 and eq. 7): all T steps of the schedule,
 * fresh noise in each but the last.
 *
 * @param variance the variance of that noise; default {@link Variance#POSTERIOR}
 * @param clip whether the estimate of x0 is clipped to [-1, 1] in each step; default true
 */
public record DdpmSampler(
        @JsonProperty(required = true) Variance variance,
        @JsonProperty(required = true) boolean clip)
        implements Sampler {

    /** The two choices of DDPM, section 3.2. */
    public enum Variance {
        /**
         * beta-tilde = beta (1 - alphaBar(t - 1)) / (1 - alphaBar(t)): right for a single point.
         */
        POSTERIOR,
        /** beta: right for standard normal data. */
        BETA
    }

    /** Checks that nothing is missing. */
    public DdpmSampler {
        Objects.requireNonNull(variance, "variance");
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
        long[] times = new long[schedule.steps() + 1];
        for (int i = 0; i < times.length; i++) {
            times[i] = schedule.steps() - i;
        }
        return times;
    }

    @Override
    public Trajectory trajectory(DiffusionProcess process, NoiseSource noise, NDManager memory) {
        return new OneEvaluation(process, noise, clip, this::update);
    }

    private OneEvaluation.Result update(
            NoiseSchedule schedule, NDArray x, NDArray x0, NDArray epsilon, long from, long to) {
        double beta = schedule.beta(from);
        double a = schedule.alphaBar(from);
        double before = schedule.alphaBar(to);
        double ofX0 = Math.sqrt(before) * beta / (1 - a);
        double ofX = Math.sqrt(1 - beta) * (1 - before) / (1 - a);
        double posterior = beta * (1 - before) / (1 - a);
        double sigma = to == 0 ? 0 : Math.sqrt(variance == Variance.POSTERIOR ? posterior : beta);
        return new OneEvaluation.Result(x0.mul(ofX0).add(x.mul(ofX)), sigma);
    }

    /** Collects the settings of a {@link DdpmSampler}. */
    public static final class Builder {

        private Variance variance = Variance.POSTERIOR;
        private boolean clip = true;

        private Builder() {}

        /**
         * Sets the variance of the noise.
         *
         * @param variance default {@link Variance#POSTERIOR}
         * @return this
         */
        public Builder variance(Variance variance) {
            this.variance = Objects.requireNonNull(variance, "variance");
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
         * Makes the sampler.
         *
         * @return an immutable sampler
         */
        public DdpmSampler build() {
            return new DdpmSampler(variance, clip);
        }
    }
}
