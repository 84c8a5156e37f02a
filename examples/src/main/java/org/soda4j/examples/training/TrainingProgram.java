package org.soda4j.examples.training;

import ai.djl.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.distributed.Collective;
import org.soda4j.eval.plot.LineChart;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeEvaluation;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.eval.report.LatentRank;
import org.soda4j.eval.report.ModelEvaluation;
import org.soda4j.eval.report.ModelEvaluationBuilder;
import org.soda4j.eval.report.PublishedAccuracy;
import org.soda4j.eval.report.RunFigures;
import org.soda4j.eval.report.RunSections;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.cli.ProgressBarListener;
import org.soda4j.examples.cli.SecondInterrupt;
import org.soda4j.examples.web.LivePage;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingConfig;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.run.RunFolder;

/** Trains what a configuration describes, in a run folder; {@code train} and {@code resume}. */
public final class TrainingProgram {

    private static final Logger LOGGER = LoggerFactory.getLogger(TrainingProgram.class);
    private static final int REPORT_IMAGES = 16;
    private static final int REPORT_STEPS = 10;

    private final PrintWriter out;
    private RunConfig config;
    private final TrainingImages data;
    private final Path run;
    private final Device device;
    private boolean estimates = true;
    private OptionalInt livePort = OptionalInt.empty();
    private Optional<TimeBudget> budget = Optional.empty();
    private Optional<ProbeEvaluation> probing = Optional.empty();
    private boolean trained;
    private Optional<LatentRank> ofBatch = Optional.empty();
    private Optional<LatentRank> rank = Optional.empty();
    private Optional<ProbeComparison> compared = Optional.empty();

    public TrainingProgram(
            PrintWriter out, RunConfig config, TrainingImages data, Path run, Device device) {
        this.out = out;
        this.config = config;
        this.data = data;
        this.run = run;
        this.device = device;
    }

    /** Says no more how long it takes, because the length was chosen by that. */
    public TrainingProgram withoutEstimate() {
        estimates = false;
        return this;
    }

    /** Makes the training shorter or longer on the way, so that the command takes so long. */
    public TrainingProgram within(Instant start, Duration time) {
        budget = Optional.of(new TimeBudget(start, time, InstantSource.system()));
        return this;
    }

    /** Serves a page while it trains, to this machine alone; empty: none. */
    public TrainingProgram live(OptionalInt port) {
        livePort = port;
        return this;
    }

    /** Augmented views of the images at the denoiser's resolution, as the configuration says. */
    public static ViewPairs pairs(ImageDataset images, RunConfig config) {
        List<Integer> shape = config.model().denoiser().imageShape();
        if (!shape.get(1).equals(shape.get(2))) {
            throw new IllegalArgumentException(
                    "model.denoiser.imageShape: expected a square, found " + shape);
        }
        return ViewPairs.builder(images)
                .resolution(shape.get(1))
                .normalization(config.model().normalization())
                .augmentation(config.training().augmentation())
                .seed(config.training().seed())
                .build();
    }

    /** Trains to the end or until it is stopped. */
    public TrainingSummary train() throws IOException {
        return train(Collective.single());
    }

    /** Trains as one of several ranks, the first of which writes. */
    public TrainingSummary train(Collective ranks) throws IOException {
        ImageDataset images = data.open(config.model().preparation());
        if (ranks.size() == 1 && estimates) {
            new TrainingEstimate(out, config, run, device).say(images.size());
        }
        try (Soda soda =
                        Soda.builder()
                                .config(config.model())
                                .seed(config.training().seed())
                                .device(device)
                                .build();
                LivePage page = ranks.rank() == 0 ? livePage() : null) {
            out.print(soda.describe());
            out.printf(
                    "%d images, device %s, run %s%n",
                    images.size(), DeviceOption.name(device), run);
            out.flush();
            ProbeImages probes = ProbeImages.ofTraining(data, config.model());
            if (!probes.haveProbes()) {
                out.printf("no probes: %s%n", probes.whyNoProbes());
            }
            if (ranks.rank() == 0) {
                evaluation(soda, probes)
                        .build()
                        .leftOut()
                        .forEach(part -> out.printf("the report leaves out %s%n", part));
                out.flush();
            }
            SecondInterrupt.tell(this::saved);
            if (probes.haveProbes()) {
                ProbeImages some = probes.onTheWay(data, config.model());
                probing = Optional.of(ProbeEvaluation.of(some.train(), some.test()));
            }
            if (ranks.size() == 1 && hasStepsLeft(images.size())) {
                probing.ifPresent(probe -> sayWhatToBeat(probe.baselines(soda)));
            }
            TrainingSummary summary = trainer(soda, images, ranks, page).fit();
            while (budget.isPresent() && budget.get().steps().isPresent()) {
                replan(budget.get().steps().getAsLong());
                summary = trainer(soda, images, ranks, page).fit();
            }
            if (ranks.rank() == 0) {
                lookBack(soda, probes, summary.complete());
            }
            return summary;
        }
    }

    /** For programs, after the training; of the rank that writes. */
    public TrainingAnswer answer(TrainingSummary summary) throws IOException {
        return new TrainingAnswer(
                summary.complete(),
                summary.reason(),
                RunFigures.read(run),
                compared.map(ProbeComparison::rows).orElse(List.of()),
                rank.map(LatentRank::rank).orElse(null),
                run.toAbsolutePath().normalize().toString(),
                RunFolder.model(run).toAbsolutePath().normalize().toString(),
                Files.exists(report()) ? report().toAbsolutePath().normalize().toString() : null);
    }

    private SodaTrainer trainer(Soda soda, ImageDataset images, Collective ranks, LivePage page) {
        SodaTrainer.Builder trainer =
                SodaTrainer.builder(soda)
                        .stopOnShutdown(true)
                        .config(config.training())
                        .data(pairs(images, config))
                        .collective(ranks)
                        .folder(run)
                        .listener(new ProgressBarListener())
                        .listener(new Notes(images.size()));
        if (page != null) {
            trainer.listener(page.listener());
        }
        probing.ifPresent(probe -> trainer.evaluation(ProbeFigures.EVALUATION, probe));
        if (ranks.size() == 1) {
            budget.ifPresent(trainer::listener);
        }
        return trainer.build();
    }

    /** The same run with another number of steps from here on; a resume goes on with them, too. */
    private void replan(long steps) throws IOException {
        config = RunConfig.read(run.resolve("config.json"), "training.steps=" + steps);
        RunFolder.replaceConfig(run, config);
    }

    private String saved() {
        try {
            List<Long> steps = CheckpointStore.readOnly(RunFolder.checkpoints(run)).steps();
            return steps.isEmpty()
                    ? "; nothing was saved yet"
                    : "; saved up to step %d: resume %s".formatted(Collections.max(steps), run);
        } catch (RuntimeException e) {
            LOGGER.debug("checkpoints of {}", run, e);
            return "; what was saved is in " + run;
        }
    }

    /** No page is no reason not to train: null. */
    private LivePage livePage() {
        if (livePort.isEmpty()) {
            return null;
        }
        try {
            LivePage page = LivePage.start(livePort.getAsInt(), run, "SODA on " + data.name());
            out.printf("while it trains: %s%n", page.uri());
            return page;
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("no page of {}", run, e);
            out.printf(
                    "no page while it trains: %s; --live 0 takes any free port%n",
                    e.getMessage() == null ? e : e.getMessage());
            return null;
        }
    }

    /**
     * Whether there is something to train. Then the baselines of the probes are measured before the
     * first step, so that no probe on the way takes longer than the others and a time that is given
     * is planned with what is left of it.
     */
    private boolean hasStepsLeft(long images) {
        TrainingConfig training = config.training();
        long perEpoch = training.stepsPerEpoch(images, 1);
        if (perEpoch < 1) {
            return false; // Refused by the trainer.
        }
        Path checkpoints = RunFolder.checkpoints(run);
        List<Long> made =
                Files.isDirectory(checkpoints)
                        ? CheckpointStore.readOnly(checkpoints).steps()
                        : List.of();
        return made.stream().mapToLong(Long::longValue).max().orElse(0)
                < training.length().steps(perEpoch, training.batchSize());
    }

    private void sayWhatToBeat(Map<String, Double> baselines) {
        out.println(
                baselines.entrySet().stream()
                        .map(
                                one ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.1f %%",
                                                ProbeFigures.title(
                                                        ProbeFigures.EVALUATION
                                                                + "."
                                                                + one.getKey()),
                                                100 * one.getValue()))
                        .collect(Collectors.joining("; ", "to be beaten by the probes: ", "")));
        out.flush();
    }

    private Path report() {
        return run.resolve("report.html");
    }

    /** What the features are worth, in a table; none without labels. */
    private Optional<ProbeComparison> comparison(Soda soda, ProbeImages probes) {
        if (!probes.haveProbes()) {
            return Optional.empty();
        }
        boolean same = data.probeImages() == null; // Those that were probed on the way.
        Optional<ProbeComparison.Row> pixels =
                probing.filter(probe -> same).flatMap(ProbeEvaluation::pixels);
        ProbeComparison comparison = probes.compare(soda, pixels);
        out.print(comparison);
        out.flush();
        compared = Optional.of(comparison);
        return compared;
    }

    /** The training has ended and is saved: whatever fails here is said, and no failure of it. */
    private void lookBack(Soda soda, ProbeImages probes, boolean complete) {
        try {
            Optional<LineChart> loss = RunSections.lossChart(RunFolder.metrics(run));
            if (loss.isPresent()) {
                loss.get().save(run.resolve("loss.png"));
            }
            if (complete && (trained || !Files.exists(report()))) {
                report(soda, probes, comparison(soda, probes));
                rank.or(() -> ofBatch).ifPresent(out::println);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("no report of {}", run, e);
            out.printf(
                    "no report, but the training is saved: %s; evaluate %s tries again%n",
                    e.getMessage() == null ? e : e.getMessage(), run);
            out.flush();
        }
    }

    private ModelEvaluationBuilder evaluation(Soda soda, ProbeImages probes) {
        int steps = Math.min(REPORT_STEPS, config.model().schedule().steps());
        return ModelEvaluation.builder(soda, probes.train(), probes.test())
                .run(run)
                .title("SODA on " + data.name())
                .published(PublishedAccuracy.of(data.kind()))
                .probes(probes.haveProbes())
                .qualityImages(REPORT_IMAGES)
                .options(SamplingOptions.defaults().withSteps(steps));
    }

    /** A first look; {@code evaluate} measures with more images. */
    private void report(Soda soda, ProbeImages probes, Optional<ProbeComparison> comparison)
            throws IOException {
        Path file = report();
        ModelEvaluationBuilder evaluation = evaluation(soda, probes);
        evaluation.comparison(comparison);
        try (PartProgress progress = new PartProgress()) {
            ModelEvaluation.Result result = evaluation.progress(progress).build().evaluate();
            result.report().save(file);
            rank = result.rank();
        }
        out.printf("report: %s%n", file.toAbsolutePath().normalize());
        out.flush();
    }

    /** Stores where the data are, and says how the training ended and how it goes on. */
    private final class Notes implements RunListener {
        private final long images;

        Notes(long images) {
            this.images = images;
        }

        @Override
        public void begin(RunEvent.Begin begin, RunControl control) {
            trained = begin.step() < begin.totalSteps();
            try {
                data.save(run, images);
            } catch (IOException e) {
                control.stop("cannot write to the run folder: " + e.getMessage());
            }
            if (begin.step() > 0) {
                out.printf("going on after step %d of %d%n", begin.step(), begin.totalSteps());
                out.flush();
            }
        }

        @Override
        public void latents(RunEvent.Latents latents) {
            ofBatch =
                    Optional.of(
                            new LatentRank(
                                    latents.effectiveRank(),
                                    config.model().latent().size(),
                                    config.training().batchSize(),
                                    "images, the last batch"));
        }

        @Override
        public void end(RunEvent.End end) {
            if (budget.isPresent() && budget.get().steps().isPresent()) {
                out.printf("the machine's pace has changed: %s%n", end.reason());
                out.flush();
                return;
            }
            out.printf(
                    "%s after step %d; model: %s%n",
                    end.reason(), end.step(), RunFolder.model(run).toAbsolutePath().normalize());
            if (!end.complete()) {
                ofBatch.ifPresent(out::println);
                out.printf("saved; to go on: resume %s%n", run);
            }
            out.flush();
        }
    }
}
