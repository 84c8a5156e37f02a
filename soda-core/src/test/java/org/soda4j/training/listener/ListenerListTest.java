package org.soda4j.training.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.soda4j.training.CapturedLog;

class ListenerListTest {

    private final RunEvents.TestClock clock = new RunEvents.TestClock();

    /** Writes down all that it is told. */
    private static final class Recorder implements RunListener {
        private final List<String> calls = new ArrayList<>();
        private RunControl control;
        private JsonNode restored;

        @Override
        public void begin(RunEvent.Begin begin, RunControl runControl) {
            calls.add("begin " + begin.step());
            control = runControl;
        }

        @Override
        public void step(RunEvent.Step step) {
            calls.add("step " + step.step());
        }

        @Override
        public void epoch(RunEvent.Epoch epoch) {
            calls.add("epoch " + epoch.epoch());
        }

        @Override
        public void evaluation(RunEvent.Evaluation evaluation) {
            calls.add("evaluation " + evaluation.metrics());
        }

        @Override
        public void samples(RunEvent.Samples samples) {
            calls.add("samples " + samples.name());
        }

        @Override
        public void checkpoint(RunEvent.CheckpointSaved checkpoint) {
            calls.add("checkpoint " + checkpoint.step());
        }

        @Override
        public void end(RunEvent.End end) {
            calls.add("end " + end.reason());
        }

        @Override
        public void failure(RunEvent.Failure failure) {
            calls.add("failure " + failure.cause().getMessage());
        }

        @Override
        public void flush() {
            calls.add("flush");
        }

        @Override
        public JsonNode state() {
            return JsonNodeFactory.instance.objectNode().put("calls", calls.size());
        }

        @Override
        public void restore(JsonNode state) {
            restored = state;
        }
    }

    @Test
    void everyEventReachesItsMethod() {
        Recorder recorder = new Recorder();
        ListenerList list = new ListenerList(List.of(new RunListener() {}, recorder), clock);
        list.tell(RunEvents.begin(3));
        list.tell(RunEvents.step(4, 0.5));
        list.tell(RunEvents.epoch(10, 0.5));
        list.tell(RunEvents.evaluation(10, "knn", 0.25));
        list.tell(RunEvents.samples(10, Path.of("a.png")));
        list.flush();
        list.tell(RunEvents.checkpoint(10));
        list.tell(RunEvents.end(100));
        list.tell(RunEvents.failure(7));
        assertThat(recorder.calls)
                .containsExactly(
                        "begin 3",
                        "step 4",
                        "epoch 1",
                        "evaluation {knn=0.25}",
                        "samples a",
                        "flush",
                        "checkpoint 10",
                        "end complete",
                        "failure broken");
    }

    @Test
    void aFailingListenerIsLeftOutAfterThreeFailuresAndTheOthersAreStillTold() {
        int[] calls = new int[1];
        RunListener failing =
                new RunListener() {
                    @Override
                    public void step(RunEvent.Step step) {
                        calls[0]++;
                        if (step.step() == 2) {
                            throw new AssertionError("also errors");
                        }
                        if (step.step() != 3) {
                            throw new IllegalStateException("step " + step.step());
                        }
                    }
                };
        Recorder recorder = new Recorder();
        ListenerList list = new ListenerList(List.of(failing, recorder), clock);
        String log =
                CapturedLog.of(
                        () -> {
                            for (long step = 1; step <= 6; step++) {
                                list.tell(RunEvents.step(step, 1));
                            }
                        });
        assertThat(calls[0]).isEqualTo(4);
        assertThat(recorder.calls).hasSize(6);
        assertThat(log)
                .containsOnlyOnce("ERROR")
                .contains("failed 3 times, the last at Step of step 4")
                .contains("IllegalStateException: step 4")
                .contains("AssertionError: also errors");
        assertThat(list.stopReason()).isEmpty();
    }

    @Test
    void aSlowListenerIsReportedAndKept() {
        RunListener slow =
                new RunListener() {
                    @Override
                    public void step(RunEvent.Step step) {
                        clock.advance(Duration.ofMillis(step.step() == 1 ? 1000 : 1500));
                    }
                };
        ListenerList list = new ListenerList(List.of(slow), clock);
        assertThat(CapturedLog.of(() -> list.tell(RunEvents.step(1, 1)))).isEmpty();
        assertThat(CapturedLog.of(() -> list.tell(RunEvents.step(2, 1))))
                .contains("held up the training for 1500 ms at Step of step 2");
        String log =
                CapturedLog.of(
                        () -> {
                            for (long step = 3; step <= 9; step++) {
                                list.tell(RunEvents.step(step, 1));
                            }
                        });
        assertThat(log.lines().filter(line -> line.contains("held up"))).hasSize(3);
        assertThat(log).contains("8 slow calls so far, 12000 ms together");
    }

    @Test
    void theFirstReasonToStopIsKept() {
        Recorder recorder = new Recorder();
        ListenerList list = new ListenerList(List.of(recorder), clock);
        list.tell(RunEvents.begin(0));
        assertThat(list.stopReason()).isEmpty();
        recorder.control.stop("first");
        list.stop("second");
        assertThat(list.stopReason()).hasValue("first");
    }

    /** Files of format version 1 name the listeners so, wherever the classes are by now. */
    @Test
    void checkpointsNameTheListenersOfThisLibraryAsEver() {
        EarlyStop stop = EarlyStop.whenNoLower("loss", 1, 0);
        JsonNode state = new ListenerList(List.of(stop), clock).state();
        assertThat(state.fieldNames())
                .toIterable()
                .containsExactly("org.soda4j.training.EarlyStop");
    }

    @Test
    void statesComeBackToTheListenersTheyAreOf() {
        Recorder one = new Recorder();
        Recorder two = new Recorder();
        ListenerList list = new ListenerList(List.of(one, new RunListener() {}, two), clock);
        two.flush();
        JsonNode state = list.state();
        assertThat(state.size()).isEqualTo(2);

        Recorder again = new Recorder();
        Recorder againTwo = new Recorder();
        Recorder added = new Recorder();
        new ListenerList(List.of(again, againTwo, added), clock).restore(state);
        assertThat(again.restored.get("calls").asInt()).isZero();
        assertThat(againTwo.restored.get("calls").asInt()).isEqualTo(1);
        assertThat(added.restored).isNull();
    }

    @Test
    void progressIsCorrectedForTheStartAndLeavesOutWhatIsNotTraining() {
        ProgressMeter meter = new ProgressMeter(clock);
        assertThat(meter.smoothedLoss()).isNaN();
        assertThat(meter.remaining(10)).isZero();
        for (int i = 0; i < 5; i++) {
            meter.startStep();
            clock.advance(Duration.ofMillis(500));
            meter.finishStep(128, 0.25);
            clock.advance(Duration.ofSeconds(60));
        }
        // A constant's average is the constant, up to double rounding.
        assertThat(meter.smoothedLoss()).isCloseTo(0.25, Offset.offset(1e-12));
        assertThat(meter.imagesPerSecond()).isCloseTo(256, Offset.offset(1e-9));
        assertThat(meter.remaining(7200)).isEqualTo(Duration.ofHours(1));
        assertThat(meter.elapsed()).isEqualTo(Duration.ofMillis(5 * 60_500));
        meter.startStep();
        meter.finishStep(128, 1.25);
        // Weights 0.98^5..0.98^0: the newest counts 0.02 / (1 - 0.98^6) = 0.1750.
        double newest = 0.02 / (1 - Math.pow(0.98, 6));
        assertThat(meter.smoothedLoss()).isCloseTo(0.25 + newest, Offset.offset(1e-12));
    }
}
