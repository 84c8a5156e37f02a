package org.soda4j.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.ProbeEvaluation;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.io.ConfigText;
import org.soda4j.training.run.RunFolder;

/** What the folder of a run tells in a report: its configuration, its curves and its origin. */
public final class RunSections {

    private static final int SMOOTHED_STEPS = 20;
    private static final int SMOOTHED_SHARE = 100;
    private static final String CHANCE = ProbeFigures.EVALUATION + "." + ProbeEvaluation.CHANCE;

    private RunSections() {}

    /**
     * Reads a run.
     *
     * @param run a run folder; the run may be going on
     * @return the curves and pictures of {@link #of(RunHistory)}, and the configuration
     * @throws IOException if a file cannot be read
     * @throws org.soda4j.training.run.RunFolderException if it is no run folder
     */
    public static List<ReportSection> of(Path run) throws IOException {
        List<ReportSection> sections = new ArrayList<>();
        sections.addAll(of(RunHistory.read(run)));
        sections.add(configuration(run));
        return sections;
    }

    /**
     * The page of a run without its model: head, curves, pictures, configuration and origin.
     *
     * @param run its folder, which a run that begins may not have made yet
     * @param history what it has recorded
     * @return a report to go on with
     * @throws IOException if a file cannot be read
     */
    public static Report.Builder report(Path run, RunHistory history) throws IOException {
        RunHistory now = history.copy();
        Report.Builder report =
                Report.builder()
                        .verdict(Verdict.of(now))
                        .facts(RunFacts.of(run, now))
                        .provenance(provenance(run));
        of(now).forEach(report::add);
        if (Files.exists(run.resolve("config.json"))) {
            report.add(configuration(run));
        }
        return report;
    }

    static TableSection configuration(Path run) {
        return configuration("Configuration", RunFolder.config(run, JsonNode.class));
    }

    /**
     * A table of a configuration, one field a row.
     *
     * @param title the heading
     * @param config any JSON
     * @return the section
     */
    public static TableSection configuration(String title, JsonNode config) {
        List<List<String>> rows = new ArrayList<>();
        fields(config).forEach((name, value) -> rows.add(List.of(name, text(value))));
        return new TableSection(title, List.of("field", "value"), rows, "");
    }

    /** By path, such as training.batchSize, in the order of the file. */
    static Map<String, JsonNode> fields(JsonNode config) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        flatten("", config, fields);
        return fields;
    }

    static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    private static void flatten(String path, JsonNode node, Map<String, JsonNode> fields) {
        boolean nested = node.isObject() && !node.isEmpty();
        if (!nested) {
            fields.put(path, node);
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            flatten(name, field.getValue(), fields);
        }
    }

    /**
     * Where a run came from: versions, machine, hash of the data, of its last start.
     *
     * @param run a run folder
     * @return text by key, for {@link Report.Builder#provenance}
     * @throws IOException if the file cannot be read
     */
    public static Map<String, String> provenance(Path run) throws IOException {
        Map<String, String> provenance = new LinkedHashMap<>();
        Path file = run.resolve("environment.json");
        if (Files.exists(file)) {
            JsonNode starts = ConfigText.readTree(file).path("starts");
            JsonNode last = starts.path(starts.size() - 1);
            last.properties()
                    .forEach(
                            field -> {
                                if (!field.getValue().isNull()) {
                                    provenance.put(field.getKey(), field.getValue().asText());
                                }
                            });
            provenance.put("starts", Integer.toString(starts.size()));
        }
        return provenance;
    }

    /**
     * The curves of a run: loss, probes and other evaluations, effective rank, gradient norm,
     * learning rate and speed over the steps; and what it drew on its way.
     *
     * @param history of a run, which may be going on
     * @return the sections for which there are points or pictures
     * @throws IOException if a picture cannot be read
     */
    public static List<ReportSection> of(RunHistory history) throws IOException {
        RunHistory now = history.copy();
        List<ReportSection> sections = new ArrayList<>(curves(now));
        SamplesSection.of(now.samples()).ifPresent(sections::add);
        return sections;
    }

    /**
     * The curves of a run.
     *
     * @param metrics the file {@code metrics.jsonl} of a run; may be missing
     * @return the sections for which there are points
     * @throws IOException if it cannot be read
     */
    public static List<ReportSection> curves(Path metrics) throws IOException {
        RunHistory history = new RunHistory();
        history.readMetrics(metrics);
        return curves(history);
    }

    private static List<ReportSection> curves(RunHistory history) {
        List<ReportSection> sections = new ArrayList<>();
        if (!history.loss().isEmpty()) {
            sections.add(loss(history.loss()));
        }
        Map<String, Map<String, Curve>> groups = new TreeMap<>();
        history.evaluations()
                .forEach(
                        (name, curve) ->
                                groups.computeIfAbsent(group(name), g -> new TreeMap<>())
                                        .put(name, curve));
        groups.forEach((group, curves) -> sections.add(evaluations(group, curves)));
        add(
                sections,
                "Effective rank",
                ChartSection.Scale.LINEAR,
                Map.of("effective rank", history.rank()),
                "Directions of the latent that a batch uses; near 1 it has collapsed.");
        add(
                sections,
                "Gradient norm",
                ChartSection.Scale.LOG,
                Map.of("gradient norm", history.gradientNorm()),
                "The norm of all gradients before they are clipped.");
        add(
                sections,
                "Learning rate",
                ChartSection.Scale.LINEAR,
                rates(history),
                "What the optimiser multiplies each step with.");
        add(
                sections,
                "Images per second",
                ChartSection.Scale.LINEAR,
                Map.of("images per second", history.speed()),
                "Trained images per second, a moving average without evaluations and checkpoints.");
        return sections;
    }

    private static void add(
            List<ReportSection> sections,
            String title,
            ChartSection.Scale scale,
            Map<String, Curve> curves,
            String caption) {
        List<ChartSection.Series> series = new ArrayList<>();
        curves.forEach(
                (name, curve) -> {
                    if (!curve.isEmpty()) {
                        series.add(series(name, curve, false));
                    }
                });
        if (!series.isEmpty()) {
            sections.add(new ChartSection(title, "step", scale, series, caption));
        }
    }

    static ChartSection.Series series(String name, Curve curve, boolean faint) {
        return new ChartSection.Series(name, curve.steps(), curve.values(), faint);
    }

    /** One curve where both rates are the same. */
    private static Map<String, Curve> rates(RunHistory history) {
        Curve encoder = history.encoderRate();
        Curve denoiser = history.denoiserRate();
        if (Arrays.equals(encoder.values(), denoiser.values())) {
            return Map.of("learning rate", encoder);
        }
        Map<String, Curve> both = new LinkedHashMap<>();
        both.put("encoder", encoder);
        both.put("denoiser", denoiser);
        return both;
    }

    /** What stands before the point: an evaluation may give several figures. */
    static String group(String name) {
        int point = name.indexOf('.');
        return point < 0 ? name : name.substring(0, point);
    }

    private static ChartSection evaluations(String group, Map<String, Curve> curves) {
        boolean shares = isShares(group);
        List<ChartSection.Series> series = new ArrayList<>();
        List<String> names = new ArrayList<>(curves.keySet());
        if (shares && names.remove(CHANCE)) {
            names.add(CHANCE); // Of all probes, so below them.
        }
        for (String name : names) {
            Curve curve = curves.get(name);
            boolean reference = shares && !ProbeFigures.isProbe(name);
            series.add(
                    new ChartSection.Series(
                            figure(name), curve.steps(), curve.values(), false, reference));
        }
        if (!shares) {
            return new ChartSection(
                    "Evaluation: " + group,
                    "step",
                    ChartSection.Scale.LINEAR,
                    series,
                    curves.entrySet().stream()
                            .map(one -> one.getKey() + ' ' + Digits.value(one.getValue().last()))
                            .collect(Collectors.joining(", ", "At the end: ", ".")));
        }
        return new ChartSection(
                "Probes over time",
                "step",
                ChartSection.Scale.PERCENT,
                series,
                probes(curves).stream()
                                .map(ProbeFigures::toString)
                                .collect(Collectors.joining(", ", "At the end: ", ". "))
                        + "Accuracy of probes of the latent, measured during training"
                        + (curves.size() > probes(curves).size()
                                ? "; dashed, of the same probes on raw pixels and on the encoder before the training, and chance."
                                : "."));
    }

    /** The last accuracies beside their baselines. */
    static List<ProbeFigures> probes(Map<String, Curve> evaluations) {
        Map<String, Double> last = new TreeMap<>();
        evaluations.forEach((name, curve) -> last.put(name, curve.last()));
        return ProbeFigures.of(last);
    }

    /** Those of {@link org.soda4j.eval.probe.ProbeEvaluation} under its usual name. */
    static boolean isShares(String group) {
        return group.equals(ProbeFigures.EVALUATION);
    }

    /** The usual names of the usual probes and their baselines. */
    static String figure(String name) {
        return ProbeFigures.title(name);
    }

    /** How many steps a mean is of, that is to show where the loss goes. */
    static int window(Curve loss) {
        return Math.max(SMOOTHED_STEPS, loss.size() / SMOOTHED_SHARE);
    }

    /** A curve of steps as the mean that is to show where it goes. */
    static Curve smoothed(Curve curve) {
        return curve.smoothed(window(curve));
    }

    private static ChartSection loss(Curve loss) {
        int window = window(loss);
        Curve smoothed = loss.smoothed(window);
        return new ChartSection(
                "Training loss",
                "step",
                ChartSection.Scale.LOG,
                List.of(
                        series("each step", loss, true),
                        series("mean of %d".formatted(window), smoothed, false)),
                "Mean squared error of the predicted noise, at the end %s (mean of the last %d steps)."
                        .formatted(Digits.value(smoothed.last()), Math.min(window, loss.size())));
    }

    /**
     * The loss of every step of a run, also of its earlier starts, and the mean of the last 20, as
     * a picture for a file of its own.
     *
     * @param metrics the file {@code metrics.jsonl} of a run; may be missing
     * @return the chart; nothing where there is no step
     * @throws IOException if it cannot be read
     */
    public static Optional<LineChart> lossChart(Path metrics) throws IOException {
        RunHistory history = new RunHistory();
        history.readMetrics(metrics);
        Curve loss = history.loss();
        if (loss.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                LineChart.builder()
                        .xLabel("step")
                        .yLabel("mean squared error")
                        .yLog(loss.isPositive())
                        .series("each step", loss.steps(), loss.values())
                        .series(
                                "mean of %d".formatted(SMOOTHED_STEPS),
                                loss.steps(),
                                loss.smoothed(SMOOTHED_STEPS).values())
                        .build());
    }
}
