package org.soda4j.training.listener;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** Events of an invented run, and a clock that stands until it is told otherwise. */
public final class RunEvents {

    public static final Instant TIME = Instant.parse("2026-01-02T03:04:05.250Z");

    private RunEvents() {}

    /** A clock that a test sets. */
    static final class TestClock implements InstantSource {
        private Instant now = TIME;

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration duration) {
            now = now.plus(duration);
        }
    }

    static RunEvent.Begin begin(long step) {
        return new RunEvent.Begin(TIME, step, step * 128, 1, 100, 10, 128);
    }

    static RunEvent.Step step(long step, double loss) {
        return new RunEvent.Step(
                TIME,
                step,
                step * 128,
                1 + (int) ((step - 1) / 10),
                100,
                loss,
                loss,
                2e-4,
                1e-4,
                0.5 * step,
                256,
                Duration.ofSeconds(step),
                Duration.ofSeconds(100 - step));
    }

    static RunEvent.Epoch epoch(long step, double meanLoss) {
        return new RunEvent.Epoch(TIME, step, step * 128, (int) (step / 10), meanLoss);
    }

    static RunEvent.Evaluation evaluation(long step, String metric, double value) {
        return new RunEvent.Evaluation(
                TIME, step, step * 128, (int) (step / 10), Map.of(metric, value));
    }

    static RunEvent.Samples samples(long step, Path png) {
        return new RunEvent.Samples(TIME, step, 1, "a", png);
    }

    static RunEvent.CheckpointSaved checkpoint(long step) {
        return new RunEvent.CheckpointSaved(TIME, step, Path.of("c"), 1, Duration.ofSeconds(1));
    }

    static RunEvent.End end(long step) {
        return new RunEvent.End(
                TIME, step, step * 128, 10, true, "complete", 0.1, Duration.ofSeconds(step));
    }

    static RunEvent.Failure failure(long step) {
        return new RunEvent.Failure(TIME, step, new IllegalStateException("broken"));
    }
}
