package org.soda4j.examples.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.soda4j.Soda;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;

/**
 * Times what a user waits for before the first training step is done, on the quickstart's model.
 */
public final class StartBenchmark {

    private static final int BATCH = 32;
    private static final int SIZE = 16;

    private StartBenchmark() {}

    /**
     * What a user waited.
     *
     * @param seconds from the start of the JVM to the end of the first training step
     * @param batch images of the step
     */
    public record Wait(double seconds, int batch) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "start: %.2f s from the start of the JVM to the first training step of %d"
                            + " images",
                    seconds,
                    batch);
        }
    }

    /** Trains one step on a device. */
    public static Wait run(Device device) {
        long begun = ManagementFactory.getRuntimeMXBean().getStartTime();
        try (Soda soda =
                        Soda.builder()
                                .config(RunConfig.preset("minutes-16-grey").model())
                                .device(device)
                                .build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            Shape shape = new Shape(BATCH, 1, SIZE, SIZE);
            ArrayDataset pairs =
                    new ArrayDataset.Builder()
                            .setData(
                                    manager.randomUniform(0, 1, shape),
                                    manager.randomUniform(0, 1, shape))
                            .setSampling(BATCH, false)
                            .build();
            SodaTrainer.builder(soda)
                    .stopOnShutdown(true)
                    .data(pairs)
                    .batchSize(BATCH)
                    .steps(1)
                    .emaDecay(0)
                    .build()
                    .fit();
        }
        return new Wait((System.currentTimeMillis() - begun) * 1e-3, BATCH);
    }
}
