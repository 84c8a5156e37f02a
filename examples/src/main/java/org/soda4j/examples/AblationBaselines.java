package org.soda4j.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.soda4j.examples.AblationTable.Variant;

/**
 * What the variants of a table have to beat: chance, raw pixels and the untrained encoder. Variants
 * of one encoder, one resolution and the same images share them.
 *
 * @param rows chance, raw pixels, untrained encoder; where variants differ in them, several of each
 * @param notes whose they are, and which variants have none
 */
record AblationBaselines(List<Variant> rows, List<String> notes) {

    /** What baselines depend on, besides the seed. */
    private static final List<String> SHARED = List.of("data", "test", "encoder", "imageShape");

    private static final int NAMED = 60;

    static AblationBaselines of(List<Variant> variants, Collection<String> measures) {
        List<Variant> measured = variants.stream().filter(AblationBaselines::has).toList();
        Map<String, List<Variant>> groups =
                measured.stream()
                        .collect(
                                Collectors.groupingBy(
                                        AblationBaselines::shared,
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        Map<String, Variant> chance = new LinkedHashMap<>();
        Map<String, Variant> pixels = new LinkedHashMap<>();
        Map<String, Variant> untrained = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        for (List<Variant> group : groups.values()) {
            String whose = shortened(group.get(0).name());
            List<JsonNode> seeds = seeds(group);
            List<JsonNode> any = seeds.subList(0, 1); // No seed changes these.
            add(chance, whose, any, measures, measure -> Ablation.CHANCE);
            add(
                    pixels,
                    whose,
                    any,
                    measures,
                    measure -> Ablation.PIXELS + measure.substring(measure.lastIndexOf('.')));
            add(untrained, whose, seeds, measures, measure -> Ablation.UNTRAINED + measure);
            if (groups.size() > 1 && group.size() > 1) {
                notes.add(
                        "The baselines of %s are those of %s, too."
                                .formatted(
                                        group.get(0).name(),
                                        names(group.subList(1, group.size()))));
            }
        }
        List<Variant> without = variants.stream().filter(v -> !measured.contains(v)).toList();
        if (!without.isEmpty()) {
            notes.add(
                    "No baselines: %s; these lines were written before ablation measured them."
                            .formatted(names(without)));
        }
        List<Variant> rows = new ArrayList<>(named("chance", chance));
        rows.addAll(named("raw pixels", pixels));
        rows.addAll(named("untrained encoder", untrained));
        return new AblationBaselines(rows, notes);
    }

    /** By the first variant that has them, where there are several of a kind. */
    private static List<Variant> named(String kind, Map<String, Variant> rows) {
        return rows.values().stream()
                .map(
                        row ->
                                rows.size() == 1
                                        ? new Variant(kind, row.lines())
                                        : new Variant(kind + " of " + row.name(), row.lines()))
                .toList();
    }

    private static boolean has(Variant variant) {
        return variant.lines().stream().allMatch(line -> line.path(Ablation.CHANCE).isNumber());
    }

    /** Of the first line: a change of it is a change of the variant. */
    private static String shared(Variant variant) {
        JsonNode line = variant.lines().get(0);
        return SHARED.stream().map(field -> line.path(field).asText()).toList().toString();
    }

    /** A line for each seed. */
    private static List<JsonNode> seeds(List<Variant> group) {
        Map<String, JsonNode> bySeed = new LinkedHashMap<>();
        group.forEach(
                variant ->
                        variant.lines()
                                .forEach(
                                        line ->
                                                bySeed.putIfAbsent(
                                                        line.path("seed").asText(), line)));
        return List.copyOf(bySeed.values());
    }

    /** Adds a row under the figures it shows, unless they stand there already. */
    private static void add(
            Map<String, Variant> rows,
            String whose,
            List<JsonNode> lines,
            Collection<String> measures,
            UnaryOperator<String> field) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode line : lines) {
            ObjectNode figures = new ObjectMapper().createObjectNode();
            for (String measure : measures) {
                JsonNode figure =
                        line.path(AblationTable.isProbe(measure) ? field.apply(measure) : "");
                if (figure.isNumber()) {
                    figures.set(measure, figure);
                }
            }
            found.add(figures);
        }
        Variant row = new Variant(whose, found);
        rows.putIfAbsent(measures.stream().map(row::cell).toList().toString(), row);
    }

    private static String names(List<Variant> variants) {
        return variants.stream().map(Variant::name).collect(Collectors.joining(", "));
    }

    private static String shortened(String name) {
        return name.length() <= NAMED ? name : name.substring(0, NAMED) + "...";
    }
}
