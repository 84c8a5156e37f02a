package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/**
 * UniPC-2 with data prediction and B2 (Zhao et al. 2023, "UniPC", algorithm 1): the step of {@link
 * DpmSolver} of order 2, corrected once the next evaluation is there, which costs no further one.
 *
 * @param steps the number of steps, and of evaluations, 1..T; default 10
 * @param spacing which times; default {@link TimestepSpacing#LOG_SNR}
 * @param thresholding of the estimates of x0; default {@link Thresholding#DYNAMIC}
 */
public record UniPc(
        @JsonProperty(required = true) int steps,
        @JsonProperty(required = true) TimestepSpacing spacing,
        @JsonProperty(required = true) Thresholding thresholding)
        implements Sampler {

    /** Checks the ranges. */
    public UniPc {
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
        return new PredictorCorrector(
                Objects.requireNonNull(process, "process"), thresholding, memory);
    }

    private static final class PredictorCorrector implements Trajectory {

        private final DiffusionProcess process;
        private final Thresholding thresholding;
        private final NDManager memory;
        private final X0History history;
        private NDArray before;
        private long beforeTime;

        PredictorCorrector(DiffusionProcess process, Thresholding thresholding, NDManager memory) {
            this.process = process;
            this.thresholding = thresholding;
            this.memory = memory;
            history = new X0History(memory, 2);
        }

        @Override
        public Step step(NDArray x, long from, long to, DenoiserFunction denoiser) {
            NoiseSchedule schedule = process.schedule();
            NDArray x0 = thresholding.estimate(process, x, from, denoiser);
            NDArray corrected = before == null ? x : corrected(x, x0, from);
            history.add(schedule.logSnr(from) / 2, x0);
            remember(corrected, from);
            return new Step(predicted(LogSnrStep.of(schedule, from, to), corrected, x0), x0);
        }

        private NDArray predicted(LogSnrStep step, NDArray x, NDArray x0) {
            NDArray first = step.firstOrder(x, x0);
            List<X0History.Entry> known = history.newestFirst(x.getManager());
            if (step.isFirstOrderOnly() || known.size() < 2) {
                return first;
            }
            return first.sub(change(step, known).mul(step.signal() * Math.expm1(-step.h()) / 2));
        }

        /** The step that led to x once more, with the estimate at its end (eq. 3). */
        private NDArray corrected(NDArray x, NDArray x0, long from) {
            LogSnrStep step = LogSnrStep.of(process.schedule(), beforeTime, from);
            double h = step.h();
            if (h == 0) {
                return x;
            }
            List<X0History.Entry> known = history.newestFirst(x.getManager());
            NDArray last = known.get(0).x0();
            double b = Math.expm1(-h);
            NDArray terms = x0.sub(last);
            if (known.size() < 2) {
                terms = terms.mul(0.5);
            } else {
                double r = (known.get(1).lambda() - known.get(0).lambda()) / h;
                // R rho = phi, eq. 4, of two unknowns.
                double phi1 = b / -h - 1;
                double phi2 = phi1 / -h - 0.5;
                double older = (phi1 - 2 * phi2) / b / (1 - r);
                double newest = phi1 / b - older;
                terms = terms.mul(newest).add(change(step, known).mul(older));
            }
            NDArray begin = before.duplicate();
            begin.attach(x.getManager());
            return step.firstOrder(begin, last).sub(terms.mul(step.signal() * b));
        }

        /** By how much x0 would change in the step if it went on as between the last two. */
        private static NDArray change(LogSnrStep step, List<X0History.Entry> known) {
            X0History.Entry at = known.get(0);
            X0History.Entry older = known.get(1);
            return at.x0().sub(older.x0()).mul(step.h() / (at.lambda() - older.lambda()));
        }

        private void remember(NDArray x, long time) {
            NDArray copy = x.duplicate();
            copy.attach(memory);
            if (before != null) {
                before.close();
            }
            before = copy;
            beforeTime = time;
        }
    }

    /** Collects the settings of a {@link UniPc}. */
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
        public UniPc build() {
            return new UniPc(steps, spacing, thresholding);
        }
    }
}
