package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.PixelImage;
import org.soda4j.data.ShapesDataset;
import org.soda4j.data.ShapesDataset.Factor;
import org.soda4j.eval.FeatureExtractor;
import org.soda4j.eval.FeatureSet;
import org.soda4j.eval.LinearProbe;
import org.soda4j.eval.LogisticModel;
import org.soda4j.eval.LogisticRegression;
import org.soda4j.eval.latent.DirectionEffect;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.latent.LatentInterpolation;
import org.soda4j.eval.latent.SectionScores;
import org.soda4j.eval.plot.HeatMap;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.plot.LineChart;

/** What can be measured only where the factors of the images are known. */
record ShapeMeasurements(Soda soda, FixedNoiseDecoder decoder, Path out, Consumer<String> print) {

    private static final List<Factor> PROBED =
            List.of(Factor.SHAPE, Factor.HUE, Factor.SIZE, Factor.X, Factor.Y, Factor.BACKGROUND);
    private static final LogisticRegression REGRESSION =
            LogisticRegression.builder().standardize(true).build();

    /** The latents of shapes, labelled by a factor. */
    static FeatureSet labelled(FeatureSet latents, ShapesDataset shapes, Factor factor) {
        int[] labels =
                IntStream.range(0, latents.size())
                        .map(i -> shapes.factors(i)[factor.ordinal()])
                        .toArray();
        List<String> names =
                IntStream.range(0, shapes.factorSizes()[factor.ordinal()])
                        .mapToObj(level -> name(factor) + " " + level)
                        .toList();
        return latents.withLabels(labels, names);
    }

    private static String name(Factor factor) {
        return factor.name().toLowerCase(Locale.ROOT);
    }

    FeatureSet latents(ShapesDataset shapes) {
        return FeatureExtractor.of(soda).extract(shapes);
    }

    /** Every factor probed on every section alone. */
    void sections(FeatureSet train, ShapesDataset trainSet, FeatureSet test, ShapesDataset testSet)
            throws IOException {
        int count = soda.config().latent().sections();
        double[][] alone = new double[PROBED.size()][count + 1];
        double[][] lost = new double[PROBED.size()][count];
        for (int f = 0; f < PROBED.size(); f++) {
            Factor factor = PROBED.get(f);
            SectionScores scores =
                    SectionScores.of(
                            LinearProbe.onFeatures(REGRESSION),
                            soda.config().latent(),
                            labelled(train, trainSet, factor),
                            labelled(test, testSet, factor));
            print.accept("Linear probe of " + name(factor) + ":");
            print.accept(scores.table());
            alone[f][count] = 100 * scores.whole();
            for (SectionScores.Score score : scores.sections()) {
                alone[f][score.section()] = 100 * score.alone();
                lost[f][score.section()] = 100 * (scores.whole() - score.without());
            }
        }
        List<String> factors = PROBED.stream().map(ShapeMeasurements::name).toList();
        List<String> sections =
                new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
        HeatMap.builder()
                .title("Accuracy (%) that is lost without a section")
                .rows("factor", factors)
                .columns("section", List.copyOf(sections))
                .values(lost)
                .decimals(1)
                .build()
                .save(out.resolve("section-lost.png"));
        sections.add("all");
        HeatMap.builder()
                .title("Accuracy (%) of a linear probe on one section")
                .rows("factor", factors)
                .columns("section", sections)
                .values(alone)
                .decimals(0)
                .build()
                .save(out.resolve("section-alone.png"));
    }

    /** Interpolates from the leftmost to the rightmost column and measures where the shape is. */
    void moveAlongX(ShapesDataset shapes, int pairs) throws IOException {
        double[] weights = LatentInterpolation.weights(9);
        double[] mean = new double[weights.length];
        double[] row = new double[weights.length];
        int ascending = 0;
        List<PixelImage> ends = new ArrayList<>();
        int right = shapes.factorSizes()[Factor.X.ordinal()] - 1;
        for (int i = 0; i < pairs; i++) {
            int[] factors = shapes.factors(i);
            factors[Factor.X.ordinal()] = 0;
            ends.add(shapes.render(factors));
            factors[Factor.X.ordinal()] = right;
            ends.add(shapes.render(factors));
        }
        ImageGrid.Builder grid = ImageGrid.builder();
        double[] truth = new double[2];
        try (NDManager scope = NDManager.newBaseManager(soda.device())) {
            NDArray images = ModelImages.of(soda, scope, ends);
            for (int i = 0; i < 2 * pairs; i++) {
                truth[i % 2] += ShapeReading.of(images.get(i)).x() / pairs;
            }
            NDArray z = soda.encode(images);
            for (int i = 0; i < pairs; i++) {
                NDArray drawn =
                        decoder.decode(
                                LatentInterpolation.LINEAR.between(
                                        z.get(2 * i), z.get(2 * i + 1), weights));
                boolean rises = true;
                double before = Double.NEGATIVE_INFINITY;
                for (int w = 0; w < weights.length; w++) {
                    ShapeReading reading = ShapeReading.of(drawn.get(w));
                    mean[w] += reading.x() / pairs;
                    row[w] += reading.y() / pairs;
                    rises &= reading.x() > before - 0.25;
                    before = reading.x();
                }
                ascending += rises ? 1 : 0;
                if (i < 4) {
                    grid.images(drawn);
                }
            }
        }
        grid.columns(weights.length).build().save(out.resolve("shapes-x.png"));
        LineChart.builder()
                .title("Interpolating x moves the shape")
                .xLabel("weight of the right image's latent")
                .yLabel("centre of the drawn shape (pixels)")
                .series("column", weights, mean)
                .series("row", weights, row)
                .build()
                .save(out.resolve("shapes-x-centre.png"));
        print.accept(
                String.format(
                        Locale.ROOT,
                        "Interpolating x (%d pairs): column of the drawn shape's centre %.2f -> %.2f -> %.2f pixels (originals %.2f -> %.2f), its row %.2f -> %.2f; it never goes back by more than a quarter of a pixel in %d pairs.",
                        pairs,
                        mean[0],
                        mean[weights.length / 2],
                        mean[weights.length - 1],
                        truth[0],
                        truth[1],
                        row[0],
                        row[weights.length - 1],
                        ascending));
    }

    /** Goes from red along the probe's direction and asks the probes about the drawn images. */
    void moveHue(FeatureSet train, ShapesDataset trainSet, ShapesDataset testSet, int count)
            throws IOException {
        LogisticModel hue = REGRESSION.fit(labelled(train, trainSet, Factor.HUE));
        LogisticModel shape = REGRESSION.fit(labelled(train, trainSet, Factor.SHAPE));
        LogisticModel x = REGRESSION.fit(labelled(train, trainSet, Factor.X));
        int wanted = 2; // A quarter of the circle from red.
        LatentDirection free = LatentDirection.ofProbe("hue, as found", hue, 0, wanted, train);
        List<double[]> others = new ArrayList<>(List.of(shape.weights()));
        others.addAll(List.of(x.weights()));
        LatentDirection alone =
                LatentDirection.of(
                        "hue, orthogonal to shape and x",
                        free.orthogonalTo(others.toArray(double[][]::new), train).unit(),
                        train);
        List<PixelImage> red = new ArrayList<>();
        for (int i = 0; red.size() < count; i++) {
            int[] factors = testSet.factors(i);
            factors[Factor.HUE.ordinal()] = 0;
            red.add(testSet.render(factors));
        }
        double[] deviations = {0, 1, 2, 3, 4, 6, 8};
        try (NDManager scope = NDManager.newBaseManager(soda.device())) {
            NDArray z = soda.encode(ModelImages.of(soda, scope, red));
            for (LatentDirection direction : List.of(free, alone)) {
                Map<String, LogisticModel> kept = new LinkedHashMap<>();
                kept.put("shape", shape);
                kept.put("x", x);
                DirectionEffect effect =
                        DirectionEffect.measure(
                                decoder, soda::encode, direction, z, deviations, hue, wanted, kept);
                print.accept(effect.table());
                String file = direction == free ? "shapes-hue" : "shapes-hue-orthogonal";
                effect.chart().save(out.resolve(file + "-effect.png"));
                NDArray drawn = decoder.decode(direction.traverse(z.get("0:6"), deviations));
                ImageGrid.builder()
                        .images(drawn)
                        .columns(deviations.length)
                        .columnLabels(
                                IntStream.range(0, deviations.length)
                                        .mapToObj(d -> "%.0f SD".formatted(deviations[d]))
                                        .toList())
                        .build()
                        .save(out.resolve(file + ".png"));
                readHues(direction, z, deviations);
            }
        }
    }

    /** The hue of the pixels themselves, which no probe has to be trusted for. */
    private void readHues(LatentDirection direction, NDArray z, double[] deviations) {
        StringBuilder line = new StringBuilder("  hue of the drawn pixels (degrees):");
        StringBuilder moved = new StringBuilder("  centre moved (pixels):             ");
        List<ShapeReading> start = new ArrayList<>();
        for (double deviation : deviations) {
            NDArray drawn = decoder.decode(direction.traverse(z, deviation));
            double cosine = 0;
            double sine = 0;
            double distance = 0;
            int n = Math.toIntExact(drawn.getShape().get(0));
            for (int i = 0; i < n; i++) {
                ShapeReading reading = ShapeReading.of(drawn.get(i));
                if (start.size() < n) {
                    start.add(reading);
                }
                cosine += Math.cos(2 * Math.PI * reading.hue());
                sine += Math.sin(2 * Math.PI * reading.hue());
                distance +=
                        Math.hypot(reading.x() - start.get(i).x(), reading.y() - start.get(i).y())
                                / n;
            }
            double degrees = Math.toDegrees(Math.atan2(sine, cosine));
            line.append(String.format(Locale.ROOT, " %6.1f", (degrees + 360) % 360));
            moved.append(String.format(Locale.ROOT, " %6.2f", distance));
            drawn.close();
        }
        print.accept(line.toString());
        print.accept(moved.toString());
    }
}
