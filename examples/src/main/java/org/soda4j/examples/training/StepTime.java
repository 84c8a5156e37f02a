package org.soda4j.examples.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Times training steps of a model on noise, which changes the model. */
public final class StepTime {

    private StepTime() {}

    /** The middle one of some steps, so that one that was held up does not count. */
    public static Duration measure(
            Soda soda, TrainingConfig training, int batch, int warmUp, int steps) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        Shape all = new Shape(batch, shape.get(0), shape.get(1), shape.get(2));
        Timer timer = new Timer(warmUp);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray pixels = manager.randomUniform(0, 1, all);
            ArrayDataset noise =
                    new ArrayDataset.Builder()
                            .setData(pixels, pixels)
                            .setSampling(batch, false)
                            .build();
            TrainingSummary summary =
                    SodaTrainer.builder(soda)
                            .stopOnShutdown(true)
                            .config(training)
                            .batchSize(batch)
                            .accumulation(
                                    batch == training.batchSize() ? training.accumulation() : 1)
                            .steps(warmUp + steps)
                            .emaRamp(EmaRamp.TENTHS)
                            .data(noise)
                            .listener(timer)
                            .build()
                            .fit();
            if (!summary.complete()) {
                throw new IllegalStateException("timing was stopped: " + summary.reason());
            }
        }
        return timer.median();
    }

    /** Days and hours, or hours, minutes and seconds. */
    public static String text(Duration time) {
        return time.toDays() > 0
                ? "%d days %d hours".formatted(time.toDays(), time.toHoursPart())
                : "%d:%02d:%02d"
                        .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    private static final class Timer implements RunListener {
        private final int warmUp;
        private final List<Long> nanos = new ArrayList<>();
        private long last;

        Timer(int warmUp) {
            this.warmUp = warmUp;
        }

        @Override
        public void begin(RunEvent.Begin begin, RunControl control) {
            last = System.nanoTime();
        }

        @Override
        public void step(RunEvent.Step step) {
            long now = System.nanoTime();
            if (step.step() > warmUp) {
                nanos.add(now - last);
            }
            last = now;
        }

        Duration median() {
            nanos.sort(null);
            return Duration.ofNanos(nanos.get(nanos.size() / 2));
        }
    }
}
