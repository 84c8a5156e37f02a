package org.soda4j.examples;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast a part of this library is on this machine. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures one task for some seconds and prints one line.")
public final class Benchmark implements Callable<Integer> {

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--task",
            required = true,
            description = {
                "One of ${COMPLETION-CANDIDATES}.",
                "views: pairs of views by the published recipe, from the loader's threads into"
                        + " batches of 128. Needs --root.",
                "knn: the k-NN probe on 50,000 x 10,000 features of 128 numbers."
            })
    private Task task;

    @Mixin private DataOptions data;

    @Option(names = "--threads", defaultValue = "1", description = "Threads that work.")
    private int threads;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Time to measure, after warming up for half as long.")
    private double seconds;

    /** What can be measured. */
    private enum Task {
        VIEWS,
        KNN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        if (threads < 1 || !(seconds > 0 && seconds <= 86_400)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "expected --threads of at least 1 and --seconds above 0 and up to 86400, found"
                            + " %d and %s".formatted(threads, seconds));
        }
        String line =
                switch (task) {
                    case VIEWS -> ViewsBenchmark.run(data, threads, seconds);
                    case KNN -> KnnBenchmark.run(seconds);
                };
        spec.commandLine().getOut().println(line);
        return 0;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Benchmark(), args));
    }
}
