package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.DiffusionPrior;
import org.soda4j.eval.latent.EditCoherence;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.GaussianPrior;
import org.soda4j.eval.latent.GuidanceSweep;
import org.soda4j.eval.latent.ImageInversion;
import org.soda4j.eval.latent.LatentDirection;
import org.soda4j.eval.latent.LatentInterpolation;
import org.soda4j.eval.latent.LatentPrior;
import org.soda4j.eval.latent.MixturePrior;
import org.soda4j.eval.latent.SectionEffects;
import org.soda4j.eval.latent.SectionMixing;
import org.soda4j.eval.latent.SectionResolution;
import org.soda4j.eval.plot.AnimatedGif;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.plot.Picture;
import org.soda4j.eval.quality.FrechetDistance;
import org.soda4j.latent.LatentLayout;

/** What can be done with the latent of any model: pictures into a folder, numbers to a printer. */
public record LatentPictures(Soda soda, Path out, SamplingOptions options, Consumer<String> print) {

    private static final int FRAMES = 16;
    private static final int SHOWN_EDITS = 6;
    private static final double[] DEVIATIONS = {-3, -2, -1, 0, 1, 2, 3};

    private FixedNoiseDecoder decoder() {
        return FixedNoiseDecoder.of(soda, options);
    }

    private LatentLayout layout() {
        return soda.config().latent();
    }

    /** Between neighbours, on the line and on the arc, and as an animation. */
    public void interpolation(NDArray images) throws IOException {
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encode(images);
            z.attach(scope);
            double[] weights = LatentInterpolation.weights(9);
            ImageGrid.Builder grid = ImageGrid.builder();
            List<String> labels = new ArrayList<>();
            for (LatentInterpolation kind : LatentInterpolation.values()) {
                for (int i = 0; i < 2; i++) {
                    NDArray path = kind.between(z.get(2 * i), z.get(2 * i + 1), weights);
                    grid.images(decoder().decode(path));
                    labels.add(kind.name().toLowerCase(Locale.ROOT));
                }
            }
            for (SectionResolution resolution : SectionResolution.values()) {
                SectionKeep sections = resolution.sections(soda.config());
                NDArray path =
                        LatentInterpolation.LINEAR.between(
                                layout(), sections, z.get(0), z.get(1), weights);
                grid.images(decoder().decode(path));
                labels.add("only " + resolution.name().toLowerCase(Locale.ROOT));
            }
            grid.columns(9)
                    .rowLabels(labels)
                    .columnLabels(
                            Arrays.stream(weights)
                                    .mapToObj(w -> String.format(Locale.ROOT, "%.2f", w))
                                    .toList())
                    .build()
                    .save(out.resolve("interpolation.png"));
            animation(z);
        }
    }

    private void animation(NDArray z) throws IOException {
        int shown = Math.toIntExact(z.getShape().get(0)) / 2;
        NDList paths = new NDList();
        for (int i = 0; i < shown; i++) {
            paths.add(
                    LatentInterpolation.LINEAR.between(
                            z.get(2 * i), z.get(2 * i + 1), LatentInterpolation.weights(FRAMES)));
        }
        NDArray frames = decoder().decode(NDArrays.concat(paths));
        List<Picture> pictures = new ArrayList<>();
        for (int k = 0; k < 2 * FRAMES - 2; k++) {
            int frame = k < FRAMES ? k : 2 * FRAMES - 2 - k; // There and back.
            ImageGrid.Builder grid = ImageGrid.builder();
            for (int i = 0; i < shown; i++) {
                grid.images(frames.get(i * FRAMES + frame));
            }
            pictures.add(grid.columns(shown).build());
        }
        AnimatedGif.of(pictures, 100).save(out.resolve("interpolation.gif"));
    }

    /** Content in rows, style in columns. */
    public void mixing(NDArray images) throws IOException {
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encode(images.get("0:5"));
            z.attach(scope);
            Shape one = images.getShape().slice(1);
            NDArray blank = scope.ones(new Shape(1).addAll(one));
            for (SectionResolution resolution : SectionResolution.values()) {
                SectionKeep style = resolution.sections(soda.config());
                NDArray mixes = decoder().decode(SectionMixing.mix(layout(), style, z, z));
                ImageGrid.Builder grid = ImageGrid.builder().images(blank);
                grid.images(images.get("0:5"));
                List<String> rows = new ArrayList<>(List.of("style"));
                for (int a = 0; a < 5; a++) {
                    grid.images(images.get(a)).images(mixes.get(5 * a + ":" + (5 * a + 5)));
                    rows.add("content " + a);
                }
                String name = resolution.name().toLowerCase(Locale.ROOT);
                grid.columns(6).rowLabels(rows).build().save(out.resolve("mix-" + name + ".png"));
            }
        }
    }

    /** What changes when one section does. */
    public void effects(NDArray images, FeatureSet latents) throws IOException {
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encode(images);
            z.attach(scope);
            int count = Math.toIntExact(images.getShape().get(0));
            NDArray random = GaussianPrior.fit(latents).sample(scope, count, 1);
            SectionEffects effects = SectionEffects.measure(decoder(), layout(), z, random);
            print.accept("What a change of one section does (mean of " + count + " images):");
            print.accept(effects.table());
            for (SectionEffects.Change change : SectionEffects.Change.values()) {
                String name = change.name().toLowerCase(Locale.ROOT);
                effects.chart(change).save(out.resolve("section-" + name + ".png"));
            }
        }
    }

    /** Principal components of all of z, and the first of every section. */
    public void principalDirections(NDArray images, FeatureSet latents) throws IOException {
        List<LatentDirection> whole = LatentDirection.principal(latents, layout().size());
        double[] component = IntStream.rangeClosed(1, whole.size()).asDoubleStream().toArray();
        double[] explained = new double[whole.size()];
        double sum = 0;
        for (int c = 0; c < explained.length; c++) {
            sum += whole.get(c).explained();
            explained[c] = sum;
        }
        LineChart.builder()
                .title("Principal components of z")
                .xLabel("components")
                .yLabel("share of the variance explained")
                .series("cumulative", component, explained)
                .build()
                .save(out.resolve("explained.png"));
        print.accept(
                String.format(
                        Locale.ROOT,
                        "Principal components of z explain %.1f %% (1), %.1f %% (5), %.1f %% (10) of its variance.",
                        100 * explained[0],
                        100 * explained[Math.min(4, explained.length - 1)],
                        100 * explained[Math.min(9, explained.length - 1)]));
        traversals(images, whole.subList(0, Math.min(6, whole.size())), "directions-whole.png");
        List<LatentDirection> first = new ArrayList<>();
        for (int s = 0; s < layout().sections(); s++) {
            first.addAll(LatentDirection.principal(latents, layout(), s, 1));
        }
        traversals(images, first, "directions-sections.png");
        List<LatentDirection> independent =
                IndependentSections.of(latents)
                        .map(found -> found.directions(latents))
                        .orElse(List.of());
        if (!independent.isEmpty()) {
            traversals(images, independent, "directions-independent.png");
        }
    }

    /** How much of what an edit changes is what was asked for, and the most coherent edits. */
    public void edits(NDArray images, FeatureSet latents) throws IOException {
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encode(images);
            z.attach(scope);
            List<EditCoherence> edits =
                    EditCoherence.measure(
                            decoder(),
                            soda::encode,
                            layout(),
                            latents,
                            z,
                            ShapeEdits.DIRECTIONS,
                            ShapeEdits.DEVIATIONS);
            print.accept(
                    "What edits along each section's first directions change, in the latents of the drawn images:");
            print.accept(EditCoherence.table(edits));
            List<EditCoherence> best =
                    edits.stream()
                            .sorted(Comparator.comparingDouble((EditCoherence e) -> -e.along()))
                            .limit(SHOWN_EDITS)
                            .toList();
            ImageGrid.Builder grid = ImageGrid.builder();
            List<String> labels = new ArrayList<>();
            for (EditCoherence edit : best) {
                NDArray moved =
                        edit.direction()
                                .traverse(
                                        z.get("0:4"),
                                        -ShapeEdits.DEVIATIONS,
                                        0,
                                        ShapeEdits.DEVIATIONS);
                grid.images(decoder().decode(moved));
                labels.add(
                        String.format(
                                Locale.ROOT,
                                "%s (%.0f %%)",
                                edit.direction().name(),
                                100 * edit.along()));
            }
            grid.columns(12).rowLabels(labels).build().save(out.resolve("edits.png"));
        }
    }

    /** One row for each direction, from the first image. */
    void traversals(NDArray images, List<LatentDirection> directions, String file)
            throws IOException {
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encode(images.get("0:1"));
            z.attach(scope);
            ImageGrid.Builder grid = ImageGrid.builder();
            for (LatentDirection direction : directions) {
                grid.images(decoder().decode(direction.traverse(z, DEVIATIONS)));
            }
            grid.columns(DEVIATIONS.length)
                    .rowLabels(
                            directions.stream()
                                    .map(
                                            d ->
                                                    String.format(
                                                            Locale.ROOT,
                                                            "%s (%.0f %%)",
                                                            d.name(),
                                                            100 * d.explained()))
                                    .toList())
                    .columnLabels(
                            Arrays.stream(DEVIATIONS)
                                    .mapToObj(
                                            d ->
                                                    String.format(
                                                            Locale.ROOT,
                                                            d == 0 ? "%.0f SD" : "%+.0f SD",
                                                            d))
                                    .toList())
                    .build()
                    .save(out.resolve(file));
        }
    }

    /** Strength of guidance, by all of z and by single sections. */
    public void guidance(NDArray images) throws IOException {
        List<GuidanceSweep.Setting> settings =
                new ArrayList<>(GuidanceSweep.whole(-1, -0.5, 0, 0.3, 1, 2, 4));
        GuidanceSweep whole = GuidanceSweep.run(soda, images, settings, options);
        whole.grid().save(out.resolve("guidance.png"));
        print.accept(whole.table());
        settings.clear();
        for (int s = 0; s < layout().sections(); s++) {
            settings.addAll(GuidanceSweep.section(layout().sections(), s, 1));
        }
        GuidanceSweep sections = GuidanceSweep.run(soda, images, settings, options);
        sections.grid().save(out.resolve("guidance-sections.png"));
        print.accept(sections.table());
    }

    /** Round trips through noise, and an edit from the found noise. */
    public void inversion(NDArray images) throws IOException {
        ImageGrid.Builder grid = ImageGrid.builder().images(images);
        List<String> labels = new ArrayList<>(List.of("original"));
        print.accept("Round trip image -> noise -> image, mean PSNR of the images:");
        int count = Math.toIntExact(images.getShape().get(0));
        for (int steps : new int[] {50, 100}) {
            for (int evaluations : new int[] {1, 2, 5}) {
                DdimInversion inversion = new DdimInversion(steps, evaluations);
                try (ImageInversion trip = ImageInversion.of(soda, images, inversion)) {
                    double mean = trip.psnr().stream().mapToDouble(d -> d).average().orElse(0);
                    String name = steps + " steps x " + evaluations;
                    print.accept(String.format(Locale.ROOT, "  %-14s %.2f dB", name, mean));
                    grid.images(trip.reproduced());
                    labels.add(name);
                }
            }
        }
        FixedNoiseDecoder plain = decoder().withOptions(options.withGuidance(Guidance.none()));
        try (NDArray z = soda.encode(images)) {
            grid.images(plain.decode(z));
            labels.add("z, other noise");
        }
        grid.columns(count).rowLabels(labels).build().save(out.resolve("inversion.png"));
    }

    /** New images from latents of three priors; features are those of {@code test}. */
    public void priors(FeatureSet train, FeatureSet test, int count) throws IOException {
        try (NDManager scope = NDManager.newBaseManager(soda.device());
                DiffusionPrior diffusion = DiffusionPrior.fit(train, 3000, 0)) {
            GaussianPrior gaussian = GaussianPrior.fit(train);
            MixturePrior mixture = MixturePrior.fit(train, 16, 0);
            print.accept(
                    String.format(
                            Locale.ROOT,
                            "Log-likelihood of test latents: Gaussian %.2f, mixture of 16 %.2f nats.",
                            gaussian.logLikelihood(test),
                            mixture.logLikelihood(test)));
            print.accept(
                    "Frechet distance of " + count + " drawn images' latents to test latents:");
            NDList rows = new NDList();
            distance("gaussian", gaussian, test, count, scope, rows);
            distance("mixture", mixture, test, count, scope, rows);
            distance("diffusion", diffusion, test, count, scope, rows);
            ImageGrid.builder()
                    .images(NDArrays.concat(rows))
                    .columns(12)
                    .rowLabels(List.of("gaussian", "mixture", "diffusion"))
                    .build()
                    .save(out.resolve("priors.png"));
        }
    }

    private void distance(
            String name,
            LatentPrior prior,
            FeatureSet test,
            int count,
            NDManager scope,
            NDList rows) {
        NDArray z = prior.sample(scope, count, 7);
        NDArray drawn = soda.sample(z, options);
        rows.add(drawn.get("0:12"));
        double latents = FrechetDistance.between(FeatureSet.of(z), test);
        try (NDArray again = soda.encode(drawn)) {
            double images = FrechetDistance.between(FeatureSet.of(again), test);
            print.accept(
                    String.format(
                            Locale.ROOT,
                            "  %-10s latents %.3f, encoded images %.3f",
                            name,
                            latents,
                            images));
        }
    }
}
