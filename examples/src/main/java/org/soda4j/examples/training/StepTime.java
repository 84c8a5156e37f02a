package org.soda4j.examples.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.time.Duration;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.examples.benchmark.ClockListener;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.training.EmaRamp;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingSummary;

/** Times training steps of a model on noise, which changes the model. */
public final class StepTime {

    private StepTime() {}

    /**
     * The middle one of the steps that a clock times, so that one that was held up does not count.
     */
    public static Duration measure(Soda soda, TrainingConfig training, int batch, StepClock clock) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        Shape all = new Shape(batch, shape.get(0), shape.get(1), shape.get(2));
        ClockListener steps = new ClockListener(clock);
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
                            .steps(clock.most())
                            .emaRamp(EmaRamp.TENTHS)
                            .data(noise)
                            .listener(steps)
                            .build()
                            .fit();
            if (!steps.timed()) {
                throw new IllegalStateException("timing was stopped: " + summary.reason());
            }
        }
        List<Double> times = clock.times();
        return Duration.ofNanos(Math.round(1e9 * times.get(times.size() / 2)));
    }

    /** Days and hours, or hours, minutes and seconds. */
    public static String text(Duration time) {
        return time.toDays() > 0
                ? "%d days %d hours".formatted(time.toDays(), time.toHoursPart())
                : "%d:%02d:%02d"
                        .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}
