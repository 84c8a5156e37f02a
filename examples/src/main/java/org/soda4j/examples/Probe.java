package org.soda4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeComparison.Row;
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
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Probes a file of features, beside chance and other features of the same images. */
@Command(
        name = "probe",
        sortOptions = false,
        description = {
            "k-NN and linear probe of labelled features, from encode or from NumPy (arrays features"
                    + " [n, d] and labels [n]).",
            "Without --test every fifth row is for testing. Chance stands beside, and other features of"
                    + " the same images that --baseline names:",
            "  encode RUN --images DIR --features PIXELS --out pixels.npz",
            "  encode RUN --images DIR --untrained --out untrained.npz",
            "  probe features.npz --baseline pixels=pixels.npz --baseline untrained=untrained.npz"
        })
final class Probe extends Program {

    private static final int HELD_OUT = 5;
    private static final String NO_BASELINES =
            "raw pixels and the untrained encoder beside: --baseline, with files of encode --features"
                    + " PIXELS and encode --untrained";

    @Parameters(paramLabel = "FEATURES", description = ".npz or .safetensors with labels.")
    private Path file;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Features to test on. Default: every fifth row of FEATURES.")
    private Path test;

    @Option(
            names = "--baseline",
            paramLabel = "NAME=FILE[,TEST]",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Features of the same images in the same order, to be probed beside, and those to"
                            + " test on where --test is given; may be repeated. Default: none.")
    private List<String> baselines = new ArrayList<>();

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
        FeatureSet all = labelled(load(file), file);
        Split split = test == null ? Split.of(all) : new Split(all, load(test));
        FeatureSet train = split.train();
        FeatureSet tested = split.test();
        Map<String, Split> others = others(train, tested);
        PrintWriter out = json.text();
        Optional<KnnProbe> neighbours =
                Optional.of(KnnProbe.builder().k(k).allowSmallClasses(allowSmallClasses).build());
        List<ProbeResult> results = new ArrayList<>();
        try {
            results.add(neighbours.get().evaluate(train, tested));
        } catch (IllegalArgumentException e) { // The linear probe may do without.
            out.println("k-NN is left out: " + e.getMessage());
            neighbours = Optional.empty();
        }
        results.add(LinearProbe.onStandardizedFeatures().evaluate(train, tested));
        results.forEach(result -> out.print(result.table()));
        List<Row> rows = new ArrayList<>();
        rows.add(ProbeComparison.chance(train, tested));
        for (Map.Entry<String, Split> other : others.entrySet()) {
            rows.add(other.getValue().row(other.getKey(), neighbours));
        }
        List<Row> beaten = List.copyOf(rows);
        rows.add(
                ProbeComparison.row(
                        "these features",
                        neighbours.map(probe -> results.get(0)),
                        results.get(results.size() - 1)));
        out.println("features beside what they have to beat:");
        out.print(ProbeComparison.table(rows));
        if (others.isEmpty()) {
            out.println(NO_BASELINES);
        }
        if (report != null) {
            Report.Builder html =
                    Report.builder()
                            .title("Probes of " + file.getFileName())
                            .provenance(all.provenance())
                            .add(TableSection.ofProbes("Probes", results, List.of()))
                            .add(
                                    new TableSection(
                                            "What they have to beat",
                                            ProbeComparison.HEADERS,
                                            rows.stream().map(Row::cells).toList(),
                                            others.isEmpty() ? NO_BASELINES : ""));
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
        List<ProbeAnswer> answers = new ArrayList<>();
        neighbours.ifPresent(
                probe -> answers.add(ProbeAnswer.of(results.get(0), by(beaten, Row::knn))));
        answers.add(ProbeAnswer.of(results.get(results.size() - 1), by(beaten, Row::linear)));
        json.answer(answers);
        return 0;
    }

    private static Map<String, Double> by(List<Row> rows, Function<Row, Double> accuracy) {
        Map<String, Double> found = new LinkedHashMap<>();
        rows.forEach(row -> found.put(row.features(), accuracy.apply(row)));
        return found;
    }

    /** Features to learn from and to be tested on. */
    private record Split(FeatureSet train, FeatureSet test) {

        /** Every fifth row is for testing. */
        static Split of(FeatureSet all) {
            return new Split(rows(all, false), rows(all, true));
        }

        Row row(String name, Optional<KnnProbe> neighbours) {
            return ProbeComparison.row(
                    name,
                    neighbours.map(probe -> probe.evaluate(train, test)),
                    LinearProbe.onStandardizedFeatures().evaluate(train, test));
        }

        private static FeatureSet rows(FeatureSet all, boolean heldOut) {
            return all.rows(
                    IntStream.range(0, all.size())
                            .filter(i -> (i % HELD_OUT == 0) == heldOut)
                            .toArray());
        }
    }

    /** The baselines by name, which have to be of the same images. */
    private Map<String, Split> others(FeatureSet train, FeatureSet tested) throws IOException {
        Map<String, Split> found = new LinkedHashMap<>();
        for (String text : baselines) {
            int equals = text.indexOf('=');
            String[] files = text.substring(equals + 1).split(",", -1);
            if (equals < 1 || files.length != (test == null ? 1 : 2)) {
                throw refusal(
                        "--baseline: expected %s, found %s"
                                .formatted(
                                        test == null
                                                ? "NAME=FILE, without a second file since there is no --test"
                                                : "NAME=FILE,TEST, with a second file for --test",
                                        text));
            }
            FeatureSet first = load(Path.of(files[0]));
            Split other =
                    test == null
                            ? Split.of(labelled(first, Path.of(files[0])))
                            : new Split(first, load(Path.of(files[1])));
            requireSameImages(train, other.train(), files[0]);
            requireSameImages(tested, other.test(), files[files.length - 1]);
            if (found.put(text.substring(0, equals), other) != null) {
                throw refusal("--baseline: expected another name each, found two of " + text);
            }
        }
        return found;
    }

    private static void requireSameImages(FeatureSet these, FeatureSet other, String file)
            throws IOException {
        labelled(other, Path.of(file));
        if (!these.classNames().equals(other.classNames())
                || !Arrays.equals(these.labels(), other.labels())) {
            throw new IOException(
                    "%s: expected features of the same images in the same order, %d with labels of %s, found %d of %s, or in another order; encode the same folder"
                            .formatted(
                                    file,
                                    these.size(),
                                    these.classNames(),
                                    other.size(),
                                    other.classNames()));
        }
    }

    private static FeatureSet labelled(FeatureSet set, Path file) throws IOException {
        if (!set.hasLabels()) {
            throw new IOException(
                    file
                            + ": expected labels, found none; encode a folder with one folder a class");
        }
        return set;
    }

    private static FeatureSet load(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": not found; expected features that encode wrote");
        }
        return FeatureSet.load(file);
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
