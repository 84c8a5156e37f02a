package org.soda4j.data.pair;

import ai.djl.training.dataset.Dataset;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.soda4j.data.dataset.Cifar10;

/**
 * Measures pairs of views a second on one thread: published recipe, 32 x 32, CIFAR-10 records.
 *
 * <p>Arguments: the folder of CIFAR-10's binary files; optionally how many rounds of 10,000 pairs.
 */
final class ViewBenchmark {

    private ViewBenchmark() {}

    public static void main(String[] arguments) {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        ViewPairs pairs =
                ViewPairs.builder(
                                Cifar10.builder()
                                        .root(Path.of(arguments[0]))
                                        .split(Dataset.Usage.TEST)
                                        .build())
                        .resolution(32)
                        .build();
        ViewWorkspace space = pairs.workspace();
        double best = 0;
        for (int round = 0; round < rounds; round++) {
            // Processor time: others may be computing on the same cores.
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long wall = System.nanoTime();
            for (int i = 0; i < pairs.size(); i++) {
                pairs.fill(1, round, i, space);
            }
            long used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            double perSecond = pairs.size() / (used * 1e-9);
            double byClock = pairs.size() / ((System.nanoTime() - wall) * 1e-9);
            best = Math.max(best, perSecond);
            System.out.printf(
                    "round %d: %.0f pairs/s of processor time, %.0f by the clock%n",
                    round, perSecond, byClock);
        }
        System.out.printf("best: %.0f pairs/s/core%n", best);
    }
}
