package org.soda4j.examples;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.examples.cli.ConfigOptions;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.LiveOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.cli.ThreadsOption;
import org.soda4j.examples.training.MinutesPlan;
import org.soda4j.examples.training.OwnImagesPlan;
import org.soda4j.examples.training.Ranks;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.examples.training.TrainingProgram;
import org.soda4j.image.ImagePreparation;
import org.soda4j.training.RunConfig;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a preset on its data set, or a model on one's own images. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Trains a model; the same command again goes on with the run.",
            "  train --preset cifar10 --root FOLDER --out RUN",
            "  train --images FOLDER --out RUN",
            "The latter chooses resolution, model, batch and length by itself."
        })
final class Train extends Program {

    private static final int DEFAULT_MINUTES = 20;

    @Mixin private ConfigOptions options;

    @Mixin private Ranks ranks;

    @Option(
            names = "--root",
            paramLabel = "FOLDER",
            description = "Folder of the preset's data set, in its official files. Default: none.")
    private Path root;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description =
                    "Your own image files, in one folder or one folder a class. Default: none.")
    private Path images;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "RUN",
            description = "Folder of the run: checkpoints, metrics, samples, model.")
    private Path out;

    @Option(
            names = "--probe-images",
            paramLabel = "N",
            description =
                    "Training images of the k-NN and linear probes at most; 0: no"
                            + " probes. Default: all; while training on your own"
                            + " 10,000 at 16 x 16 pixels, fewer at more.")
    private Integer probeImages;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description =
                    "What the whole command may take, for --images without --preset or --config."
                            + " Default: 20.")
    private Integer minutes;

    @Option(
            names = "--resolution",
            paramLabel = "N",
            description =
                    "Pixels of the model's images, a multiple of 8 from 16 to 128, for --images"
                            + " without --preset or --config. Default: 16, 24, 32 or 64, by your images"
                            + " and the minutes.")
    private Integer resolution;

    @Mixin private LiveOption live;

    @Mixin private ThreadsOption threads;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    /** Fewer than this are not worth a report. */
    private static final long FEW_STEPS = 200;

    private final Instant start = Instant.now();

    @Override
    public Integer call() throws IOException {
        TrainingImages source = source();
        if (ranks.isLauncher()) {
            return ranks.launch(Train.class);
        }
        try (Ranks.Joined joined = ranks.join(device.device())) {
            threads.set();
            return train(source, joined);
        }
    }

    private int train(TrainingImages source, Ranks.Joined joined) throws IOException {
        OutputCheck.newFolder("--out", out);
        Device where = joined.device();
        PrintWriter print = joined.isFirst() ? json.text() : new PrintWriter(Writer.nullWriter());
        boolean choose = source.kind().equals(TrainingImages.IMAGES) && !options.given();
        if (choose && !options.lengthGiven() && joined.collective().size() > 1) {
            throw refusal(
                    "--ranks: expected --steps or --epochs with --images, as every rank would measure steps of its own");
        }
        RunConfig config = choose ? chosen(source, where, print) : options.read();
        TrainingProgram program =
                new TrainingProgram(print, config, source, out, where).live(live.port());
        if (choose && !options.lengthGiven()) {
            program.withoutEstimate();
            if (!goesOn()) {
                program.within(start, Duration.ofMinutes(budget()));
            }
        }
        TrainingSummary summary = program.train(joined.collective());
        if (joined.isFirst() && json.given()) {
            json.answer(program.answer(summary));
        }
        return 0;
    }

    private TrainingImages source() {
        if (resolution != null && (images == null || options.given())) {
            throw refusal(
                    "--resolution: expected --images without --preset or --config, which say it themselves");
        }
        if (minutes != null) {
            requireAtLeast(1, "--minutes", minutes);
            if (images == null || options.given()) {
                throw refusal(
                        "--minutes: expected --images without --preset or --config, whose length is written there");
            }
        }
        if (probeImages != null && probeImages < 0) {
            throw refusal("--probe-images: expected at least 0, found " + probeImages);
        }
        if ((root == null) == (images == null)) {
            throw refusal("expected --root or --images, found " + (root == null ? "none" : "both"));
        }
        if (images != null) {
            return new TrainingImages(TrainingImages.IMAGES, images, probeImages);
        }
        if (options.preset() == null) {
            throw refusal("--root: expected --preset, which says what the data are");
        }
        String kind = TrainingImages.kindOfPreset(options.preset());
        if (!TrainingImages.isOfficial(kind)) {
            throw refusal(
                    "--root: expected a preset of official files, found %s, which takes --images FOLDER"
                            .formatted(options.preset()));
        }
        return new TrainingImages(kind, root, probeImages);
    }

    /** Whether the run has begun: the same command then has the length that was chosen before. */
    private boolean goesOn() {
        return Files.isRegularFile(out.resolve("config.json"));
    }

    private long steps(RunConfig config, Device where, int budget, PrintWriter print) {
        if (goesOn()) {
            return begun().length().count();
        }
        print.println("timing some steps ...");
        print.flush();
        Duration left = Duration.ofMinutes(budget).minus(Duration.between(start, Instant.now()));
        long steps = MinutesPlan.steps(config, where, left);
        if (steps < FEW_STEPS) {
            print.printf(
                    "only %d steps fit into %d min here, which teach little; give more minutes, or a smaller --resolution%n",
                    steps, budget);
        }
        return steps;
    }

    /** A run that has begun keeps its own, as it keeps its length. */
    private int epochsBetweenProbes(RunConfig config, long images, int budget) {
        return goesOn()
                ? begun().evaluateEveryEpochs()
                : OwnImagesPlan.epochsBetweenProbes(config.training(), images, budget);
    }

    private TrainingConfig begun() {
        return RunFolder.config(out, RunConfig.class).training();
    }

    private int budget() {
        return minutes == null ? DEFAULT_MINUTES : minutes;
    }

    private RunConfig chosen(TrainingImages source, Device where, PrintWriter print)
            throws IOException {
        List<String> overrides = new ArrayList<>(options.overrides());
        ImageDataset dataset = source.open(ImagePreparation.standard());
        int budget = budget();
        OwnImagesPlan plan;
        try {
            plan = OwnImagesPlan.choose(dataset, budget, resolution);
        } catch (IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
        RunConfig config;
        try {
            config = plan.config(overrides);
            if (minutes != null && options.lengthGiven()) {
                throw new IllegalArgumentException(
                        "--minutes: expected it without another length, found both");
            }
            if (!options.lengthGiven() && config.training().batchSize() <= dataset.size()) {
                overrides.add(0, "training.steps=" + steps(config, where, budget, print));
                config = plan.config(overrides);
                overrides.add(
                        0,
                        "training.evaluateEveryEpochs="
                                + epochsBetweenProbes(config, dataset.size(), budget));
                config = plan.config(overrides);
            }
        } catch (IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
        print.println("Chosen for your images (--preset and --set change it):");
        plan.reasons().forEach(reason -> print.println("  " + reason));
        String length = OwnImagesPlan.length(config.training(), dataset.size());
        if (!length.isEmpty()) {
            print.println(
                    "  "
                            + length
                            + (!options.lengthOption().isEmpty()
                                    ? " (" + options.lengthOption() + ")"
                                    : options.lengthGiven()
                                            ? ""
                                            : goesOn()
                                                    ? ", as the run was started"
                                                    : ", which fit into %d min here, as measured by some steps (--minutes)"
                                                            .formatted(budget)));
        }
        print.flush();
        return config;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Train(), args));
    }
}
