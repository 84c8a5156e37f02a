package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.LogisticModel;

/**
 * How well a direction moves its attribute: images are drawn along it and probes are asked about
 * the <em>images</em>, not about the latents, which would be true by construction.
 *
 * @param direction its name
 * @param deviations how far, in standard deviations, ascending or as given
 * @param attribute for each of them, the mean probability of the wanted class
 * @param kept for every other probe, by name, the share of images of which it says the same as of
 *     the unmoved image
 */
public record DirectionEffect(
        String direction,
        List<Double> deviations,
        List<Double> attribute,
        Map<String, List<Double>> kept) {

    /** Copies the collections. */
    public DirectionEffect {
        deviations = List.copyOf(deviations);
        attribute = List.copyOf(attribute);
        kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    /**
     * Measures.
     *
     * @param decoder draws the images
     * @param encoder features of images {@code [N, C, H, W] in [0, 1]}, as the probes were trained
     *     on, such as {@code soda::encode}; its result is closed
     * @param direction where to go
     * @param latents float32 {@code [N, d]}, where to start
     * @param deviations how far
     * @param attribute the probe of the attribute
     * @param wanted the class of the attribute that the direction approaches
     * @param others probes that should not change their answer, by name
     * @return the effect; there is nothing to close
     */
    public static DirectionEffect measure(
            LatentDecoder decoder,
            UnaryOperator<NDArray> encoder,
            LatentDirection direction,
            NDArray latents,
            double[] deviations,
            LogisticModel attribute,
            int wanted,
            Map<String, LogisticModel> others) {
        List<Double> probabilities = new ArrayList<>();
        Map<String, List<Double>> kept = new LinkedHashMap<>();
        others.keySet().forEach(name -> kept.put(name, new ArrayList<>()));
        FeatureSet unmoved = features(decoder, encoder, direction, latents, 0);
        for (double deviation : deviations) {
            FeatureSet moved =
                    deviation == 0
                            ? unmoved
                            : features(decoder, encoder, direction, latents, deviation);
            probabilities.add(
                    Arrays.stream(attribute.probabilities(moved))
                            .mapToDouble(row -> row[wanted])
                            .average()
                            .orElse(Double.NaN));
            others.forEach(
                    (name, probe) ->
                            kept.get(name)
                                    .add(agreement(probe.predict(unmoved), probe.predict(moved))));
        }
        return new DirectionEffect(
                direction.name(), Arrays.stream(deviations).boxed().toList(), probabilities, kept);
    }

    private static FeatureSet features(
            LatentDecoder decoder,
            UnaryOperator<NDArray> encoder,
            LatentDirection direction,
            NDArray latents,
            double deviation) {
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray moved = direction.traverse(latents, deviation);
            moved.attach(scope);
            return FeatureSet.of(encoder.apply(decoder.decode(moved)));
        }
    }

    private static double agreement(int[] a, int[] b) {
        int same = 0;
        for (int i = 0; i < a.length; i++) {
            same += a[i] == b[i] ? 1 : 0;
        }
        return same / (double) a.length;
    }

    /**
     * The effect for a terminal.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        StringBuilder table = new StringBuilder(direction).append("\n    SD  attribute");
        kept.keySet().forEach(name -> table.append("  same ").append(name));
        table.append('\n');
        for (int s = 0; s < deviations.size(); s++) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%6.1f  %8.1f%%",
                            deviations.get(s),
                            100 * attribute.get(s)));
            for (Map.Entry<String, List<Double>> other : kept.entrySet()) {
                int width = other.getKey().length() + 5;
                table.append(
                        String.format(
                                Locale.ROOT,
                                "  %" + width + ".1f%%",
                                100 * other.getValue().get(s)));
            }
            table.append('\n');
        }
        return table.toString();
    }

    /**
     * The effect as a picture.
     *
     * @return shares over standard deviations
     */
    public LineChart chart() {
        double[] x = deviations.stream().mapToDouble(d -> d).toArray();
        LineChart.Builder chart =
                LineChart.builder()
                        .title(direction)
                        .xLabel("standard deviations along the direction")
                        .yLabel("share of generated images")
                        .series(
                                "attribute (mean probability)",
                                x,
                                attribute.stream().mapToDouble(d -> d).toArray());
        kept.forEach(
                (name, values) ->
                        chart.series(
                                "same " + name, x, values.stream().mapToDouble(d -> d).toArray()));
        return chart.build();
    }
}
