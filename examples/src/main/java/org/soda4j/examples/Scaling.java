package org.soda4j.examples;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.distributed.Collective;
import org.soda4j.examples.benchmark.TimedCollective;
import org.soda4j.examples.cli.ConfigOptions;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.Ranks;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.io.ConfigText;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what several ranks gain and what they cost; {@code docs/scaling.md} explains it. */
@Command(
        name = "scaling",
        sortOptions = false,
        description = {
            "Measures the sum of all gradients over the ranks, and training steps, on the CPU.",
            "  scaling --ranks 2 --preset cifar10 --root FOLDER --steps 4"
        })
final class Scaling extends Program {

    private static final int ROUNDS = 5;
    private static final int BUCKET = 4 << 20;

    @Mixin private ConfigOptions options;

    @Mixin private Ranks ranks;

    @Option(
            names = "--root",
            paramLabel = "FOLDER",
            description =
                    "Folder of the preset's data set, for steps. Default: none, measures sums only.")
    private Path root;

    @Option(
            names = "--elements",
            paramLabel = "N",
            defaultValue = "51000000",
            description = "Numbers to sum; the published model has 51 million parameters.")
    private int elements;

    @Option(names = "--no-overlap", description = "Ends every sum before the next is prepared.")
    private boolean noOverlap;

    @Mixin private JsonOption json;

    /**
     * What {@code --json} prints.
     *
     * @param sum of all gradients
     * @param steps of a training; null without {@code --root}
     */
    private record Answer(Sum sum, Steps steps) {}

    /** The sum of so many numbers over the ranks, the best of some rounds. */
    private record Sum(
            int ranks,
            int elements,
            int rounds,
            double copySeconds,
            double sumSeconds,
            int bucketElements,
            double bucketsSeconds) {

        @Override
        public String toString() {
            double gigabytes = elements * 4e-9;
            return String.format(
                    Locale.ROOT,
                    "%d ranks, %,d numbers (%.3f GB), best of %d: memory copy %.3f s (%.1f GB/s);"
                            + " sum at once %.3f s (%.1f copies); in buckets of %,d: %.3f s (%.1f"
                            + " copies)",
                    ranks,
                    elements,
                    gigabytes,
                    rounds,
                    copySeconds,
                    gigabytes / copySeconds,
                    sumSeconds,
                    sumSeconds / copySeconds,
                    bucketElements,
                    bucketsSeconds,
                    bucketsSeconds / copySeconds);
        }
    }

    /** Training steps, without the first: it allocates and compiles. */
    private record Steps(
            int ranks,
            int batch,
            long parameters,
            Precision precision,
            boolean overlap,
            int steps,
            double secondsPerStep,
            double leastSeconds,
            double mostSeconds,
            double communicationSecondsPerStep) {

        double imagesPerSecond() {
            return ranks * batch / secondsPerStep;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d ranks, batch %d each, %,d parameters, %s, overlap %s: %d steps after the"
                            + " first: %.3f s a step (%.3f to %.3f), %.3f steps/s, %.2f images/s,"
                            + " %.3f s a step (%.1f %%) in communication and waiting",
                    ranks,
                    batch,
                    parameters,
                    precision,
                    overlap ? "yes" : "no",
                    steps,
                    secondsPerStep,
                    leastSeconds,
                    mostSeconds,
                    1 / secondsPerStep,
                    imagesPerSecond(),
                    communicationSecondsPerStep,
                    100 * communicationSecondsPerStep / secondsPerStep);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (ranks.isLauncher()) {
            return ranks.launch(Scaling.class);
        }
        try (Ranks.Joined joined = ranks.join(Device.cpu())) {
            boolean tells = joined.isFirst();
            Sum sum = sum(joined.collective());
            if (tells && !json.given()) {
                print(sum.toString());
            }
            // Only the first rank is notified of steps.
            Steps steps = root == null ? null : steps(joined.collective());
            if (tells && json.given()) {
                print(ConfigText.toJson(new Answer(sum, steps)));
            } else if (tells && steps != null) {
                print(steps.toString());
            }
        }
        return 0;
    }

    private Sum sum(Collective collective) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray array = manager.ones(new Shape(elements));
            NDArray target = manager.zeros(new Shape(elements));
            ByteBuffer from = array.toByteBuffer(true);
            ByteBuffer to = target.toByteBuffer(true);
            double copy = best(collective, () -> to.duplicate().put(from.duplicate()));
            double whole = best(collective, () -> collective.sum(array));
            NDArray[] buckets =
                    IntStream.range(0, (elements + BUCKET - 1) / BUCKET)
                            .mapToObj(i -> bucket(array, i))
                            .toArray(NDArray[]::new);
            double inBuckets = best(collective, () -> collective.sum(buckets));
            return new Sum(collective.size(), elements, ROUNDS, copy, whole, BUCKET, inBuckets);
        }
    }

    private NDArray bucket(NDArray array, int index) {
        long from = (long) index * BUCKET;
        return array.get("%d:%d".formatted(from, Math.min(elements, from + BUCKET)));
    }

    private static double best(Collective collective, Runnable task) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ROUNDS; i++) {
            collective.barrier();
            long start = System.nanoTime();
            task.run();
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        return best;
    }

    /** Null on all ranks but the first. */
    private Steps steps(Collective collective) throws IOException {
        RunConfig config = options.read();
        ImageDataset images =
                new TrainingImages(TrainingImages.kindOfPreset(options.preset()), root)
                        .open(config.model().preparation());
        TimedCollective timed = new TimedCollective(collective, !noOverlap);
        Times times = new Times(timed);
        try (Soda soda =
                Soda.builder()
                        .config(config.model())
                        .seed(config.training().seed())
                        .device(Device.cpu())
                        .build()) {
            SodaTrainer.builder(soda)
                    .stopOnShutdown(true)
                    .config(config.training())
                    .data(TrainingProgram.pairs(images, config))
                    .collective(timed)
                    .listener(times)
                    .build()
                    .fit();
            long parameters = soda.parameters().values().stream().mapToLong(NDArray::size).sum();
            return collective.rank() == 0 // Only there are listeners notified.
                    ? times.steps(collective.size(), config.training(), parameters, !noOverlap)
                    : null;
        }
    }

    /** Ends of the steps. */
    private static final class Times implements RunListener {
        private final TimedCollective timed;
        private final List<double[]> ends = new ArrayList<>();

        Times(TimedCollective timed) {
            this.timed = timed;
        }

        @Override
        public void step(RunEvent.Step step) {
            ends.add(new double[] {System.nanoTime() * 1e-9, timed.seconds()});
        }

        Steps steps(int ranks, TrainingConfig training, long parameters, boolean overlap) {
            int steps = ends.size() - 1;
            double[] seconds = new double[steps];
            for (int i = 0; i < steps; i++) {
                seconds[i] = ends.get(i + 1)[0] - ends.get(i)[0];
            }
            double communication = ends.get(steps)[1] - ends.get(0)[1];
            return new Steps(
                    ranks,
                    training.batchSize(),
                    parameters,
                    training.precision(),
                    overlap,
                    steps,
                    Arrays.stream(seconds).sum() / steps,
                    Arrays.stream(seconds).min().orElse(Double.NaN),
                    Arrays.stream(seconds).max().orElse(Double.NaN),
                    communication / steps);
        }
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Scaling(), args));
    }
}
