package org.soda4j.examples;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.report.LatentRank;
import org.soda4j.eval.report.ModelEvaluation;
import org.soda4j.eval.report.ModelPictures;
import org.soda4j.eval.report.RunHistory;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ProgressBarListener;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.training.SmallDataOptions;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a small SODA on real images in minutes and shows that it learned. */
@Command(
        name = "quickstart",
        description =
                "Trains a small SODA on 10,000 real images of 16 x 16 pixels without their labels,"
                        + " then compares its features with raw pixels and an untrained encoder,"
                        + " and draws reconstructions and interpolations.")
final class Quickstart extends Program {

    private static final Output FEATURES = Output.JOINED;
    private static final int TRAIN_PER_CLASS = 1000;
    private static final int TEST_PER_CLASS = 200;
    private static final int REPORT_IMAGES = 200;
    private static final int GREY_BATCH = 64;
    private static final int GREY_STEPS = 1200;
    private static final int COLOUR_BATCH = 32;
    private static final int COLOUR_STEPS = 2000;

    @Mixin private SmallDataOptions data;

    @Option(
            names = "--out",
            defaultValue = "quickstart",
            description = "Folder for the pictures and the model.")
    private Path out;

    @Option(
            names = "--steps",
            description =
                    "Training steps. Default: 1200 of 64 images, with --data cifar10 2000 of 32.")
    private Long steps;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
    private long seed;

    @Option(
            names = "--precision",
            defaultValue = "BF16",
            description = "Of the training: FP32, BF16 or FP16.")
    private Precision precision;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param comparison chance, raw pixels, untrained encoder, and the model last
     * @param effectiveRank of the latents of the training images
     * @param loss mean of the last steps
     * @param model its folder
     * @param report its path
     */
    private record Answer(
            List<ProbeComparison.Row> comparison,
            Double effectiveRank,
            double loss,
            String model,
            String report) {}

    private final RunHistory history = new RunHistory();
    private double meanLoss;

    @Override
    public Integer call() throws IOException {
        if (steps != null) {
            requireAtLeast(1, "--steps", steps);
        }
        ImageDataset train = data.images(Dataset.Usage.TRAIN).subset(TRAIN_PER_CLASS, 0);
        ImageDataset test = data.images(Dataset.Usage.TEST).subset(TEST_PER_CLASS, 0);
        OutputCheck.folder("--out", out);
        threads.set();
        RunConfig recipe = recipe();
        try (Soda soda =
                Soda.builder().config(recipe.model()).seed(seed).device(device.device()).build()) {
            json.print(soda.describe().toString());
            List<ProbeComparison.Row> rows =
                    new ArrayList<>(
                            ProbeComparison.baselines(soda, train, test, FEATURES, row -> {}));
            if (!train(soda, recipe, train)) {
                return 1; // Ctrl-C
            }
            rows.add(ProbeComparison.ofModel(soda, train, test, FEATURES));
            ProbeComparison comparison = new ProbeComparison(rows);
            json.print(comparison.toString().stripTrailing());
            ModelPictures pictures = new ModelPictures(soda, test, options());
            pictures.reconstructions().save(out.resolve("reconstructions.png"));
            pictures.interpolations().save(out.resolve("interpolations.png"));
            soda.save(out.resolve("model"));
            Optional<LatentRank> rank = report(soda, comparison, train, test);
            rank.ifPresent(sentence -> json.print(sentence.toString()));
            Path folder = out.toAbsolutePath().normalize();
            json.print("pictures, model and report.html: " + folder);
            json.answer(
                    new Answer(
                            rows,
                            rank.map(LatentRank::rank).orElse(null),
                            meanLoss,
                            folder.resolve("model").toString(),
                            folder.resolve("report.html").toString()));
        }
        return 0;
    }

    /** Of minutes, for images of 16 x 16 pixels; the colour ones gain by more, smaller steps. */
    private RunConfig recipe() {
        boolean colour = data.isCifar10();
        int batch = colour ? COLOUR_BATCH : GREY_BATCH;
        long length = steps != null ? steps : colour ? COLOUR_STEPS : GREY_STEPS;
        json.print(choice(colour, length, batch, steps != null));
        return RunConfig.preset(
                preset(colour),
                "training.batchSize=" + batch,
                "training.steps=" + length,
                "training.precision=" + precision,
                "training.seed=" + seed);
    }

    private static String preset(boolean colour) {
        return colour ? "minutes-16" : "minutes-16-grey";
    }

    /** What is trained and why, in the words of train. */
    static String choice(boolean colour, long steps, int batch, boolean asked) {
        return """
                preset %s: a small model whose features are worth something within minutes, for %s images of 16 x 16 pixels
                %d steps of %d images%s"""
                .formatted(
                        preset(colour),
                        colour ? "colour" : "grey",
                        steps,
                        batch,
                        asked
                                ? " (--steps)"
                                : colour
                                        ? ", some three minutes: colour images gain by more, smaller steps"
                                        : ", some three minutes");
    }

    /** Returns whether it was trained to the end. */
    private boolean train(Soda soda, RunConfig recipe, ImageDataset train) throws IOException {
        ViewPairs pairs = TrainingProgram.pairs(train, recipe);
        List<RunEvent.Step> made = new ArrayList<>();
        TrainingSummary summary =
                SodaTrainer.builder(soda)
                        .stopOnShutdown(true)
                        .config(recipe.training())
                        .data(pairs)
                        .listener(new ProgressBarListener())
                        .listener(history)
                        .listener(
                                new RunListener() {
                                    @Override
                                    public void step(RunEvent.Step step) {
                                        made.add(step);
                                    }
                                })
                        .build()
                        .fit();
        if (!summary.complete()) {
            return false;
        }
        // Times and noise differ from step to step, so that only a mean says something.
        List<RunEvent.Step> last = made.subList(Math.max(0, made.size() - 100), made.size());
        meanLoss = last.stream().mapToDouble(RunEvent.Step::loss).average().orElse(Double.NaN);
        json.print(
                String.format(
                        Locale.ROOT,
                        "mean loss of the last %d steps: %.5f",
                        last.size(),
                        meanLoss));
        double[] seen = made.stream().mapToDouble(RunEvent.Step::images).toArray();
        LineChart.builder()
                .title("Training loss")
                .xLabel("images")
                .yLabel("mean squared error of the noise")
                .yLog(true)
                .series("each step", seen, made.stream().mapToDouble(RunEvent.Step::loss).toArray())
                .series(
                        "smoothed",
                        seen,
                        made.stream().mapToDouble(RunEvent.Step::smoothedLoss).toArray())
                .build()
                .save(out.resolve("loss.png"));
        return true;
    }

    private Optional<LatentRank> report(
            Soda soda, ProbeComparison comparison, ImageDataset train, ImageDataset test)
            throws IOException {
        ModelEvaluation.Result result =
                ModelEvaluation.builder(soda, train, test)
                        .title("Quickstart on " + data.name())
                        .qualityImages(REPORT_IMAGES)
                        .options(options())
                        .history(history)
                        .facts(
                                Map.of(
                                        "Data",
                                        String.format(
                                                Locale.ROOT,
                                                "%s, %,d images",
                                                data.name(),
                                                train.size())))
                        .comparison(Optional.of(comparison))
                        .build()
                        .evaluate();
        result.report().save(out.resolve("report.html"));
        return result.rank();
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
