package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.soda4j.eval.report.RunComparison;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts runs side by side. */
@Command(
        name = "compare",
        description =
                "Puts runs side by side in one page: their curves over one another, their probes,"
                        + " and in what their configurations differ. Prints their last figures.")
public final class Compare extends Program {

    @Parameters(
            paramLabel = "RUN",
            arity = "2..10",
            description = "Folders of runs that train started; they may be going on.")
    private List<Path> runs;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "compare.html",
            description = "The page.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        OutputCheck.file("--out", out);
        RunComparison comparison;
        try {
            comparison = RunComparison.of(runs);
        } catch (IllegalArgumentException e) {
            throw refusal("RUN: " + e.getMessage(), e);
        }
        writer().print(comparison.table());
        comparison.report().save(out);
        print("page: " + out.toAbsolutePath().normalize());
        return 0;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Compare(), args));
    }
}
