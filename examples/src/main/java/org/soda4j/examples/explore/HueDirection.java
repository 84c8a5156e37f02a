package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.data.dataset.ShapesDataset.Factor;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.DirectionEffect;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.image.PixelImage;

/** Whether a direction that was found for the hue changes the hue and nothing else. */
public record HueDirection(Soda soda, FixedNoiseDecoder decoder, Path out, Consumer<String> print) {

    private static final int RED = 0;
    private static final int WANTED = 2; // A quarter of the circle from red.

    /** How far, in distances between the two hues' mean latents. */
    private static final double[] STEPS = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5};

    /** Moves red shapes and asks the probes about the drawn images. */
    public void measure(FeatureSet train, ShapesDataset trainSet, ShapesDataset testSet, int count)
            throws IOException {
        FeatureSet hues = ShapeMeasurements.labelled(train, trainSet, Factor.HUE);
        LogisticModel hue = ShapeMeasurements.REGRESSION.fit(hues);
        Map<String, LogisticModel> kept = new LinkedHashMap<>();
        for (Factor factor : List.of(Factor.SHAPE, Factor.X, Factor.Y, Factor.BACKGROUND)) {
            kept.put(
                    factor.name().toLowerCase(Locale.ROOT),
                    ShapeMeasurements.REGRESSION.fit(
                            ShapeMeasurements.labelled(train, trainSet, factor)));
        }
        double[][] others =
                kept.values().stream()
                        .flatMap(probe -> Arrays.stream(probe.weights()))
                        .toArray(double[][]::new);
        LatentDirection steepest =
                LatentDirection.ofProbe("hue, the probe's weights", hue, RED, WANTED, train);
        LatentDirection pattern =
                LatentDirection.pattern(
                        "hue, the pattern that keeps the rest", hue, RED, WANTED, others, train);
        Map<String, LatentDirection> directions = new LinkedHashMap<>();
        directions.put("shapes-hue-weights", steepest);
        directions.put("shapes-hue-pattern", pattern);
        List<PixelImage> red = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] factors = testSet.factors(i);
            factors[Factor.HUE.ordinal()] = RED;
            red.add(testSet.render(factors));
        }
        try (NDManager scope = NDManager.newBaseManager(soda.device())) {
            NDArray z = soda.encode(ModelImages.of(soda, scope, red));
            for (Map.Entry<String, LatentDirection> entry : directions.entrySet()) {
                String file = entry.getKey();
                LatentDirection direction = entry.getValue();
                double whole = direction.between(hues, RED, WANTED);
                double[] deviations = DoubleStream.of(STEPS).map(step -> step * whole).toArray();
                DirectionEffect effect =
                        DirectionEffect.measure(
                                decoder, soda::encode, direction, z, deviations, hue, WANTED, kept);
                print.accept(
                        String.format(
                                Locale.ROOT,
                                "The means of the two hues lie %.1f deviations apart along it.",
                                whole));
                print.accept(effect.table());
                effect.chart().save(out.resolve(file + "-effect.png"));
                NDArray drawn = decoder.decode(direction.traverse(z.get("0:6"), deviations));
                ImageGrid.builder()
                        .images(drawn)
                        .columns(deviations.length)
                        .columnLabels(
                                DoubleStream.of(deviations)
                                        .mapToObj(d -> String.format(Locale.ROOT, "%.1f SD", d))
                                        .toList())
                        .build()
                        .save(out.resolve(file + ".png"));
                readPixels(direction, z, deviations);
            }
        }
    }

    /** What the pixels themselves say, for which no probe has to be trusted. */
    private void readPixels(LatentDirection direction, NDArray z, double[] deviations) {
        StringBuilder hues = new StringBuilder("  hue of the drawn pixels (degrees):   ");
        StringBuilder moved = new StringBuilder("  centre moved (pixels):               ");
        StringBuilder overlap = new StringBuilder("  silhouettes overlap the unmoved (%): ");
        List<ShapeReading> start = read(direction, z, 0);
        for (double deviation : deviations) {
            List<ShapeReading> now = read(direction, z, deviation);
            double cosine = 0;
            double sine = 0;
            double distance = 0;
            double common = 0;
            for (int i = 0; i < now.size(); i++) {
                cosine += Math.cos(2 * Math.PI * now.get(i).hue());
                sine += Math.sin(2 * Math.PI * now.get(i).hue());
                distance +=
                        Math.hypot(
                                        now.get(i).x() - start.get(i).x(),
                                        now.get(i).y() - start.get(i).y())
                                / now.size();
                common += 100 * now.get(i).overlap(start.get(i)) / now.size();
            }
            double degrees = Math.toDegrees(Math.atan2(sine, cosine));
            hues.append(String.format(Locale.ROOT, " %6.1f", (degrees + 360) % 360));
            moved.append(String.format(Locale.ROOT, " %6.2f", distance));
            overlap.append(String.format(Locale.ROOT, " %6.1f", common));
        }
        Stream.of(hues, moved, overlap).map(StringBuilder::toString).forEach(print);
    }

    private List<ShapeReading> read(LatentDirection direction, NDArray z, double deviation) {
        try (NDArray moved = direction.traverse(z, deviation);
                NDArray drawn = decoder.decode(moved)) {
            List<ShapeReading> readings = new ArrayList<>();
            for (int i = 0; i < drawn.getShape().get(0); i++) {
                try (NDArray image = drawn.get(i)) {
                    readings.add(ShapeReading.of(image));
                }
            }
            return readings;
        }
    }
}
