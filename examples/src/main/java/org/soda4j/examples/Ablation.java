package org.soda4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Dataset;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.eval.report.LatentRank;
import org.soda4j.examples.cli.ConfigOptions;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains one variant of a recipe and measures what its features are worth, beside chance, raw
 * pixels and the same features before the training.
 */
@Command(
        name = "ablation",
        sortOptions = false,
        description = {
            "Trains one variant of a recipe on a part of CIFAR-10 or Fashion-MNIST and adds a line"
                    + " of JSON with its probes to a file; docs/results.md is made of such lines.",
            "Beside them stand chance, raw pixels and the same features of the encoder before it"
                    + " learned.",
            "STAGES and JOINED are standardised for k-NN, other features are taken as they are; the"
                    + " linear probe standardises all.",
            "  ablation --preset minutes-16 --set training.sigReg=0.02 --root DIR --out FILE"
        })
final class Ablation extends Program {

    /** What a line calls chance. */
    static final String CHANCE = "chance";

    /** What a line calls raw pixels. */
    static final String PIXELS = "pixels";

    /** What stands before the features of the encoder before its training. */
    static final String UNTRAINED = "untrained.";

    private static final int QUALITY_IMAGES = 64;

    @Mixin private ConfigOptions options;

    @Option(names = "--data", defaultValue = "cifar10", description = "cifar10 or fashion-mnist.")
    private String data;

    @Option(names = "--root", required = true, description = "Folder of its official files.")
    private Path root;

    @Option(
            names = "--unlabelled",
            defaultValue = "10000",
            description = "Images that are trained on, without labels.")
    private int unlabelled;

    @Option(
            names = "--final",
            description =
                    "Probe on test images. Default: on held-out training images, which is"
                            + " what choices are made by.")
    private boolean onTest;

    @Option(
            names = "--features",
            split = ",",
            defaultValue = "LATENT,POOLED,STAGES,JOINED",
            paramLabel = "KIND",
            description =
                    "What is probed, with commas between: PIXELS, LATENT, POOLED, STAGES, JOINED."
                            + " Default: ${DEFAULT-VALUE}.")
    private List<Output> features;

    @Option(names = "--name", defaultValue = "", description = "What the line is called.")
    private String name;

    @Option(names = "--out", required = true, description = "File that gets one more line.")
    private Path out;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        RunConfig config = options.read();
        long seed = config.training().seed();
        threads.set();
        ImageDataset all = images(Dataset.Usage.TRAIN);
        int size = Math.toIntExact(all.size());
        int kept = size - 10_000;
        ImageDataset pool = onTest ? all : (ImageDataset) all.subDataset(0, kept);
        ImageDataset rest =
                onTest ? images(Dataset.Usage.TEST) : (ImageDataset) all.subDataset(kept, size);
        ImageDataset labelled = pool.subset(1000, 0);
        ImageDataset test = rest.subset(200, 0);
        ImageDataset seen = unlabelled >= pool.size() ? pool : pool.subset(unlabelled / 10, 0);
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("name", name.isEmpty() ? String.join(" ", options.overrides()) : name);
        line.put("preset", options.preset());
        line.put("overrides", String.join(" ", options.overrides()));
        line.put("data", data).put("unlabelled", seen.size()).put("seed", seed);
        line.put("test", onTest);
        try (Soda soda =
                Soda.builder().config(config.model()).seed(seed).device(device.device()).build()) {
            baselines(line, soda, features, labelled, test);
            ViewPairs pairs = TrainingProgram.pairs(seen, config);
            long start = System.nanoTime();
            SodaTrainer.builder(soda).config(config.training()).data(pairs).build().fit();
            line.put("seconds", round((System.nanoTime() - start) * 1e-9));
            for (Output output : features) {
                probe(line, soda, output, labelled, test);
            }
            line.put("psnr", psnr(soda, test));
        }
        print(line.toString());
        Files.writeString(
                out,
                line + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return 0;
    }

    private ImageDataset images(Dataset.Usage split) {
        return switch (data) {
            case "cifar10" -> Cifar10.builder().root(root).split(split).build();
            case "fashion-mnist" -> FashionMnist.builder().root(root).split(split).build();
            default -> throw refusal("--data: expected cifar10 or fashion-mnist, found " + data);
        };
    }

    /**
     * Adds what the probes have to beat: chance, raw pixels and the features of the model as it is,
     * and of which encoder and resolution they are.
     *
     * @param soda before its training
     */
    static void baselines(
            ObjectNode line,
            Soda soda,
            List<Output> features,
            ImageDataset train,
            ImageDataset test) {
        line.put("encoder", soda.config().encoder().toString());
        line.put("imageShape", soda.config().denoiser().imageShape().toString());
        FeatureExtractor pixels = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet trainPixels = pixels.extract(train);
        FeatureSet testPixels = pixels.extract(test);
        line.put(CHANCE, round(100 * ProbeComparison.chance(trainPixels, testPixels).linear()));
        put(line, PIXELS, ProbeComparison.row(PIXELS, trainPixels, testPixels));
        for (Output output : features) {
            if (output != Output.PIXELS) {
                FeatureExtractor extractor = FeatureExtractor.of(soda).output(output);
                if (isStandardized(output)) {
                    extractor = extractor.standardizedOn(train); // Of a model without statistics.
                }
                String key = UNTRAINED + output.name().toLowerCase(Locale.ROOT);
                put(
                        line,
                        key,
                        ProbeComparison.row(
                                key, extractor.extract(train), extractor.extract(test)));
            }
        }
    }

    private static void put(ObjectNode line, String key, ProbeComparison.Row row) {
        line.put(key + ".knn", round(100 * row.knn()));
        line.put(key + ".linear", round(100 * row.linear()));
    }

    /** Others stay as they are: lines of one file have to mean the same. */
    private static boolean isStandardized(Output output) {
        return output == Output.JOINED || output == Output.STAGES;
    }

    private static void probe(
            ObjectNode line, Soda soda, Output output, ImageDataset train, ImageDataset test) {
        FeatureExtractor extractor =
                FeatureExtractor.of(soda).output(output).standardized(isStandardized(output));
        FeatureSet trainSet = extractor.extract(train);
        FeatureSet testSet = extractor.extract(test);
        String key = output.name().toLowerCase(Locale.ROOT);
        double knn = KnnProbe.builder().build().evaluate(trainSet, testSet).accuracy();
        long start = System.nanoTime();
        var result = LinearProbe.onStandardizedFeatures().evaluate(trainSet, testSet);
        double linear = result.accuracy();
        line.put(
                key + ".probe",
                round((System.nanoTime() - start) * 1e-9) + " " + result.settings());
        line.put(key + ".knn", round(100 * knn)).put(key + ".linear", round(100 * linear));
        if (output == Output.LATENT) {
            LatentRank.of(trainSet, "training images")
                    .ifPresent(rank -> line.put("rank", round(rank.rank())));
        }
    }

    private static double psnr(Soda soda, ImageDataset test) {
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDArray images = ImageBatches.resized(test, soda).range(manager, 0, QUALITY_IMAGES);
            NDArray again =
                    soda.reconstruct(images, SamplingOptions.defaults().withSteps(50).withSeed(0));
            return round(Arrays.stream(Psnr.of(again, images)).average().orElseThrow());
        }
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Ablation(), args));
    }
}
