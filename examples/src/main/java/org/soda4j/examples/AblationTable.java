package org.soda4j.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.soda4j.eval.plot.BarChart;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts the lines that {@link Ablation} wrote side by side. */
@Command(
        name = "ablation-table",
        description =
                "Prints mean and deviation over the seeds of each variant in files that ablation"
                        + " wrote, as a table in Markdown, and draws the probes as a chart. Chance, raw"
                        + " pixels and the untrained encoder stand before the variants.")
final class AblationTable extends Program {

    private static final List<String> OTHERS = List.of("rank", "psnr");

    /** What one variant's lines must agree in, or their mean would mean nothing. */
    private static final List<String> SAME = List.of("preset", "data", "unlabelled", "test");

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Lines that ablation wrote.")
    private List<Path> files;

    @Option(names = "--out", description = "The chart, a PNG. Default: none.")
    private Path out;

    /** The lines of one variant, or of a baseline. */
    record Variant(String name, List<JsonNode> lines) {

        double mean(String measure) {
            return values(measure).stream().mapToDouble(v -> v).average().orElseThrow();
        }

        /** Of the sample; 0 for one line. */
        double deviation(String measure) {
            double mean = mean(measure);
            double squares =
                    values(measure).stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return Math.sqrt(squares / Math.max(1, lines.size() - 1));
        }

        private List<Double> values(String measure) {
            return lines.stream().map(line -> line.path(measure).doubleValue()).toList();
        }

        boolean has(String measure) {
            return areNumbers(lines, measure);
        }

        /** One line says nothing about deviations. */
        String cell(String measure) {
            if (!has(measure)) {
                return "-";
            }
            String mean = String.format(Locale.ROOT, "%.1f", mean(measure));
            return lines.size() == 1
                    ? mean
                    : mean + String.format(Locale.ROOT, " ± %.1f", deviation(measure));
        }
    }

    @Override
    public Integer call() throws IOException {
        if (out != null) {
            OutputCheck.file("--out", out);
        }
        List<JsonNode> lines = lines();
        List<Variant> variants =
                lines.stream()
                        .collect(
                                Collectors.groupingBy(
                                        line -> line.path("name").asText(),
                                        LinkedHashMap::new,
                                        Collectors.toList()))
                        .entrySet()
                        .stream()
                        .map(entry -> new Variant(entry.getKey(), entry.getValue()))
                        .toList();
        variants.forEach(this::requireOneKind);
        Set<String> measures = measures(lines);
        AblationBaselines baselines = AblationBaselines.of(variants, measures);
        List<Variant> rows = new ArrayList<>(baselines.rows());
        rows.addAll(variants);
        print("| variant | seeds | " + String.join(" | ", measures) + " |");
        print("|---".repeat(2 + measures.size()) + "|");
        for (Variant variant : rows) {
            print(
                    measures.stream()
                            .map(variant::cell)
                            .collect(
                                    Collectors.joining(
                                            " | ",
                                            "| %s | %d | "
                                                    .formatted(
                                                            variant.name(), variant.lines().size()),
                                            " |")));
        }
        baselines.notes().forEach(this::print);
        if (out != null) {
            chart(rows, measures).save(out);
            print("chart: " + out.toAbsolutePath().normalize());
        }
        return 0;
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (Path file : files) {
            List<String> texts = Files.readAllLines(file);
            for (int i = 0; i < texts.size(); i++) {
                lines.add(line(texts.get(i), file + ", line " + (i + 1)));
            }
        }
        if (lines.isEmpty()) {
            throw refusal("expected at least one line of ablation in " + files + ", found none");
        }
        return lines;
    }

    private void requireOneKind(Variant variant) {
        for (String field : SAME) {
            Set<JsonNode> values =
                    variant.lines().stream()
                            .map(line -> line.path(field))
                            .collect(Collectors.toCollection(LinkedHashSet::new));
            if (values.size() > 1) {
                throw refusal(
                        "variant '%s': expected one value of %s, found %s; give other runs another name"
                                .formatted(variant.name(), field, values));
            }
        }
    }

    private JsonNode line(String text, String where) {
        JsonNode line;
        try {
            line = new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw refusal(where + ": expected JSON, found " + text, e);
        }
        if (line.path("name").asText().isEmpty()) {
            throw refusal(where + ": expected a line of ablation with a name, found " + text);
        }
        return line;
    }

    /** What every line has, probes first; baselines are rows. */
    private static Set<String> measures(List<JsonNode> lines) {
        Set<String> measures = new LinkedHashSet<>();
        lines.get(0).fieldNames().forEachRemaining(measures::add);
        measures.removeIf(name -> !isProbe(name) || !areNumbers(lines, name));
        if (areNumbers(lines, Ablation.CHANCE)
                && !measures.stream().allMatch(AblationTable::isOfPixels)) {
            measures.removeIf(AblationTable::isOfPixels);
        }
        OTHERS.stream().filter(name -> areNumbers(lines, name)).forEach(measures::add);
        return measures;
    }

    /** Whether a field is a probe of a variant's features. */
    static boolean isProbe(String field) {
        return (field.endsWith(".knn") || field.endsWith(".linear"))
                && !field.startsWith(Ablation.UNTRAINED);
    }

    private static boolean isOfPixels(String field) {
        return field.startsWith(Ablation.PIXELS + ".");
    }

    private static boolean areNumbers(List<JsonNode> lines, String measure) {
        return lines.stream().allMatch(line -> line.path(measure).isNumber());
    }

    private static BarChart chart(List<Variant> rows, Set<String> measures) {
        List<Variant> variants =
                rows.stream()
                        .filter(
                                row ->
                                        measures.stream()
                                                .filter(AblationTable::isProbe)
                                                .allMatch(row::has))
                        .toList();
        return new BarChart(
                "Accuracy, %",
                variants.stream().map(Variant::name).toList(),
                measures.stream()
                        .filter(measure -> !OTHERS.contains(measure))
                        .map(
                                measure ->
                                        new BarChart.Series(
                                                measure,
                                                of(variants, v -> v.mean(measure)),
                                                of(variants, v -> v.deviation(measure))))
                        .toList());
    }

    private static List<Double> of(List<Variant> variants, Function<Variant, Double> value) {
        return variants.stream().map(value).toList();
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new AblationTable(), args));
    }
}
