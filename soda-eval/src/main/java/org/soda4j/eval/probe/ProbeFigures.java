package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One probe of a {@link ProbeEvaluation} under the name {@code probe}, beside what it has to beat,
 * read from figures by name such as those of metrics.jsonl. Prints itself as {@code k-NN 75.0 %
 * (pixels 33.3, untrained 62.5, chance 33.3)}.
 *
 * @param probe what the probe is called: {@code k-NN}, {@code linear probe}, or the name of its
 *     figure
 * @param accuracy 0 .. 1
 * @param baselines accuracy of the same probe by what it sees, {@code pixels}, {@code untrained}
 *     and {@code chance}, in that order; those that were measured, so none of runs of old versions
 */
public record ProbeFigures(String probe, double accuracy, Map<String, Double> baselines) {

    /** The name under which the trainer has the evaluation. */
    public static final String EVALUATION = "probe";

    private static final String PREFIX = EVALUATION + ".";

    /** Keeps the order. */
    public ProbeFigures {
        baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
    }

    /**
     * Finds the probes among figures.
     *
     * @param figures by name, such as {@code probe.knn}, {@code probe.knn.pixels} and {@code
     *     probe.chance}; others are left alone
     * @return the probes by their names; baselines are no probes
     */
    public static List<ProbeFigures> of(Map<String, Double> figures) {
        List<ProbeFigures> probes = new ArrayList<>();
        new TreeMap<>(figures)
                .forEach(
                        (name, accuracy) -> {
                            if (isProbe(name)) {
                                probes.add(
                                        new ProbeFigures(
                                                title(name), accuracy, baselines(name, figures)));
                            }
                        });
        return probes;
    }

    private static Map<String, Double> baselines(String probe, Map<String, Double> figures) {
        Map<String, Double> found = new LinkedHashMap<>();
        for (String baseline : List.of(ProbeEvaluation.PIXELS, ProbeEvaluation.UNTRAINED)) {
            Double accuracy = figures.get(probe + "." + baseline);
            if (accuracy != null) {
                found.put(baseline, accuracy);
            }
        }
        Double chance = figures.get(PREFIX + ProbeEvaluation.CHANCE);
        if (chance != null) {
            found.put(ProbeEvaluation.CHANCE, chance);
        }
        return found;
    }

    /**
     * Tells whether a figure is the accuracy of a probe or of a baseline.
     *
     * @param figure its name
     * @return whether it is one of a {@link ProbeEvaluation} under its usual name
     */
    public static boolean isShare(String figure) {
        return figure.startsWith(PREFIX);
    }

    /**
     * Tells a probe of the model from a baseline.
     *
     * @param figure its name
     * @return whether it is the accuracy of a probe of the model
     */
    public static boolean isProbe(String figure) {
        return isShare(figure)
                && !figure.equals(PREFIX + ProbeEvaluation.CHANCE)
                && figure.indexOf('.', PREFIX.length()) < 0;
    }

    /**
     * What a figure is called where people read.
     *
     * @param figure its name
     * @return such as {@code k-NN}, {@code linear probe}, {@code k-NN, pixels} or {@code chance};
     *     the figure's own name where it has no other
     */
    public static String title(String figure) {
        if (!isShare(figure)) {
            return figure;
        }
        String rest = figure.substring(PREFIX.length());
        int point = rest.indexOf('.');
        String probe = point < 0 ? rest : rest.substring(0, point);
        String title =
                switch (probe) {
                    case "knn" -> "k-NN";
                    case "linear" -> "linear probe";
                    case ProbeEvaluation.CHANCE -> probe;
                    default -> PREFIX + probe;
                };
        return point < 0 ? title : title + ", " + rest.substring(point + 1);
    }

    /**
     * The baseline that is hardest to beat.
     *
     * @return its name and accuracy; empty where none was measured
     */
    public Optional<Map.Entry<String, Double>> best() {
        return baselines.entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry<String, Double>::getValue));
    }

    @Override
    public String toString() {
        String model = String.format(Locale.ROOT, "%s %.1f %%", probe, 100 * accuracy);
        if (baselines.isEmpty()) {
            return model;
        }
        return baselines.entrySet().stream()
                .map(
                        baseline ->
                                String.format(
                                        Locale.ROOT,
                                        "%s %.1f",
                                        baseline.getKey(),
                                        100 * baseline.getValue()))
                .collect(Collectors.joining(", ", model + " (", ")"));
    }
}
