package org.soda4j.examples.training;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;

/** Says before a training how long it takes here. */
record TrainingEstimate(PrintWriter out, RunConfig config, Path run, Device device) {

    private static final long WORTH_TIMING_STEPS = 100;
    private static final int TIMED_BATCH = 8;

    /** Before a new training that is long enough for it to matter; another folder is refused. */
    void say(long images) throws IOException {
        TrainingConfig training = config.training();
        long perEpoch = training.stepsPerEpoch(images, 1);
        if (perEpoch < 1 || !isNew(run)) {
            return;
        }
        long steps = training.length().steps(perEpoch, training.batchSize());
        if (steps < WORTH_TIMING_STEPS) {
            return;
        }
        int batch = Math.min(training.batchSize(), TIMED_BATCH);
        try (Soda soda = Soda.builder().config(config.model()).device(device).build()) {
            Duration step = StepTime.measure(soda, training, batch, StepClock.ofSteps(2));
            double scale = (double) steps * training.batchSize() / batch;
            out.printf(
                    "%d steps of %d images take about %s here, by two steps of %d images;%n"
                            + "  --steps N makes it shorter%n",
                    steps,
                    training.batchSize(),
                    StepTime.text(Duration.ofNanos(Math.round(step.toNanos() * scale))),
                    batch);
            out.flush();
        }
    }

    private static boolean isNew(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return !Files.exists(run);
        }
        try (Stream<Path> children = Files.list(run)) {
            return children.findAny().isEmpty();
        }
    }
}
