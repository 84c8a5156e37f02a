package org.soda4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.doctor.CpuCases;
import org.soda4j.examples.doctor.Machine;
import org.soda4j.examples.doctor.Report;
import org.soda4j.examples.doctor.Row;
import org.soda4j.examples.doctor.Sweep;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds out whether this machine computes what the models need, and how fast. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Tries on this machine every kind and size of computation that the presets need.")
public final class Doctor implements Callable<Integer> {

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Option(names = "--quick", description = "Few sizes and no speed.")
    private boolean quick;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> machine = Machine.describe();
        machine.forEach((name, fact) -> out.printf("%-10s %s%n", name, fact));
        List<Row> rows = new ArrayList<>();
        try (PartProgress progress = new PartProgress()) {
            Sweep sweep =
                    new Sweep(
                            CpuCases.class,
                            quick ? List.of(CpuCases.QUICK) : List.of(),
                            Map.of(),
                            Duration.ofHours(2));
            rows.addAll(
                    sweep.run(
                            engine -> out.printf("%-10s %s%n", "engine", engine),
                            progress.part("doctor", sweep.size())));
        }
        Report report = new Report(rows, false);
        report.table().forEach(out::println);
        report.verdict().forEach(out::println);
        return report.isSound() ? 0 : 1;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Doctor(), args));
    }
}
