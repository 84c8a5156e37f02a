package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/**
 * DPM-Solver++, multistep, with data prediction (Lu et al. 2022, "DPM-Solver++", algorithm 2): the
 * estimates of x0 of the last steps, as a polynomial of the log-SNR, make the next one, so that ten
 * evaluations of the denoiser do the work of many DDIM steps. One evaluation a step.
 *
 * <p>The first steps have a lower order for lack of a past, and the last one, to time 0 where the
 * log-SNR is infinite, is of the first order (DDIM's).
 *
 * @param order 2 (2M, the default) or 3 (3M)
 * @param steps the number of steps, and of evaluations, 1..T; default 10
 * @param spacing which times; default {@link TimestepSpacing#LOG_SNR}
 * @param thresholding of the estimates of x0; default {@link Thresholding#DYNAMIC}
 * @param stochastic whether noise is added in each step but the last (SDE-DPM-Solver++ 2M, appendix
 *     B.3 of the paper), for order 2 alone; default false
 */
public record DpmSolver(
        @JsonProperty(required = true) int order,
        @JsonProperty(required = true) int steps,
        @JsonProperty(required = true) TimestepSpacing spacing,
        @JsonProperty(required = true) Thresholding thresholding,
        @JsonProperty(required = true) boolean stochastic)
        implements Sampler {

    /** Checks the ranges. */
    public DpmSolver {
        requireOrder(order);
        TimestepSpacing.requireSteps(steps);
        Objects.requireNonNull(spacing, "spacing");
        Objects.requireNonNull(thresholding, "thresholding");
        if (stochastic && order != 2) {
            throw new IllegalArgumentException(
                    "stochastic: expected with order 2 alone, found order " + order);
        }
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
        StepNoise stepNoise = new StepNoise(noise);
        X0History history = new X0History(memory, order);
        NoiseSchedule schedule = process.schedule();
        return (x, from, to, denoiser) -> {
            NDArray x0 = thresholding.estimate(process, x, from, denoiser);
            history.add(schedule.logSnr(from) / 2, x0);
            LogSnrStep step = LogSnrStep.of(schedule, from, to);
            List<X0History.Entry> known =
                    step.isFirstOrderOnly() ? List.of() : history.newestFirst(x.getManager());
            NDArray mean = stochastic ? noisy(step, x, x0, known) : exact(step, x, x0, known);
            double sigma = stochastic ? step.sigma() * Math.sqrt(-Math.expm1(-2 * step.h())) : 0;
            return new Trajectory.Step(stepNoise.add(mean, sigma), x0);
        };
    }

    /** The probability-flow ODE, eq. 9 and appendix B. */
    private static NDArray exact(
            LogSnrStep step, NDArray x, NDArray x0, List<X0History.Entry> known) {
        NDArray first = step.firstOrder(x, x0);
        if (known.size() < 2) {
            return first;
        }
        double h = step.h();
        double phi1 = Math.expm1(-h);
        NDArray slope = slope(known, 0).mul(h);
        if (known.size() == 2) {
            return first.add(slope.mul(-step.signal() * phi1 / 2));
        }
        // The parabola through three estimates, with divided differences of unequal steps. The
        // integral of its bend takes 2 phi3.
        double r0 = (known.get(0).lambda() - known.get(1).lambda()) / h;
        double r1 = (known.get(1).lambda() - known.get(2).lambda()) / h;
        NDArray bend = slope.sub(slope(known, 1).mul(h)).div(r0 + r1);
        double phi2 = phi1 / h + 1;
        double phi3 = phi2 / h - 0.5;
        return first.add(slope.add(bend.mul(r0)).mul(step.signal() * phi2))
                .sub(bend.mul(2 * step.signal() * phi3));
    }

    /** The mean of the reverse-time SDE's step. */
    private static NDArray noisy(
            LogSnrStep step, NDArray x, NDArray x0, List<X0History.Entry> known) {
        double share = -Math.expm1(-2 * step.h());
        NDArray first = x.mul(step.ofX() * Math.exp(-step.h())).add(x0.mul(step.signal() * share));
        return known.size() < 2
                ? first
                : first.add(slope(known, 0).mul(step.signal() * share * step.h() / 2));
    }

    /** The change of x0 with lambda between two estimates. */
    private static NDArray slope(List<X0History.Entry> known, int newer) {
        X0History.Entry at = known.get(newer);
        X0History.Entry before = known.get(newer + 1);
        return at.x0().sub(before.x0()).div(at.lambda() - before.lambda());
    }

    private static void requireOrder(int order) {
        if (order != 2 && order != 3) {
            throw new IllegalArgumentException(
                    "order: expected 2 or 3, found %d; DdimSampler is the one of order 1"
                            .formatted(order));
        }
    }

    /** Collects the settings of a {@link DpmSolver}. */
    public static final class Builder extends SolverOptions<Builder> {

        private int order = 2;
        private boolean stochastic;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the order.
         *
         * @param order 2 or 3; default 2
         * @return this
         * @throws IllegalArgumentException if it is another
         */
        public Builder order(int order) {
            requireOrder(order);
            this.order = order;
            return this;
        }

        /**
         * Sets whether noise is added in each step.
         *
         * @param stochastic default false
         * @return this
         */
        public Builder stochastic(boolean stochastic) {
            this.stochastic = stochastic;
            return this;
        }

        /**
         * Makes the sampler.
         *
         * @return an immutable sampler
         * @throws IllegalArgumentException if it is stochastic and not of order 2
         */
        public DpmSolver build() {
            return new DpmSolver(order, steps, spacing, thresholding, stochastic);
        }
    }
}
