package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ShapesDataset;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.FixedNoiseDecoder;
import org.soda4j.eval.latent.SectionScores;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.SamplerOptions;
import org.soda4j.examples.explore.HueDirection;
import org.soda4j.examples.explore.LatentPictures;
import org.soda4j.examples.explore.ModelImages;
import org.soda4j.examples.explore.ShapeEdits;
import org.soda4j.examples.explore.ShapeMeasurements;
import org.soda4j.examples.explore.ShapesDisentanglement;
import org.soda4j.examples.training.BuiltInImages;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.examples.training.TrainedModel;
import org.soda4j.image.PixelImage;
import org.soda4j.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows and measures what a latent can do: edit, mix, traverse, invert, sample. */
@Command(
        name = "latent-tour",
        description =
                "Interpolates, mixes sections, finds directions, sweeps guidance, inverts and draws new"
                        + " images. On procedural shapes it trains a small model within minutes and"
                        + " measures whether edits do what they say; with --model it takes a trained one.")
public final class LatentTour extends Program {

    private enum Data {
        SHAPES,
        FASHION_MNIST
    }

    @Option(
            names = "--data",
            defaultValue = "shapes",
            description =
                    "shapes, or fashion-mnist (a part of it is built in; needs --model, such as the"
                            + " quickstart's).")
    private String data;

    @Option(
            names = "--model",
            description =
                    "Folder of a run or a saved model that was trained on these images. Default: none,"
                            + " trains one.")
    private Path model;

    @Option(
            names = "--out",
            defaultValue = "latent-tour",
            description = "Folder for pictures, results.txt and the model.")
    private Path out;

    @Option(
            names = "--images",
            defaultValue = "100000",
            description = "Training images, counted with repetition.")
    private long images;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "Of the training: FP32, BF16 or FP16.")
    private Precision precision;

    @Option(
            names = "--count",
            defaultValue = "48",
            description = "Images of each measurement, at least 12.")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
    private long seed;

    @Mixin private SamplerOptions sampler;

    @Mixin private DeviceOption device;

    private final StringBuilder results = new StringBuilder();

    @Override
    public Integer call() throws IOException {
        Data kind = kind();
        requireAtLeast(12, "--count", count);
        OutputCheck.folder("--out", out);
        try (Soda soda = soda(kind)) {
            SamplingOptions options =
                    SamplingOptions.defaults()
                            .withSampler(sampler.sampler(soda.config().schedule()))
                            .withSeed(seed);
            LatentPictures pictures = new LatentPictures(soda, out, options, this::note);
            if (kind == Data.SHAPES) {
                shapes(soda, pictures, options);
            } else {
                fashion(soda, pictures);
            }
        }
        AtomicFile.write(
                out.resolve("results.txt"), results.toString().getBytes(StandardCharsets.UTF_8));
        note("pictures and results: " + out.toAbsolutePath().normalize());
        return 0;
    }

    private Data kind() {
        try {
            return Data.valueOf(data.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw refusal("--data: expected shapes or fashion-mnist, found " + data, e);
        }
    }

    private Soda soda(Data kind) throws IOException {
        if (model != null) {
            return TrainedModel.load(model, null, device.device(), Precision.FP32);
        }
        if (kind != Data.SHAPES) {
            throw refusal("--data fashion-mnist needs --model; run quickstart first");
        }
        Soda soda = ShapesModel.create(seed, device.device());
        ShapesModel.train(soda, images, precision, seed, out.resolve("run"));
        soda.save(out.resolve("model"));
        return soda;
    }

    private void shapes(Soda soda, LatentPictures pictures, SamplingOptions options)
            throws IOException {
        ShapesDataset train = ShapesModel.shapes(4000, seed);
        ShapesDataset test = ShapesModel.shapes(1000, seed + 1);
        FixedNoiseDecoder decoder = FixedNoiseDecoder.of(soda, options);
        ShapeMeasurements measurements = new ShapeMeasurements(soda, decoder, out, this::note);
        FeatureSet trainLatents = measurements.latents(train);
        FeatureSet testLatents = measurements.latents(test);
        measurements.sections(trainLatents, train, testLatents, test);
        note("Disentanglement of " + test.size() + " test images:");
        ShapesDisentanglement scores = ShapesDisentanglement.of(soda, test, testLatents);
        note("dimensions: " + scores.perDimension().table());
        scores.perSection().ifPresent(s -> note("sections: " + s.table()));
        measurements.reconstructions(trainLatents, train, test, Math.min(200, 4 * count));
        measurements.moveAlongX(test, count);
        new HueDirection(soda, decoder, out, this::note).measure(trainLatents, train, test, count);
        new ShapeEdits(soda, decoder, this::note).measure(trainLatents, train, test, count);
        any(soda, pictures, test, trainLatents, testLatents);
    }

    private void fashion(Soda soda, LatentPictures pictures) throws IOException {
        ImageDataset train = BuiltInImages.fashionMnist(Dataset.Usage.TRAIN).subset(400, 0);
        ImageDataset test = BuiltInImages.fashionMnist(Dataset.Usage.TEST).subset(100, 0);
        FeatureSet trainLatents = FeatureExtractor.of(soda).extract(train);
        FeatureSet testLatents = FeatureExtractor.of(soda).extract(test);
        SectionScores scores =
                SectionScores.of(
                        LinearProbe.onStandardizedFeatures(),
                        soda.config().latent(),
                        trainLatents,
                        testLatents);
        note("Linear probe of the class:");
        note(scores.table());
        scores.chart("Accuracy (%) of a linear probe").save(out.resolve("section-class.png"));
        any(soda, pictures, test, trainLatents, testLatents);
    }

    /** What works on any images. */
    private void any(
            Soda soda,
            LatentPictures pictures,
            ImageDataset test,
            FeatureSet trainLatents,
            FeatureSet testLatents)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager(soda.device())) {
            List<PixelImage> shown = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                shown.add(test.image(i * Math.toIntExact(test.size()) / count));
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
            pictures.priors(trainLatents, testLatents, Math.max(200, count));
        }
    }

    private void note(String text) {
        results.append(text).append('\n');
        print(text);
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
