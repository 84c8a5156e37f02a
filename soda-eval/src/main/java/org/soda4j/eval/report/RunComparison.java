package org.soda4j.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.training.run.RunFolder;

/**
 * Runs side by side: their curves over one another, their last figures in a table, and in what
 * their configurations differ.
 *
 * <pre>{@code
 * RunComparison comparison = RunComparison.of(List.of(Path.of("a"), Path.of("b")));
 * System.out.print(comparison.table());
 * comparison.report().save(Path.of("compare.html"));
 * }</pre>
 */
public final class RunComparison {

    /** So many can be told apart. */
    private static final int MOST = 10;

    private static final String NOTHING = "-";

    private record Run(
            String name, RunHistory history, Map<String, String> facts, JsonNode config) {

        /** Runs of different batches have only the images in common. */
        double imagesPerStep() {
            return (double) history.images() / Math.max(1, history.steps());
        }
    }

    private final List<Run> runs;

    private RunComparison(List<Run> runs) {
        this.runs = runs;
    }

    /**
     * Reads runs, which may be going on.
     *
     * @param folders 2 to 10 run folders, each once
     * @return the comparison
     * @throws IOException if a file cannot be read
     * @throws IllegalArgumentException if there are fewer, more, or one twice
     * @throws org.soda4j.training.run.RunFolderException if one is no run folder
     */
    public static RunComparison of(List<Path> folders) throws IOException {
        if (folders.size() < 2 || folders.size() > MOST) {
            throw new IllegalArgumentException(
                    "expected 2 to %d runs, found %d".formatted(MOST, folders.size()));
        }
        List<String> names = names(folders);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            Path folder = folders.get(i);
            JsonNode config = RunFolder.config(folder, JsonNode.class);
            RunHistory history = RunHistory.read(folder);
            runs.add(new Run(names.get(i), history, RunFacts.of(folder, history), config));
        }
        return new RunComparison(runs);
    }

    /** The ends of the paths that tell them apart. */
    private static List<String> names(List<Path> folders) {
        List<Path> paths = folders.stream().map(p -> p.toAbsolutePath().normalize()).toList();
        if (paths.stream().distinct().count() < paths.size()) {
            throw new IllegalArgumentException("expected each run once, found " + folders);
        }
        int most = paths.stream().mapToInt(Path::getNameCount).max().orElse(0);
        for (int count = 1; count < most; count++) {
            int elements = count;
            List<String> names =
                    paths.stream()
                            .map(
                                    p ->
                                            p.subpath(
                                                            Math.max(
                                                                    0, p.getNameCount() - elements),
                                                            p.getNameCount())
                                                    .toString())
                            .toList();
            if (names.stream().distinct().count() == names.size()) {
                return names;
            }
        }
        return paths.stream().map(Path::toString).toList();
    }

    /**
     * The comparison as a page.
     *
     * @return table, curves and differences
     */
    public Report report() {
        Report.Builder report =
                Report.builder().title("%d runs side by side".formatted(runs.size()));
        report.add(new TableSection("Runs", headers(), rows(), ""));
        for (String figure : measured()) {
            add(
                    report,
                    heading(RunSections.figure(figure)),
                    ProbeFigures.isShare(figure)
                            ? ChartSection.Scale.PERCENT
                            : ChartSection.Scale.LINEAR,
                    history -> history.evaluations().getOrDefault(figure, new Curve()),
                    "Measured during training." + baselines(figure));
        }
        add(
                report,
                "Training loss",
                ChartSection.Scale.LOG,
                history -> RunSections.smoothed(history.loss()),
                "Mean squared error of the predicted noise, the mean of the last steps. Other noise schedules and targets have other losses.");
        add(
                report,
                "Effective rank",
                ChartSection.Scale.LINEAR,
                RunHistory::rank,
                "Directions of the latent that a batch uses.");
        add(
                report,
                "Gradient norm",
                ChartSection.Scale.LOG,
                history -> RunSections.smoothed(history.gradientNorm()),
                "Before clipping, the mean of the last steps.");
        add(
                report,
                "Learning rate",
                ChartSection.Scale.LINEAR,
                RunHistory::denoiserRate,
                "The denoiser's.");
        add(
                report,
                "Images per second",
                ChartSection.Scale.LINEAR,
                RunHistory::speed,
                "A moving average without evaluations and checkpoints.");
        report.add(differencesTable());
        return report.build();
    }

    /** "Linear probe", but "k-NN". */
    private static String heading(String name) {
        return name.length() > 1 && Character.isLowerCase(name.charAt(1))
                ? Character.toUpperCase(name.charAt(0)) + name.substring(1)
                : name;
    }

    private void add(
            Report.Builder report,
            String title,
            ChartSection.Scale scale,
            Function<RunHistory, Curve> curve,
            String caption) {
        List<ChartSection.Series> series = new ArrayList<>();
        boolean some = false;
        for (Run run : runs) {
            Curve found = curve.apply(run.history);
            some |= !found.isEmpty();
            double[] images = found.steps();
            for (int i = 0; i < images.length; i++) {
                images[i] = Math.rint(images[i] * run.imagesPerStep());
            }
            // A run without keeps its place, so that each has one colour in all charts.
            series.add(new ChartSection.Series(run.name, images, found.values(), false));
        }
        if (some) {
            report.add(new ChartSection(title, "images seen", scale, series, caption));
        }
    }

    /** All figures of evaluations that some run has. */
    private List<String> evaluated() {
        TreeSet<String> names = new TreeSet<>();
        runs.forEach(run -> names.addAll(run.history.evaluations().keySet()));
        return List.copyOf(names);
    }

    /** Without the baselines of probes, which stand still and beside their probes. */
    private List<String> measured() {
        return evaluated().stream()
                .filter(name -> !ProbeFigures.isShare(name) || ProbeFigures.isProbe(name))
                .toList();
    }

    /** Of a probe, what its baselines reached in each run; empty for what is no probe. */
    private String baselines(String figure) {
        Map<String, List<String>> runsByBaselines = new LinkedHashMap<>();
        for (Run run : runs) {
            probe(run, figure)
                    .filter(probe -> !probe.baselines().isEmpty())
                    .ifPresent(
                            probe ->
                                    runsByBaselines
                                            .computeIfAbsent(
                                                    shares(probe), text -> new ArrayList<>())
                                            .add(run.name));
        }
        return runsByBaselines.entrySet().stream()
                .map(
                        one ->
                                " Baselines of %s: %s."
                                        .formatted(String.join(", ", one.getValue()), one.getKey()))
                .collect(Collectors.joining());
    }

    private static String shares(ProbeFigures probe) {
        return probe.baselines().entrySet().stream()
                .map(one -> one.getKey() + ' ' + Digits.percent(one.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static Optional<ProbeFigures> probe(Run run, String figure) {
        return RunSections.probes(run.history.evaluations()).stream()
                .filter(probe -> probe.probe().equals(ProbeFigures.title(figure)))
                .findFirst();
    }

    /** Of a probe, in the order in which its cells have them; those that some run has. */
    private List<String> namesOfBaselines(String figure) {
        return runs.stream()
                .flatMap(run -> probe(run, figure).stream())
                .map(probe -> List.copyOf(probe.baselines().keySet()))
                .max(Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private List<String> headers() {
        List<String> headers = new ArrayList<>(List.of("run", "data", "images seen", "time"));
        for (String figure : measured()) {
            List<String> baselines = namesOfBaselines(figure);
            headers.add(
                    RunSections.figure(figure)
                            + (baselines.isEmpty()
                                    ? ""
                                    : " (" + String.join(", ", baselines) + ")"));
        }
        headers.add("loss");
        headers.add("effective rank");
        return headers;
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Run run : runs) {
            RunHistory history = run.history;
            List<String> row = new ArrayList<>();
            row.add(run.name);
            row.add(run.facts.getOrDefault(RunFacts.DATA, NOTHING));
            row.add(Digits.count(history.images()));
            row.add(run.facts.getOrDefault(RunFacts.TIME, NOTHING));
            for (String figure : measured()) {
                Curve curve = history.evaluations().get(figure);
                row.add(curve == null ? NOTHING : shown(run, figure, curve.last()));
            }
            Curve loss = RunSections.smoothed(history.loss());
            row.add(loss.isEmpty() ? NOTHING : Digits.value(loss.last()));
            row.add(history.rank().isEmpty() ? NOTHING : Digits.value(history.rank().last()));
            rows.add(row);
        }
        return rows;
    }

    private String shown(Run run, String figure, double value) {
        if (!ProbeFigures.isProbe(figure)) {
            return Digits.value(value);
        }
        List<String> names = namesOfBaselines(figure);
        Map<String, Double> baselines =
                probe(run, figure).map(ProbeFigures::baselines).orElse(Map.of());
        return Digits.percent(value)
                + (names.isEmpty()
                        ? ""
                        : names.stream()
                                .map(
                                        name ->
                                                baselines.containsKey(name)
                                                        ? Html.format(
                                                                "%.1f", 100 * baselines.get(name))
                                                        : NOTHING)
                                .collect(Collectors.joining(", ", " (", ")")));
    }

    private TableSection differencesTable() {
        List<List<String>> rows = new ArrayList<>();
        differences()
                .forEach(
                        (field, values) -> {
                            List<String> row = new ArrayList<>(List.of(field));
                            for (Run run : runs) {
                                JsonNode value = values.get(run.name);
                                row.add(value == null ? NOTHING : RunSections.text(value));
                            }
                            rows.add(row);
                        });
        List<String> headers = new ArrayList<>(List.of("field"));
        runs.forEach(run -> headers.add(run.name));
        return new TableSection(
                "Differences of the configurations",
                headers,
                rows,
                rows.isEmpty() ? "None: the runs have one configuration." : "");
    }

    /**
     * In what the configurations differ.
     *
     * @return by field, such as {@code training.batchSize}, the value of each run by its name; a
     *     run without the field is left out
     */
    public Map<String, Map<String, JsonNode>> differences() {
        Map<String, Map<String, JsonNode>> fields = new LinkedHashMap<>();
        for (Run run : runs) {
            RunSections.fields(run.config)
                    .forEach(
                            (field, value) ->
                                    fields.computeIfAbsent(field, f -> new LinkedHashMap<>())
                                            .put(run.name, value));
        }
        fields.values()
                .removeIf(
                        values ->
                                values.size() == runs.size()
                                        && values.values().stream().distinct().count() == 1);
        return fields;
    }

    /**
     * Where each run stands.
     *
     * @return one a run, in their order
     */
    public List<RunFigures> figures() {
        return runs.stream().map(run -> RunFigures.of(run.name, run.history, run.facts)).toList();
    }

    /**
     * The last figures for a terminal.
     *
     * @return one line a run below one of names, each ending with a line feed
     */
    public String table() {
        List<List<String>> lines = new ArrayList<>(List.of(headers()));
        lines.addAll(rows());
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                int at = column;
                int width = lines.stream().mapToInt(l -> l.get(at).length()).max().orElse(1);
                String pattern = column < 2 ? "%-" + width + "s  " : "%" + width + "s  ";
                row.append(Html.format(pattern, line.get(column)));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
