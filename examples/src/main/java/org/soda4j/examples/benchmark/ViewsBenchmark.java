package org.soda4j.examples.benchmark;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import org.soda4j.data.pair.ViewLoader;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.examples.cli.DataOptions;

/**
 * Pairs of augmented views a second, from images in memory to batches in native memory.
 *
 * <p>Two figures of each round: by the clock, which other work on the machine slows down, and by
 * the processor time of the whole process, which it hardly does. The latter counts what the loader,
 * the compiler and the collector use as well, so it is no better than what a core delivers alone.
 */
public final class ViewsBenchmark {

    private static final int ROUNDS = 5;
    private static final int BATCH_SIZE = 128;
    private static final double WARM_UP = 0.5;

    private final ViewLoader loader;
    private final NDManager manager;
    private final OperatingSystemMXBean process =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private Iterator<Batch> batches;
    private int epoch;

    private ViewsBenchmark(ViewLoader loader, NDManager manager) {
        this.loader = loader;
        this.manager = manager;
        batches = loader.epoch(0, 0, manager);
    }

    /** Pairs in a second of the clock and in a second of processor time. */
    private record Round(double byClock, double byProcessorTime) {}

    /**
     * How fast it was.
     *
     * @param data the images
     * @param resolution of the views, pixels a side
     * @param threads of the loader
     * @param bestPairsPerSecond of the fastest round, by the clock
     * @param medianPairsPerSecond of the median round, by the clock
     * @param bestPairsPerCoreSecond of the best round, by processor time
     * @param medianPairsPerCoreSecond of the median round, by processor time
     * @param rounds that were timed
     * @param secondsPerRound at least
     */
    public record Speed(
            String data,
            int resolution,
            int threads,
            double bestPairsPerSecond,
            double medianPairsPerSecond,
            double bestPairsPerCoreSecond,
            double medianPairsPerCoreSecond,
            int rounds,
            double secondsPerRound) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "views %s %d x %d, published recipe, %d %s: %,.0f pairs/s by the clock (best;"
                            + " median %,.0f), %,.0f pairs/s per core of processor time (best;"
                            + " median %,.0f), %d rounds of %.1f s",
                    data,
                    resolution,
                    resolution,
                    threads,
                    threads == 1 ? "thread" : "threads",
                    bestPairsPerSecond,
                    medianPairsPerSecond,
                    bestPairsPerCoreSecond,
                    medianPairsPerCoreSecond,
                    rounds,
                    secondsPerRound);
        }
    }

    /** Measures. */
    public static Speed run(DataOptions data, int threads, double seconds) {
        DataOptions.Source from = data.source();
        ViewPairs pairs =
                ViewPairs.builder(data.open())
                        .resolution(from.resolution())
                        .normalization(from.normalization())
                        .build();
        Round[] rounds = new Round[ROUNDS];
        try (NDManager manager = NDManager.newBaseManager();
                ViewLoader loader =
                        ViewLoader.builder(pairs).batchSize(BATCH_SIZE).threads(threads).build()) {
            ViewsBenchmark benchmark = new ViewsBenchmark(loader, manager);
            benchmark.round(WARM_UP * seconds);
            Arrays.setAll(rounds, i -> benchmark.round(seconds / ROUNDS));
        }
        double[] byClock = Arrays.stream(rounds).mapToDouble(Round::byClock).sorted().toArray();
        double[] perCore =
                Arrays.stream(rounds).mapToDouble(Round::byProcessorTime).sorted().toArray();
        return new Speed(
                from.toString(),
                from.resolution(),
                threads,
                byClock[ROUNDS - 1],
                byClock[ROUNDS / 2],
                perCore[ROUNDS - 1],
                perCore[ROUNDS / 2],
                ROUNDS,
                seconds / ROUNDS);
    }

    private Round round(double seconds) {
        long processorStart = process.getProcessCpuTime();
        long start = System.nanoTime();
        long pairs = 0;
        long elapsed;
        do {
            try (Batch batch = next()) {
                pairs += batch.getSize();
            }
            elapsed = System.nanoTime() - start;
        } while (elapsed < seconds * 1e9);
        long processor = process.getProcessCpuTime() - processorStart;
        return new Round(pairs / (elapsed * 1e-9), pairs / (processor * 1e-9));
    }

    private Batch next() {
        if (!batches.hasNext()) {
            batches = loader.epoch(++epoch, 0, manager);
        }
        return batches.next();
    }
}
