package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.data.dataset.ShapesDataset.Factor;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.IndependentComponents;
import org.soda4j.eval.latent.LatentDecoder;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.latent.SuggestedAttribute;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.latent.LatentLayout;

/**
 * Directions that were found without labels, the names that known factors suggest for them, and
 * which factors of the drawn images change along them.
 */
public record ShapeEdits(Soda soda, LatentDecoder decoder, Consumer<String> print) {

    static final int DIRECTIONS = 2;
    static final double DEVIATIONS = 2;

    /** Prints a line for each of the first directions of every section and each independent one. */
    public void measure(FeatureSet train, ShapesDataset trainSet, ShapesDataset test, int count) {
        Map<String, int[]> factors = new LinkedHashMap<>();
        Map<String, LogisticModel> probes = new LinkedHashMap<>();
        for (Factor factor : ShapeMeasurements.probed(trainSet)) {
            FeatureSet labelled = ShapeMeasurements.labelled(train, trainSet, factor);
            String name = factor.name().toLowerCase(Locale.ROOT);
            factors.put(name, labelled.labels());
            probes.put(name, ShapeMeasurements.REGRESSION.fit(labelled));
        }
        StringBuilder table =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "Edits from %+.0f to %+.0f standard deviations, and of how many of %d images probes then say something else:%n%-24s %-18s",
                                -DEVIATIONS,
                                DEVIATIONS,
                                count,
                                "direction",
                                "suggested name"));
        probes.keySet().forEach(name -> table.append(String.format("  %10s", name)));
        table.append("  of all changes\n");
        try (NDManager scope = NDManager.newBaseManager(soda.device())) {
            NDArray z =
                    soda.encode(
                            ModelImages.of(
                                    soda,
                                    scope,
                                    IntStream.range(0, count).mapToObj(test::image).toList()));
            LatentLayout layout = soda.config().latent();
            for (int section = 0; section < layout.sections(); section++) {
                int some = Math.min(DIRECTIONS, layout.size(section));
                for (LatentDirection direction :
                        LatentDirection.principal(train, layout, section, some)) {
                    row(
                            table,
                            direction,
                            SuggestedAttribute.of(direction, train, factors),
                            probes,
                            z);
                }
            }
            IndependentSections.of(train)
                    .ifPresent(c -> components(table, c, train, factors, probes, z));
        }
        print.accept(table.toString());
    }

    private void components(
            StringBuilder table,
            IndependentComponents components,
            FeatureSet train,
            Map<String, int[]> factors,
            Map<String, LogisticModel> probes,
            NDArray z) {
        FeatureSet values = components.of(train);
        List<LatentDirection> directions = components.directions(train);
        for (int k = 0; k < directions.size(); k++) {
            double[] positions = new double[values.size()];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = values.row(i)[k];
            }
            row(table, directions.get(k), SuggestedAttribute.of(positions, factors), probes, z);
        }
    }

    private void row(
            StringBuilder table,
            LatentDirection direction,
            SuggestedAttribute name,
            Map<String, LogisticModel> probes,
            NDArray z) {
        Map<String, Double> changed = changed(probes, direction, z);
        table.append(String.format("%-24s %-18s", direction.name(), name.toString()));
        double all = changed.values().stream().mapToDouble(c -> c).sum();
        changed.values()
                .forEach(c -> table.append(String.format(Locale.ROOT, "  %9.0f%%", 100 * c)));
        double share = all == 0 ? 0 : changed.get(name.factor()) / all;
        table.append(String.format(Locale.ROOT, "  %13.0f%%%n", 100 * share));
    }

    /** For each probe the share of images of which it says something else on the other side. */
    private Map<String, Double> changed(
            Map<String, LogisticModel> probes, LatentDirection direction, NDArray z) {
        FeatureSet left = drawn(direction, z, -DEVIATIONS);
        FeatureSet right = drawn(direction, z, DEVIATIONS);
        Map<String, Double> changed = new LinkedHashMap<>();
        probes.forEach(
                (name, probe) -> {
                    int[] before = probe.predict(left);
                    int[] after = probe.predict(right);
                    long count =
                            IntStream.range(0, before.length)
                                    .filter(i -> before[i] != after[i])
                                    .count();
                    changed.put(name, count / (double) before.length);
                });
        return changed;
    }

    private FeatureSet drawn(LatentDirection direction, NDArray z, double deviations) {
        try (NDManager scope = z.getManager().newSubManager()) {
            NDArray moved = direction.traverse(z, deviations);
            moved.attach(scope);
            return FeatureSet.of(soda.encode(decoder.decode(moved)));
        }
    }
}
