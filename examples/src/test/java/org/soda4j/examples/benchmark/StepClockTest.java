package org.soda4j.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepClockTest {

    private static final double SECONDS = 1e9;

    private final AtomicLong now = new AtomicLong(7);

    private boolean end(StepClock clock, double seconds) {
        now.addAndGet(Math.round(seconds * SECONDS));
        return clock.end();
    }

    @Test
    void leavesOutTheFirstOfANumberOfSteps() {
        StepClock clock = StepClock.ofSteps(2);
        assertThat(clock.most()).isEqualTo(3);
        assertThat(clock.end()).isTrue();
        assertThat(clock.end()).isTrue();
        assertThat(clock.end()).isFalse();
        assertThat(clock.times()).hasSize(2);
    }

    /** Of ten seconds the five before are not timed: steps of three are warm after the second. */
    @Test
    void timesStepsOfSomeSecondsAfterHalfAsLong() {
        StepClock clock = StepClock.ofSeconds(10, now::get);
        for (double seconds : new double[] {3, 3, 2, 1, 2, 2, 2.5}) {
            assertThat(end(clock, seconds)).isTrue();
        }
        assertThat(end(clock, 1.5)).isFalse();
        assertThat(clock.times()).hasSize(6).isSorted().startsWith(1.0).endsWith(2.5);
    }

    @Test
    void timesFiveStepsHoweverLongTheyTake() {
        StepClock clock = StepClock.ofSeconds(1, now::get);
        for (int i = 0; i < 5; i++) {
            assertThat(end(clock, 20)).isTrue();
        }
        assertThat(end(clock, 20)).isFalse();
        assertThat(clock.times()).hasSize(5);
    }

    @Test
    void whatComesBeforeABeginningBelongsToNoStep() {
        StepClock clock = StepClock.ofSeconds(2, now::get);
        assertThat(end(clock, 1)).isTrue();
        now.addAndGet(Math.round(40 * SECONDS));
        clock.begin();
        assertThat(end(clock, 0.25)).isTrue();
        assertThat(clock.times())
                .singleElement()
                .satisfies(t -> assertThat(t).isCloseTo(0.25, within(1e-9)));
    }
}
