package org.soda4j.training.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.training.CapturedLog;

class StoppingListenersTest {

    private final List<String> stops = new ArrayList<>();

    /** Feeds losses until the guard stops; returns how many it took, or 0. */
    private int stepsUntilStop(DivergenceGuard guard, double... losses) {
        stops.clear();
        guard.begin(RunEvents.begin(0), stops::add);
        for (int i = 0; i < losses.length; i++) {
            guard.step(RunEvents.step(i + 1, losses[i]));
            if (!stops.isEmpty()) {
                return i + 1;
            }
        }
        return 0;
    }

    @Test
    void divergenceIsManyStepsInARowOverTheMedian() {
        // Window 4, judged from 2 losses on; median of (1, 3) is 2, so more than 6 is off course.
        assertThat(stepsUntilStop(new DivergenceGuard(3, 4, 2), 1, 3, 6, 6, 6, 6)).isZero();
        assertThat(stepsUntilStop(new DivergenceGuard(3, 4, 2), 1, 3, 6.01, 6.01)).isEqualTo(4);
        assertThat(stops.get(0)).contains("6.01 at step 4").contains("median 2.0 for 2 steps");
        assertThat(stepsUntilStop(new DivergenceGuard(3, 4, 2), 1, 3, 7, 2, 7, 2, 7, 2)).isZero();
        assertThat(stepsUntilStop(new DivergenceGuard(3, 4, 3), 1, 3, 7, 7, 7)).isEqualTo(5);
    }

    @Test
    void whatIsOffCourseDoesNotMoveTheMedianAndTheWindowMoves() {
        double[] losses = new double[12];
        Arrays.fill(losses, 100);
        losses[0] = 1;
        losses[1] = 1;
        assertThat(stepsUntilStop(new DivergenceGuard(5, 4, 10), losses)).isEqualTo(12);
        // A loss that falls takes the median along: 5 is over 3 x 1 when the 10s have left.
        assertThat(stepsUntilStop(new DivergenceGuard(3, 3, 1), 10, 10, 10, 1, 1, 1, 5))
                .isEqualTo(7);
        assertThat(stepsUntilStop(new DivergenceGuard(3, 9, 1), 10, 10, 10, 10, 10, 1, 5)).isZero();
    }

    @Test
    void lossesThatAreNotFiniteAreOffCourseFromTheFirstStep() {
        double nan = Double.NaN;
        assertThat(stepsUntilStop(new DivergenceGuard(5, 4, 2), nan, nan)).isEqualTo(2);
        assertThat(stepsUntilStop(new DivergenceGuard(5, 4, 2), 1, 1, 1, nan, nan)).isEqualTo(5);
        assertThat(stepsUntilStop(new DivergenceGuard(5, 4, 1), 1, 1, Double.POSITIVE_INFINITY))
                .isEqualTo(3);
    }

    @Test
    void aResumedGuardGoesOnWhereItWas() {
        DivergenceGuard before = new DivergenceGuard(3, 4, 3);
        assertThat(stepsUntilStop(before, 1, 3, 7, 7)).isZero();
        DivergenceGuard after = new DivergenceGuard(3, 4, 3);
        after.restore(before.state());
        assertThat(stepsUntilStop(after, 7)).isEqualTo(1);
        assertThat(stepsUntilStop(new DivergenceGuard(3, 4, 3), 7)).isZero();
    }

    /** Feeds values of one metric; returns how many it took to stop, or 0. */
    private int evaluationsUntilStop(EarlyStop stop, double... values) {
        stops.clear();
        stop.begin(RunEvents.begin(0), stops::add);
        for (int i = 0; i < values.length; i++) {
            stop.evaluation(RunEvents.evaluation(10 * (i + 1), "other", 1));
            stop.evaluation(RunEvents.evaluation(10 * (i + 1), "knn", values[i]));
            if (!stops.isEmpty()) {
                return i + 1;
            }
        }
        return 0;
    }

    @Test
    void earlyStopIsNoGainForSoManyEvaluations() {
        assertThat(evaluationsUntilStop(EarlyStop.whenNoHigher("knn", 2, 0), .1, .3, .2, .3))
                .isEqualTo(4);
        assertThat(stops.get(0)).contains("knn is 0.3 at step 40").contains("0.3 (step 20)");
        assertThat(evaluationsUntilStop(EarlyStop.whenNoHigher("knn", 2, 0), .1, .3, .2, .31))
                .isZero();
        assertThat(evaluationsUntilStop(EarlyStop.whenNoHigher("knn", 2, .05), .1, .3, .2, .31))
                .isEqualTo(4);
        assertThat(evaluationsUntilStop(EarlyStop.whenNoLower("knn", 2, 0), 3, 2, 2.5, 1, 1.5))
                .isZero();
        assertThat(evaluationsUntilStop(EarlyStop.whenNoLower("knn", 1, .5), 3, 2, 1.5))
                .isEqualTo(3);
        double nan = Double.NaN;
        assertThat(evaluationsUntilStop(EarlyStop.whenNoHigher("knn", 2, 0), nan, nan))
                .isEqualTo(2);
    }

    @Test
    void aResumedEarlyStopRemembersTheBest() {
        EarlyStop before = EarlyStop.whenNoHigher("knn", 2, 0);
        assertThat(evaluationsUntilStop(before, .3, .2)).isZero();
        EarlyStop after = EarlyStop.whenNoHigher("knn", 2, 0);
        after.restore(before.state());
        assertThat(evaluationsUntilStop(after, .25)).isEqualTo(1);
        EarlyStop ofAnother = EarlyStop.whenNoHigher("probe", 2, 0);
        ofAnother.restore(before.state());
        assertThat(ofAnother.state().has("best")).isFalse();
    }

    @Test
    void aMetricThatNeverCameIsWarnedOf() {
        EarlyStop stop = EarlyStop.whenNoHigher("knm", 1, 0);
        assertThat(evaluationsUntilStop(stop, .3, .2)).isZero();
        assertThat(CapturedLog.of(() -> stop.end(RunEvents.end(20))))
                .contains("expected the metric 'knm', found [knn, other]");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new DivergenceGuard(1, 4, 1)).hasMessageContaining("factor");
        assertThatThrownBy(() -> new DivergenceGuard(Double.NaN, 4, 1))
                .hasMessageContaining("factor");
        assertThatThrownBy(() -> new DivergenceGuard(2, 1, 1)).hasMessageContaining("windowSteps");
        assertThatThrownBy(() -> new DivergenceGuard(2, 4, 0)).hasMessageContaining("patience");
        assertThatThrownBy(() -> EarlyStop.whenNoHigher("a", 0, 0))
                .hasMessageContaining("patience");
        assertThatThrownBy(() -> EarlyStop.whenNoLower("a", 1, -1))
                .hasMessageContaining("minimalGain");
    }
}
