package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.KnownFactors;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.SectionScores;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.SamplerOptions;
import org.soda4j.examples.explore.FactorDisentanglement;
import org.soda4j.examples.explore.HueDirection;
import org.soda4j.examples.explore.LatentPictures;
import org.soda4j.examples.explore.ModelImages;
import org.soda4j.examples.explore.ShapeEdits;
import org.soda4j.examples.explore.ShapeMeasurements;
import org.soda4j.examples.training.BuiltInImages;
import org.soda4j.examples.training.GalleryOptions;
import org.soda4j.examples.training.GalleryOptions.Data;
import org.soda4j.examples.training.ModelOptions;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.image.PixelImage;
import org.soda4j.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and measures what a latent can do: edit, mix, traverse, invert, sample. */
@Command(
        name = "latent-tour",
        description =
                "Interpolates, mixes sections, finds directions, sweeps guidance, inverts and draws new"
                        + " images. On procedural shapes it trains a small model within minutes and"
                        + " measures whether edits do what they say; with MODEL, such as photos-32, it takes a"
                        + " trained one. Probes stand beside chance, raw pixels and the untrained latent.")
final class LatentTour extends Program {

    private static final int HELD_OUT = 5;
    private static final int MOST_IMAGES = 5000;
    private static final int FEWEST = 12;
    private static final int FOR_PRIORS = 1000;
    private static final int LEAST_FOR_FACTORS = 100;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description =
                    "Folder of a run or of a saved model, or photos-32, which comes with soda4j."
                            + " Default: none, trains one on procedural shapes.")
    private Path folder;

    @Mixin private GalleryOptions gallery;

    @Option(
            names = "--out",
            defaultValue = "latent-tour",
            description = "Folder for pictures, results.txt and the model.")
    private Path out;

    @Option(
            names = "--steps",
            defaultValue = "3125",
            description = "Training steps of 32 images each, without MODEL.")
    private long steps;

    @Option(
            names = "--count",
            defaultValue = "48",
            description = "Images of each measurement, at least 12.")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
    private long seed;

    @Mixin private SamplerOptions sampler;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param disentanglement by units, as evaluate prints it; empty where factors are not known
     * @param results the lines of results.txt
     * @param folder of pictures and results
     */
    private record Answer(
            Map<String, DisentanglementScores> disentanglement,
            List<String> results,
            String folder) {}

    private final StringBuilder results = new StringBuilder();
    private final Map<String, DisentanglementScores> scores = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        requireAtLeast(FEWEST, "--count", count);
        requireAtLeast(1, "--steps", steps);
        if (folder == null
                && (gallery.hasFolder() || gallery.data().orElse(Data.SHAPES) != Data.SHAPES)) {
            throw refusal("--data and --images: expected MODEL too, found none");
        }
        OutputCheck.folder("--out", out);
        try (Soda soda = soda()) {
            SamplingOptions options =
                    SamplingOptions.defaults()
                            .withSampler(sampler.sampler(soda.config().schedule()))
                            .withSeed(seed);
            LatentPictures pictures = new LatentPictures(soda, out, options, this::note);
            if (folder == null || gallery.data().equals(Optional.of(Data.SHAPES))) {
                shapes(soda, pictures, options);
            } else if (gallery.data().equals(Optional.of(Data.FASHION_MNIST))) {
                ImageDataset train = BuiltInImages.fashionMnist(Dataset.Usage.TRAIN);
                ImageDataset test = BuiltInImages.fashionMnist(Dataset.Usage.TEST).subset(100, 0);
                measured(soda, pictures, train.subset(400, 0), test, test);
            } else {
                ImageDataset opened = gallery.open(folder, soda, this::note);
                ImageDataset all = some(opened);
                if (opened instanceof KnownFactors known && all.size() >= LEAST_FOR_FACTORS) {
                    FeatureSet latents =
                            FeatureExtractor.of(soda).output(Output.LATENT).extract(opened);
                    disentanglement(soda, known, latents, latents);
                }
                int size = Math.toIntExact(all.size());
                if (size < FEWEST) {
                    throw refusal(
                            "--images: expected at least %d, found %d".formatted(FEWEST, size));
                }
                ImageDataset test = all.select(held(size, true));
                measured(
                        soda,
                        pictures,
                        all.select(held(size, false)),
                        test,
                        test.size() < count ? all : test);
            }
        }
        Path where = out.toAbsolutePath().normalize();
        note("pictures and results: " + where);
        AtomicFile.write(
                out.resolve("results.txt"), results.toString().getBytes(StandardCharsets.UTF_8));
        json.answer(new Answer(scores, results.toString().lines().toList(), where.toString()));
        return 0;
    }

    private static int[] held(int size, boolean out) {
        return IntStream.range(0, size).filter(i -> (i % HELD_OUT == 0) == out).toArray();
    }

    /** Evenly over all. */
    private static ImageDataset some(ImageDataset all) {
        long size = all.size();
        return size <= MOST_IMAGES
                ? all
                : all.select(
                        IntStream.range(0, MOST_IMAGES)
                                .map(i -> (int) (i * size / MOST_IMAGES))
                                .toArray());
    }

    private Soda soda() throws IOException {
        if (folder != null) {
            return model.load(folder);
        }
        Soda soda = ShapesModel.create(seed, model.device());
        ShapesModel.train(soda, steps, model.precision(), seed, out.resolve("run"));
        soda.save(out.resolve("model"));
        return soda;
    }

    private void shapes(Soda soda, LatentPictures pictures, SamplingOptions options)
            throws IOException {
        ShapesDataset train = ShapesModel.shapes(8000, seed);
        ShapesDataset test = ShapesModel.shapes(2000, seed + 1);
        FixedNoiseDecoder decoder = FixedNoiseDecoder.of(soda, options);
        ShapeMeasurements measurements = new ShapeMeasurements(soda, decoder, out, this::note);
        FeatureSet trainLatents = measurements.latents(train);
        FeatureSet testLatents = measurements.latents(test);
        measurements.sections(trainLatents, train, testLatents, test);
        disentanglement(soda, test, testLatents, trainLatents);
        measurements.reconstructions(trainLatents, train, test, Math.min(200, 4 * count));
        measurements.moveAlongX(test, count);
        new HueDirection(soda, decoder, out, this::note).measure(trainLatents, train, test, count);
        new ShapeEdits(soda, decoder, this::note).measure(trainLatents, train, test, count);
        any(soda, pictures, test, trainLatents, testLatents);
    }

    private void disentanglement(
            Soda soda, KnownFactors images, FeatureSet latents, FeatureSet unlabelled) {
        note("Disentanglement of " + latents.size() + " images:");
        FactorDisentanglement found = FactorDisentanglement.of(soda, images, latents, unlabelled);
        note(found.table().stripTrailing());
        found.units().forEach(units -> scores.put(units.toString(), units.scores()));
    }

    private void measured(
            Soda soda,
            LatentPictures pictures,
            ImageDataset train,
            ImageDataset test,
            ImageDataset shown)
            throws IOException {
        FeatureSet trainLatents = FeatureExtractor.of(soda).output(Output.LATENT).extract(train);
        FeatureSet testLatents = FeatureExtractor.of(soda).output(Output.LATENT).extract(test);
        if (train.classNames().size() > 1) {
            SectionScores scores =
                    SectionScores.of(
                            LinearProbe.onStandardizedFeatures(),
                            soda.config().latent(),
                            trainLatents,
                            testLatents);
            SectionScores.Baselines baselines = baselines(soda, train, test);
            note("Linear probe of the class:");
            note(scores.table(baselines));
            scores.chart("Linear probe (%)", baselines).save(out.resolve("section-class.png"));
        }
        // Few images are all shown: one that stands there twice would be swapped with itself.
        any(soda, pictures, shown, trainLatents, testLatents);
    }

    private static SectionScores.Baselines baselines(
            Soda soda, ImageDataset train, ImageDataset test) {
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        try (Soda untrained = ProbeComparison.untrained(soda)) {
            FeatureExtractor latents = FeatureExtractor.of(untrained).output(Output.LATENT);
            return SectionScores.Baselines.of(
                    LinearProbe.onStandardizedFeatures(),
                    soda.config().latent(),
                    pixels.extract(train),
                    pixels.extract(test),
                    latents.extract(train),
                    latents.extract(test));
        }
    }

    /** What works on any images. */
    private void any(
            Soda soda,
            LatentPictures pictures,
            ImageDataset images,
            FeatureSet trainLatents,
            FeatureSet testLatents)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager(soda.device())) {
            List<PixelImage> shown = new ArrayList<>();
            int most = (int) Math.min(count, images.size());
            for (int i = 0; i < most; i++) {
                shown.add(images.image((int) (i * images.size() / most)));
            }
            NDArray all = ModelImages.of(soda, manager, shown);
            NDArray few = all.get("0:12");
            pictures.interpolation(few);
            pictures.mixing(few);
            pictures.effects(all, trainLatents);
            pictures.principalDirections(few, trainLatents);
            pictures.edits(all, trainLatents);
            pictures.guidance(few);
            pictures.inversion(few);
            if (trainLatents.size() < FOR_PRIORS) {
                note(
                        "priors are left out: expected at least %d images to fit them to, found %d"
                                .formatted(FOR_PRIORS, trainLatents.size()));
            } else {
                pictures.priors(trainLatents, testLatents, Math.max(200, count));
            }
        }
    }

    private void note(String text) {
        results.append(text).append('\n');
        json.print(text);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new LatentTour(), args));
    }
}
