package org.soda4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.eval.report.ConfusionSection;
import org.soda4j.eval.report.FeatureMapSection;
import org.soda4j.eval.report.Report;
import org.soda4j.eval.report.TableSection;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.ProbeAnswer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Probes a file of features. */
@Command(
        name = "probe",
        sortOptions = false,
        description = {
            "k-NN and linear probe of labelled features, from encode or from NumPy (arrays features"
                    + " [n, d] and labels [n]).",
            "Without --test every fifth row is for testing."
        })
final class Probe extends Program {

    private static final int HELD_OUT = 5;

    @Parameters(paramLabel = "FEATURES", description = ".npz or .safetensors with labels.")
    private Path file;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Features to test on. Default: every fifth row of FEATURES.")
    private Path test;

    @Option(names = "--k", defaultValue = "20", description = "Neighbours of k-NN.")
    private int k;

    @Option(
            names = "--allow-small-classes",
            description = "Also classes with fewer examples than --k, which can hardly win a vote.")
    private boolean allowSmallClasses;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Also writes a report, in HTML. Default: none.")
    private Path report;

    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        requireAtLeast(1, "--k", k);
        if (report != null) {
            OutputCheck.file("--report", report);
        }
        FeatureSet all = load(file);
        if (!all.hasLabels()) {
            throw new IOException(
                    file
                            + ": expected labels, found none; encode a folder with one folder a class");
        }
        FeatureSet train = all;
        FeatureSet tested;
        if (test == null) {
            train = rows(all, false);
            tested = rows(all, true);
        } else {
            tested = load(test);
        }
        PrintWriter out = json.text();
        List<ProbeResult> results = new ArrayList<>();
        try {
            KnnProbe neighbours =
                    KnnProbe.builder().k(k).allowSmallClasses(allowSmallClasses).build();
            results.add(neighbours.evaluate(train, tested));
        } catch (IllegalArgumentException e) { // The linear probe may do without.
            out.println("k-NN is left out: " + e.getMessage());
        }
        results.add(LinearProbe.onStandardizedFeatures().evaluate(train, tested));
        results.forEach(result -> out.print(result.table()));
        if (train.classNames().equals(tested.classNames())) {
            out.printf(
                    Locale.ROOT,
                    "chance: %.1f %% (always the largest class); evaluate compares with raw pixels too%n",
                    100 * ProbeComparison.chance(train, tested).linear());
        }
        if (report != null) {
            Report.Builder html =
                    Report.builder()
                            .title("Probes of " + file.getFileName())
                            .provenance(all.provenance())
                            .add(TableSection.ofProbes("Probes", results, List.of()));
            results.forEach(
                    r ->
                            html.add(
                                    new ConfusionSection(
                                            "Confusion matrix: " + r.probe(), r.confusion())));
            html.add(new FeatureMapSection("Map of the features", tested));
            html.build().save(report);
            out.println("report: " + report.toAbsolutePath().normalize());
        }
        out.flush();
        json.answer(results.stream().map(ProbeAnswer::of).toList());
        return 0;
    }

    private static FeatureSet load(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": not found; expected features that encode wrote");
        }
        return FeatureSet.load(file);
    }

    private static FeatureSet rows(FeatureSet all, boolean heldOut) {
        return all.rows(
                IntStream.range(0, all.size())
                        .filter(i -> (i % HELD_OUT == 0) == heldOut)
                        .toArray());
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Probe(), args));
    }
}
