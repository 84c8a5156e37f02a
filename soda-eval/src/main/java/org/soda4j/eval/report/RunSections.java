package org.soda4j.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.io.ConfigText;
import org.soda4j.io.Utf8Text;
import org.soda4j.training.run.RunFolder;

/** What the folder of a run tells in a report: its configuration, its curves and its origin. */
public final class RunSections {

    private static final int SMOOTHED_STEPS = 20;
    private static final List<String> LINE_FIELDS = List.of("type", "step", "epoch", "images");

    private RunSections() {}

    /**
     * Reads a run.
     *
     * @param run a run folder; the run may be going on
     * @return loss curve, the evaluations' curves (if there are any) and the configuration, in this
     *     order
     * @throws IOException if a file cannot be read
     * @throws org.soda4j.training.run.RunFolderException if it is no run folder
     */
    public static List<ReportSection> of(Path run) throws IOException {
        List<ReportSection> sections = new ArrayList<>();
        sections.addAll(curves(RunFolder.metrics(run)));
        sections.add(configuration("Configuration", RunFolder.config(run, JsonNode.class)));
        return sections;
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
        flatten("", config, rows);
        return new TableSection(title, List.of("field", "value"), rows, "");
    }

    private static void flatten(String path, JsonNode node, List<List<String>> rows) {
        boolean nested = node.isObject() && !node.isEmpty();
        if (!nested) {
            rows.add(List.of(path, node.isTextual() ? node.asText() : node.toString()));
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            flatten(name, field.getValue(), rows);
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
     * The curves of a run: its loss by step, and every figure of its evaluations.
     *
     * @param metrics the file {@code metrics.jsonl} of a run; may be missing
     * @return the sections for which there are points
     * @throws IOException if it cannot be read
     */
    public static List<ReportSection> curves(Path metrics) throws IOException {
        Curve loss = new Curve();
        Map<String, Curve> figures = new TreeMap<>();
        read(metrics, loss, figures);
        figures.values().removeIf(Curve::isEmpty);
        List<ReportSection> sections = new ArrayList<>();
        if (!loss.isEmpty()) {
            sections.add(
                    new PictureSection(
                            "Training loss",
                            lossChart(loss),
                            "The loss of every step, and the mean of the last %d steps; logarithmic."
                                    .formatted(SMOOTHED_STEPS)));
        }
        if (!figures.isEmpty()) {
            LineChart.Builder chart = LineChart.builder().xLabel("step").yLabel("value");
            figures.forEach((name, curve) -> chart.series(name, curve.steps(), curve.values()));
            StringBuilder last = new StringBuilder("Evaluations during training; at the end: ");
            figures.forEach(
                    (name, curve) ->
                            last.append(Html.format("%s %.4f, ", name, curve.lastValue())));
            sections.add(
                    new PictureSection(
                            "Evaluations",
                            chart.build(),
                            last.substring(0, last.length() - 2) + "."));
        }
        return sections;
    }

    /**
     * The loss of every step of a run, also of its earlier starts, and the mean of the last 20.
     *
     * @param metrics the file {@code metrics.jsonl} of a run; may be missing
     * @return the chart; nothing where there is no step
     * @throws IOException if it cannot be read
     */
    public static Optional<LineChart> lossChart(Path metrics) throws IOException {
        Curve loss = new Curve();
        read(metrics, loss, new TreeMap<>());
        return loss.isEmpty() ? Optional.empty() : Optional.of(lossChart(loss));
    }

    private static void read(Path metrics, Curve loss, Map<String, Curve> figures)
            throws IOException {
        if (Files.exists(metrics)) {
            AtomicLong number = new AtomicLong();
            Utf8Text.forEachLine(
                    metrics,
                    line -> {
                        number.incrementAndGet();
                        try {
                            read(ConfigText.jsonTree(line), loss, figures);
                        } catch (IllegalArgumentException e) {
                            throw new IllegalArgumentException(
                                    "%s, line %d: expected JSON, found %s"
                                            .formatted(metrics, number.get(), e.getMessage()),
                                    e);
                        }
                    });
        }
    }

    private static void read(JsonNode line, Curve loss, Map<String, Curve> figures) {
        double step = line.path("step").asDouble();
        switch (line.path("type").asText()) {
            case "step" -> loss.add(step, line.path("loss"));
            case "evaluation" ->
                    line.properties()
                            .forEach(
                                    field -> {
                                        if (!LINE_FIELDS.contains(field.getKey())) {
                                            figures.computeIfAbsent(
                                                            field.getKey(), key -> new Curve())
                                                    .add(step, field.getValue());
                                        }
                                    });
            default -> {} // Epochs repeat what the steps say.
        }
    }

    private static LineChart lossChart(Curve loss) {
        double[] values = loss.values();
        double[] smoothed = new double[values.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] - (i >= SMOOTHED_STEPS ? values[i - SMOOTHED_STEPS] : 0);
            smoothed[i] = sum / Math.min(i + 1, SMOOTHED_STEPS);
        }
        return LineChart.builder()
                .xLabel("step")
                .yLabel("mean squared error")
                .yLog(DoubleStream.of(values).allMatch(value -> value > 0))
                .series("each step", loss.steps(), values)
                .series("mean of %d".formatted(SMOOTHED_STEPS), loss.steps(), smoothed)
                .build();
    }

    /** Points of one curve; numbers that are not finite (or written as text) are left out. */
    private static final class Curve {

        private final List<Double> steps = new ArrayList<>();
        private final List<Double> values = new ArrayList<>();

        void add(double step, JsonNode value) {
            // What a run writes are numbers of single precision.
            if (value.isNumber()
                    && Math.abs(step) <= Float.MAX_VALUE
                    && Math.abs(value.asDouble()) <= Float.MAX_VALUE) {
                steps.add(step);
                values.add(value.asDouble());
            }
        }

        boolean isEmpty() {
            return steps.isEmpty();
        }

        double lastValue() {
            return values.get(values.size() - 1);
        }

        double[] steps() {
            return steps.stream().mapToDouble(x -> x).toArray();
        }

        double[] values() {
            return values.stream().mapToDouble(x -> x).toArray();
        }
    }
}
