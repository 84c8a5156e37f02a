package org.soda4j.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.soda4j.eval.report.RunComparison;
import org.soda4j.eval.report.RunFigures;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts runs side by side. */
@Command(
        name = "compare",
        description =
                "Puts runs side by side in one page: their curves over one another, their probes,"
                        + " and in what their configurations differ. Prints their last figures.")
final class Compare extends Program {

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

    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        OutputCheck.file("--out", out);
        RunComparison comparison;
        try {
            comparison = RunComparison.of(runs);
        } catch (IllegalArgumentException e) {
            throw refusal("RUN: " + e.getMessage(), e);
        }
        comparison.report().save(out);
        String page = out.toAbsolutePath().normalize().toString();
        PrintWriter text = json.text();
        text.print(comparison.table());
        text.println("page: " + page);
        text.flush();
        json.answer(new Answer(comparison.figures(), comparison.differences(), page));
        return 0;
    }

    /** What --json prints. */
    private record Answer(
            List<RunFigures> runs, Map<String, Map<String, JsonNode>> differences, String page) {}

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Compare(), args));
    }
}
