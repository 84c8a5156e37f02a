package org.soda4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.soda4j.training.listener.RunEvent;

/** Ten minutes, of which 85.7 s are for the end: a training that begins at once has 514.3 s. */
class TimeBudgetTest {

    private static final Duration TIME = Duration.ofMinutes(10);

    private final List<String> stops = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private long probeSeconds;
    private final TimeBudget budget = new TimeBudget(now, TIME, () -> now);

    @Test
    void aPaceAsPlannedIsLeftAlone() {
        run(0, 500, 1.0);
        assertThat(stops).isEmpty();
        assertThat(budget.steps()).isEmpty();
    }

    @Test
    void aSlowMachineGetsFewerSteps() {
        run(0, 500, 2.0);
        // Seen after 48 s: 24 steps made, and (600 - 48 - 85.7) / 2 more.
        assertThat(budget.steps()).isEqualTo(OptionalLong.of(24 + 233));
        assertThat(stops).containsExactly("the time is enough for 257 steps");
    }

    @Test
    void aFastMachineGetsMore() {
        run(0, 500, 0.5);
        assertThat(budget.steps()).isEqualTo(OptionalLong.of(96 + 932));
    }

    @Test
    void whenTheTimeIsOverOneStepIsLeft() {
        run(0, 500, 700.0);
        assertThat(budget.steps()).isEqualTo(OptionalLong.of(2));
    }

    @Test
    void theNextPartIsMeasuredAnew() {
        run(0, 500, 2.0);
        run(24, 257, 2.0);
        assertThat(stops).hasSize(1);
        assertThat(budget.steps()).isEmpty();
    }

    @Test
    void shortTimesLeaveMoreThanAMinute() {
        Duration time = Duration.ofMinutes(4);
        assertThat(TimeBudget.forSteps(time, time)).isEqualTo(Duration.ofSeconds(165));
        assertThat(TimeBudget.forSteps(Duration.ofSeconds(60), time))
                .isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void probesOnTheWayDoNotMakeTheMachineSlow() {
        probeSeconds = 10;
        run(0, 470, 1.0);
        assertThat(stops).isEmpty();
    }

    @Test
    void theProbesStillToComeAreCountedIn() {
        probeSeconds = 40;
        run(0, 500, 1.0);
        // The next look after the first probe is at step 104, after 144 s: with its part of a probe
        // a step takes 1 + 40 / 104 s, and 600 - 144 - 85.7 are left.
        assertThat(budget.steps()).isEqualTo(OptionalLong.of(104 + 267));
    }

    /** Steps of so many seconds and a probe after every hundred, until the budget stops them. */
    private void run(long from, long total, double seconds) {
        int before = stops.size();
        budget.begin(new RunEvent.Begin(now, from, 64 * from, 1, total, 1, 64), stops::add);
        for (long step = from + 1; step <= total && stops.size() == before; step++) {
            now = now.plusMillis(Math.round(1000 * seconds));
            budget.step(
                    new RunEvent.Step(
                            now,
                            step,
                            64 * step,
                            1,
                            total,
                            0.1,
                            0.1,
                            1e-3,
                            1e-3,
                            1,
                            64,
                            Duration.ZERO,
                            Duration.ZERO));
            if (step % 100 == 0 && probeSeconds > 0) {
                budget.epoch(new RunEvent.Epoch(now, step, 64 * step, 1, 0.1));
                now = now.plusSeconds(probeSeconds);
                budget.evaluation(new RunEvent.Evaluation(now, step, 64 * step, 1, Map.of()));
            }
        }
    }
}
