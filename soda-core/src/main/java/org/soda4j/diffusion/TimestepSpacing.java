package org.soda4j.diffusion;

import java.util.function.IntToDoubleFunction;

/**
 * Which of the schedule's times a sampler of few steps visits. Denoisers know the whole times 1..T
 * of their training only, so that every spacing takes the nearest of them, none twice.
 *
 * <p>Log-SNR here is log(alphaBar / (1 - alphaBar)), and sigma = sqrt((1 - alphaBar) / alphaBar).
 */
public enum TimestepSpacing {
    /**
     * DDIM's: 1, 1 + T/steps, 1 + 2 (T/steps), ... up to T, in integer division. Never begins at T
     * unless steps is T, and has more than {@code steps} times where steps does not divide T: T =
     * 1000 and 300 steps give 334. A single step would begin at time 1.
     */
    UNIFORM {
        @Override
        long[] visited(NoiseSchedule schedule, int steps) {
            int total = schedule.steps();
            int stride = total / steps;
            int count = (total + stride - 1) / stride;
            long[] times = new long[count];
            for (int i = 0; i < count; i++) {
                times[i] = 1 + (long) (count - 1 - i) * stride;
            }
            return times;
        }
    },
    /** T, T - T/steps, T - 2 T/steps, ..., rounded (Lin et al. 2024, table 2). */
    TRAILING {
        @Override
        long[] visited(NoiseSchedule schedule, int steps) {
            double total = schedule.steps();
            return distinct(steps, schedule.steps(), i -> Math.round(total - i * total / steps));
        }
    },
    /**
     * Equal steps of the log-SNR from T to 1 (DPM-Solver, Lu et al. 2022, section 3.3); the last of
     * them goes on to time 0.
     */
    LOG_SNR {
        @Override
        long[] visited(NoiseSchedule schedule, int steps) {
            return evenly(schedule, schedule.steps(), steps);
        }
    },
    /**
     * {@link #LOG_SNR} from 0.99 T instead of T, unless more steps are asked for than there are
     * times below. Where a schedule ends at next to no signal, as the inverted one does, its
     * log-SNR falls without bound in the last hundredth: half of ten steps would be spent there, at
     * times when a denoiser that predicts noise knows next to nothing of the image. (DPM-Solver
     * begins the cosine schedule at 0.9946 T.)
     */
    TRUNCATED_LOG_SNR {
        @Override
        long[] visited(NoiseSchedule schedule, int steps) {
            long total = schedule.steps();
            return evenly(schedule, Math.max(steps, total - total / 100), steps);
        }
    },
    /**
     * Equal steps of sigma^(1/7) from T to 1, then 0 (EDM, Karras et al. 2022, eq. 5 with rho = 7).
     */
    EDM {
        @Override
        long[] visited(NoiseSchedule schedule, int steps) {
            double first = Math.exp(-schedule.logSnr(schedule.steps()) / 2 / RHO);
            double last = Math.exp(-schedule.logSnr(1) / 2 / RHO);
            int gaps = Math.max(1, steps - 1);
            return distinct(
                    steps,
                    schedule.steps(),
                    i -> nearest(schedule, -2 * RHO * Math.log(first + i * (last - first) / gaps)));
        }
    };

    private static final double RHO = 7;

    /**
     * The times to visit.
     *
     * @param schedule the schedule of training
     * @param steps how many, 1..T
     * @return descending, 0 last; {@code steps + 1} entries, for {@link #UNIFORM} at times more
     * @throws IllegalArgumentException if steps is less than 1 or above T
     */
    public long[] times(NoiseSchedule schedule, int steps) {
        requireSteps(steps);
        if (steps > schedule.steps()) {
            throw new IllegalArgumentException(
                    "expected at most the schedule's %d steps, found %d"
                            .formatted(schedule.steps(), steps));
        }
        long[] visited = visited(schedule, steps);
        long[] times = new long[visited.length + 1];
        System.arraycopy(visited, 0, times, 0, visited.length);
        return times;
    }

    abstract long[] visited(NoiseSchedule schedule, int steps);

    static void requireSteps(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps: expected at least 1, found " + steps);
        }
    }

    /** Each below the one before, with room for those to come. */
    private static long[] distinct(int steps, long total, IntToDoubleFunction wanted) {
        long[] times = new long[steps];
        long highest = total;
        for (int i = 0; i < steps; i++) {
            long lowest = steps - i;
            times[i] = Math.max(lowest, Math.min(highest, (long) wanted.applyAsDouble(i)));
            highest = times[i] - 1;
        }
        return times;
    }

    /** Equal steps of the log-SNR from a time to 1; the last of them goes on to time 0. */
    private static long[] evenly(NoiseSchedule schedule, long from, int steps) {
        double first = schedule.logSnr(from);
        double last = schedule.logSnr(1);
        return distinct(steps, from, i -> nearest(schedule, first + i * (last - first) / steps));
    }

    /** The time whose log-SNR is nearest; log-SNR never rises with time. */
    private static long nearest(NoiseSchedule schedule, double logSnr) {
        long low = 1;
        long high = schedule.steps();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (schedule.logSnr(middle) <= logSnr) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        boolean before =
                low > 1
                        && Math.abs(schedule.logSnr(low - 1) - logSnr)
                                < Math.abs(schedule.logSnr(low) - logSnr);
        return before ? low - 1 : low;
    }
}
