package org.soda4j.examples;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.RandomHorizontalFlip;
import org.soda4j.data.transform.RandomResizedCrop;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.report.ModelEvaluation;
import org.soda4j.eval.report.ModelPictures;
import org.soda4j.eval.report.TableSection;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.BuiltInImages;
import org.soda4j.examples.training.SmallModel;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a small SODA on real images in minutes and shows that it learned. */
@Command(
        name = "quickstart",
        description =
                "Trains a small SODA on 10,000 real images of 16 x 16 pixels without their labels,"
                        + " then compares its features with raw pixels and an untrained encoder,"
                        + " and draws reconstructions and interpolations.")
public final class Quickstart extends Program {

    private static final int SIZE = SmallModel.QUICKSTART_SIZE;
    private static final int TRAIN_PER_CLASS = 1000;
    private static final int TEST_PER_CLASS = 200;
    private static final int REPORT_IMAGES = 200;

    @Option(
            names = "--data",
            defaultValue = "fashion-mnist",
            description = "fashion-mnist (a part of it is built in) or cifar10.")
    private String data;

    @Option(names = "--root", description = "Folder of CIFAR-10's binary files. Default: none.")
    private Path root;

    @Option(
            names = "--out",
            defaultValue = "quickstart",
            description = "Folder for the pictures and the model.")
    private Path out;

    @Option(
            names = "--images",
            defaultValue = "25600",
            description = "Training images, counted with repetition.")
    private long images;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
    private long seed;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "Of the training: FP32, BF16 or FP16.")
    private Precision precision;

    @Override
    public Integer call() throws IOException {
        requireAtLeast(1, "--images", images);
        ImageDataset train = images(Dataset.Usage.TRAIN).subset(TRAIN_PER_CLASS, 0);
        ImageDataset test = images(Dataset.Usage.TEST).subset(TEST_PER_CLASS, 0);
        OutputCheck.folder("--out", out);
        try (Soda soda = SmallModel.quickstart(channels(), seed)) {
            print(soda.describe().toString());
            List<Row> table = new ArrayList<>();
            table.add(probe("raw pixels", soda, Output.PIXELS, train, test));
            table.add(probe("untrained encoder", soda, Output.LATENT, train, test));
            if (!train(soda, train)) {
                return 1; // Ctrl-C
            }
            table.add(probe("SODA", soda, Output.LATENT, train, test));
            print("%-20s %8s %14s".formatted("features", "k-NN", "linear probe"));
            table.forEach(row -> print(row.toString()));
            ModelPictures pictures = new ModelPictures(soda, test, options());
            pictures.reconstructions().save(out.resolve("reconstructions.png"));
            pictures.interpolations().save(out.resolve("interpolations.png"));
            soda.save(out.resolve("model"));
            report(soda, table, train, test);
            print("pictures, model and report.html: " + out.toAbsolutePath().normalize());
        }
        return 0;
    }

    private ImageDataset images(Dataset.Usage split) {
        return switch (data) {
            case "fashion-mnist" -> BuiltInImages.fashionMnist(split);
            case "cifar10" -> {
                if (root == null) {
                    throw refusal("--data cifar10 needs --root, a folder");
                }
                yield Cifar10.builder().root(root).split(split).build();
            }
            default -> throw refusal("--data: expected fashion-mnist or cifar10, found " + data);
        };
    }

    /** Returns whether it was trained to the end. */
    private boolean train(Soda soda, ImageDataset train) throws IOException {
        ViewPairs pairs =
                ViewPairs.builder(train).source(views()).target(views()).seed(seed).build();
        List<RunEvent.Step> steps = new ArrayList<>();
        TrainingSummary summary =
                SmallModel.trainer(soda, pairs, images, precision, seed)
                        .listener(
                                new RunListener() {
                                    @Override
                                    public void step(RunEvent.Step step) {
                                        steps.add(step);
                                    }
                                })
                        .build()
                        .fit();
        if (!summary.complete()) {
            return false;
        }
        print(meanLoss(steps));
        double[] seen = steps.stream().mapToDouble(RunEvent.Step::images).toArray();
        LineChart.builder()
                .title("Training loss")
                .xLabel("images")
                .yLabel("mean squared error of the image")
                .yLog(true)
                .series(
                        "each step",
                        seen,
                        steps.stream().mapToDouble(RunEvent.Step::loss).toArray())
                .series(
                        "smoothed",
                        seen,
                        steps.stream().mapToDouble(RunEvent.Step::smoothedLoss).toArray())
                .build()
                .save(out.resolve("loss.png"));
        return true;
    }

    /** Times and noise differ from step to step, so that only a mean says something. */
    private static String meanLoss(List<RunEvent.Step> steps) {
        List<RunEvent.Step> last = steps.subList(Math.max(0, steps.size() - 100), steps.size());
        double mean = last.stream().mapToDouble(RunEvent.Step::loss).average().orElse(Double.NaN);
        return "mean loss of the last %d steps: %.5f".formatted(last.size(), mean);
    }

    /** Milder than the published recipe, which takes hundreds of epochs to pay. */
    private ViewPipeline views() {
        return ViewPipeline.builder(SIZE)
                .channels(channels())
                .then(new RandomResizedCrop(SIZE, SIZE, 0.6, 1, 3.0 / 4, 4.0 / 3))
                .then(new RandomHorizontalFlip(0.5))
                .build();
    }

    private int channels() {
        return data.equals("cifar10") ? 3 : 1;
    }

    /** One line of the table, accuracies in [0, 1]. */
    private record Row(String features, double knn, double linear) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%-20s %6.1f %% %12.1f %%", features, 100 * knn, 100 * linear);
        }
    }

    private Row probe(
            String name, Soda soda, Output output, ImageDataset train, ImageDataset test) {
        FeatureExtractor extractor = FeatureExtractor.of(soda).output(output);
        FeatureSet trainSet = extractor.extract(train);
        FeatureSet testSet = extractor.extract(test);
        double knn = KnnProbe.builder().build().evaluate(trainSet, testSet).accuracy();
        double linear = LinearProbe.onStandardizedFeatures().evaluate(trainSet, testSet).accuracy();
        return new Row(name, knn, linear);
    }

    private void report(Soda soda, List<Row> table, ImageDataset train, ImageDataset test)
            throws IOException {
        List<List<String>> rows =
                table.stream()
                        .map(
                                row ->
                                        List.of(
                                                row.features(),
                                                String.format(
                                                        Locale.ROOT, "%.1f %%", 100 * row.knn()),
                                                String.format(
                                                        Locale.ROOT,
                                                        "%.1f %%",
                                                        100 * row.linear())))
                        .toList();
        ModelEvaluation.builder(soda, train, test)
                .title("Quickstart on " + data)
                .qualityImages(REPORT_IMAGES)
                .options(options())
                .add(
                        new TableSection(
                                "Compared with pixels and an untrained encoder",
                                List.of("features", "k-NN", "linear probe"),
                                rows,
                                ""))
                .build()
                .evaluate()
                .report()
                .save(out.resolve("report.html"));
    }

    private SamplingOptions options() {
        return SamplingOptions.defaults().withSeed(seed);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Quickstart(), args));
    }
}
