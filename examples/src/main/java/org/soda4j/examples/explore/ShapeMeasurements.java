package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.data.dataset.ShapesDataset.Factor;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.LatentInterpolation;
import org.soda4j.eval.latent.SectionScores;
import org.soda4j.eval.plot.HeatMap;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.eval.probe.LogisticRegression;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.image.PixelImage;

/** What can be measured only where the factors of the images are known. */
public record ShapeMeasurements(
        Soda soda, FixedNoiseDecoder decoder, Path out, Consumer<String> print) {

    /** Columns beside the sections. */
    private static final List<String> BASELINES = List.of("untrained", "pixels", "chance");

    static final LogisticRegression REGRESSION =
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

    /** The factors that vary. */
    static List<Factor> probed(ShapesDataset shapes) {
        return Arrays.stream(Factor.values())
                .filter(factor -> shapes.factorSizes()[factor.ordinal()] > 1)
                .toList();
    }

    private static String name(Factor factor) {
        return factor.name().toLowerCase(Locale.ROOT);
    }

    public FeatureSet latents(ShapesDataset shapes) {
        return FeatureExtractor.of(soda).output(Output.LATENT).extract(shapes);
    }

    /**
     * Every factor probed on every section alone, beside chance, raw pixels and the untrained
     * latent.
     */
    public void sections(
            FeatureSet train, ShapesDataset trainSet, FeatureSet test, ShapesDataset testSet)
            throws IOException {
        int count = soda.config().latent().sections();
        List<Factor> probed = probed(trainSet);
        double[][] alone = new double[probed.size()][count + 1 + BASELINES.size()];
        double[][] lost = new double[probed.size()][count];
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet trainPixels = pixels.extract(trainSet);
        FeatureSet testPixels = pixels.extract(testSet);
        FeatureSet trainBefore;
        FeatureSet testBefore;
        try (Soda untrained = ProbeComparison.untrained(soda)) {
            FeatureExtractor latents = FeatureExtractor.of(untrained).output(Output.LATENT);
            trainBefore = latents.extract(trainSet);
            testBefore = latents.extract(testSet);
        }
        for (int f = 0; f < probed.size(); f++) {
            Factor factor = probed.get(f);
            SectionScores.Baselines baselines =
                    SectionScores.Baselines.of(
                            LinearProbe.onFeatures(REGRESSION),
                            soda.config().latent(),
                            labelled(trainPixels, trainSet, factor),
                            labelled(testPixels, testSet, factor),
                            labelled(trainBefore, trainSet, factor),
                            labelled(testBefore, testSet, factor));
            SectionScores scores =
                    SectionScores.of(
                            LinearProbe.onFeatures(REGRESSION),
                            soda.config().latent(),
                            labelled(train, trainSet, factor),
                            labelled(test, testSet, factor));
            print.accept("Linear probe of " + name(factor) + ":");
            print.accept(scores.table(baselines));
            alone[f][count] = 100 * scores.whole();
            alone[f][count + 1] = 100 * baselines.untrained().whole();
            alone[f][count + 2] = 100 * baselines.pixels();
            alone[f][count + 3] = 100 * baselines.chance();
            for (SectionScores.Score score : scores.sections()) {
                alone[f][score.section()] = 100 * score.alone();
                lost[f][score.section()] = 100 * (scores.whole() - score.without());
            }
        }
        List<String> factors = probed.stream().map(ShapeMeasurements::name).toList();
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
        sections.addAll(BASELINES);
        HeatMap.builder()
                .title("Accuracy (%) of a linear probe on one section")
                .rows("factor", factors)
                .columns("section", sections)
                .values(alone)
                .decimals(0)
                .build()
                .save(out.resolve("section-alone.png"));
    }

    /**
     * What probes that were fitted on latents of images say of latents of drawn images. No edit can
     * keep an answer more often than drawing alone does.
     */
    public void reconstructions(
            FeatureSet train, ShapesDataset trainSet, ShapesDataset testSet, int count) {
        List<PixelImage> originals = IntStream.range(0, count).mapToObj(testSet::image).toList();
        try (NDManager scope = NDManager.newBaseManager(soda.device())) {
            NDArray images = ModelImages.of(soda, scope, originals);
            NDArray z = soda.encode(images);
            NDArray drawn = decoder.decode(z);
            FeatureSet before = FeatureSet.of(z);
            FeatureSet after = FeatureSet.of(soda.encode(drawn));
            double overlap = 0;
            for (int i = 0; i < count; i++) {
                overlap +=
                        ShapeReading.of(images.get(i)).overlap(ShapeReading.of(drawn.get(i)))
                                / count;
            }
            print.accept(
                    String.format(
                            Locale.ROOT,
                            "%d test images and what is drawn from their latents: silhouettes overlap by %.1f %%%n"
                                    + "probe of      right on originals  right on drawn  same answer",
                            count,
                            100 * overlap));
            for (Factor factor : probed(testSet)) {
                int[] truth =
                        IntStream.range(0, count)
                                .map(i -> testSet.factors(i)[factor.ordinal()])
                                .toArray();
                LogisticModel probe = REGRESSION.fit(labelled(train, trainSet, factor));
                int[] first = probe.predict(before);
                int[] second = probe.predict(after);
                print.accept(
                        String.format(
                                Locale.ROOT,
                                "%-12s %17.1f%%  %13.1f%%  %10.1f%%",
                                name(factor),
                                100 * agreement(first, truth),
                                100 * agreement(second, truth),
                                100 * agreement(first, second)));
            }
        }
    }

    private static double agreement(int[] a, int[] b) {
        return IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count() / (double) a.length;
    }

    /** Interpolates from the leftmost to the rightmost column and measures where the shape is. */
    public void moveAlongX(ShapesDataset shapes, int pairs) throws IOException {
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
}
