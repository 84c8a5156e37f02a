package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The times themselves, counted by hand or held against their definition. */
class TimestepSpacingTest {

    @Test
    void uniformAndTrailingAreWhatTheLiteratureLists() {
        NoiseSchedule schedule = NoiseSchedule.linear(1000);
        assertThat(TimestepSpacing.UNIFORM.times(schedule, 5))
                .containsExactly(801, 601, 401, 201, 1, 0);
        assertThat(TimestepSpacing.TRAILING.times(schedule, 5))
                .containsExactly(1000, 800, 600, 400, 200, 0);
        assertThat(TimestepSpacing.TRAILING.times(schedule, 3)).containsExactly(1000, 667, 333, 0);
        assertThat(TimestepSpacing.TRAILING.times(schedule, 1)).containsExactly(1000, 0);
    }

    /** No time twice, however close together they are wanted; every one where all are asked for. */
    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void visitsNoTimeTwice(TimestepSpacing spacing) {
        for (NoiseSchedule schedule :
                List.of(
                        NoiseSchedule.linear(100),
                        NoiseSchedule.cosine(100),
                        NoiseSchedule.inverted(100),
                        NoiseSchedule.of(1, 0.5, 0.5, 0.5, 0.1))) {
            int total = schedule.steps();
            for (int steps = 1; steps <= total; steps++) {
                long[] times = spacing.times(schedule, steps);
                if (spacing != TimestepSpacing.UNIFORM) {
                    boolean truncated = spacing == TimestepSpacing.TRUNCATED_LOG_SNR;
                    long first = truncated ? Math.max(steps, total - total / 100) : total;
                    assertThat(times).hasSize(steps + 1).startsWith(first);
                }
                assertThat(times).endsWith(0);
                for (int i = 1; i < times.length; i++) {
                    assertThat(times[i]).isLessThan(times[i - 1]);
                }
            }
            assertThat(spacing.times(schedule, total)).hasSize(total + 1);
        }
    }

    @Test
    void logSnrTakesEqualSteps() {
        NoiseSchedule schedule = NoiseSchedule.linear(100_000, 1e-6, 2e-4);
        long[] times = TimestepSpacing.LOG_SNR.times(schedule, 8);
        double step = (schedule.logSnr(1) - schedule.logSnr(100_000)) / 8;
        requireEven(times, schedule::logSnr, step);
        // The ninth would be time 1; it is left out for time 0. The eighth is near t = 18, where
        // half a training step is 1/36.
        assertThat(schedule.logSnr(times[7]) + step).isEqualTo(schedule.logSnr(1), within(0.03));
    }

    /** A hundredth of training's times hold a third of the inverted schedule's log-SNR. */
    @Test
    void truncatedLogSnrSpendsNoStepsWhereNoSignalIs() {
        NoiseSchedule schedule = NoiseSchedule.inverted(1000);
        assertThat(TimestepSpacing.LOG_SNR.times(schedule, 10))
                .startsWith(1000, 999, 998, 997, 996, 995, 972);
        long[] times = TimestepSpacing.TRUNCATED_LOG_SNR.times(schedule, 10);
        assertThat(times).startsWith(990);
        requireEven(
                Arrays.copyOf(times, 8),
                schedule::logSnr,
                (schedule.logSnr(1) - schedule.logSnr(990)) / 10);
    }

    @Test
    void edmTakesEqualStepsOfTheSeventhRootOfSigma() {
        NoiseSchedule schedule = NoiseSchedule.linear(100_000, 1e-6, 2e-4);
        long[] times = TimestepSpacing.EDM.times(schedule, 8);
        assertThat(times[7]).isEqualTo(1);
        LongToDoubleFunction root = t -> Math.pow(1 / schedule.alphaBar(t) - 1, 0.5 / 7);
        requireEven(times, root, (root.applyAsDouble(1) - root.applyAsDouble(100_000)) / 7);
    }

    /** Up to half a training step, far below a sampling step of either. */
    private static void requireEven(long[] times, LongToDoubleFunction of, double step) {
        for (int i = 0; i + 2 < times.length; i++) {
            assertThat(of.applyAsDouble(times[i + 1]) - of.applyAsDouble(times[i]))
                    .isEqualTo(step, within(0.02 * Math.abs(step)));
        }
    }

    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void refusesMoreStepsThanTheScheduleHas(TimestepSpacing spacing) {
        assertThatThrownBy(() -> spacing.times(NoiseSchedule.linear(10), 11))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected at most the schedule's 10 steps, found 11");
        assertThatThrownBy(() -> spacing.times(NoiseSchedule.linear(10), 0))
                .hasMessage("steps: expected at least 1, found 0");
    }
}
