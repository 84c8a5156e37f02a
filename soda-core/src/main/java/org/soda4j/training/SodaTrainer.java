package org.soda4j.training;

import ai.djl.Device;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.distributed.Collective;
import org.soda4j.model.NonFiniteException;
import org.soda4j.training.checkpoint.CheckpointException;
import org.soda4j.training.listener.Evaluation;
import org.soda4j.training.listener.JsonLinesListener;
import org.soda4j.training.listener.ListenerList;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.listener.TensorBoardListener;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.run.RunFolder;
import org.soda4j.training.run.RunFolderException;

/**
 * Trains a {@link Soda} with the noise-prediction loss (paper section 3.1), with the published
 * defaults. Model, data and length are enough:
 *
 * <pre>{@code
 * TrainingSummary summary = SodaTrainer.builder(soda).data(pairs).epochs(800).build().fit();
 * }</pre>
 *
 * <p>With {@link Builder#folder} the run explains itself on disk and the same call resumes it, on a
 * CPU bit for bit where the number of threads is fixed ({@code Soda.builder().threads}). After
 * {@link #fit} the model holds the moving averages.
 *
 * <p>One training at a time in a process, because the engine records gradients for one only; a
 * second one is refused before it does anything. Every step seeds the engine's one random generator
 * ({@code Engine.setRandomSeed}), which the application shares; nothing else of the process changes
 * but by {@link Builder#stopOnShutdown}.
 */
public final class SodaTrainer {

    private final Builder options;
    private final TrainingConfig config;
    private final ListenerList listeners;

    /** Whatever is done to the builder later does not change this trainer. */
    private SodaTrainer(Builder builder) {
        options = new Builder(builder);
        config = builder.trainingConfig();
        List<RunListener> all = new ArrayList<>();
        if (options.folder != null && options.collective.rank() == 0) {
            all.add(new JsonLinesListener(RunFolder.metrics(options.folder)));
            all.add(new TensorBoardListener(RunFolder.events(options.folder)));
        }
        if (options.collective.rank() == 0) {
            all.addAll(options.listeners);
        }
        listeners = new ListenerList(all, options.clock);
    }

    /**
     * Starts from the published defaults. What fits the model that {@code Soda.builder()} makes
     * without further words is {@code config(RunConfig.preset("minutes-32").training())}.
     *
     * @param soda what is trained; stays open
     * @return a builder
     */
    public static Builder builder(Soda soda) {
        return new Builder(soda);
    }

    /**
     * Returns what will be done.
     *
     * @return the effective configuration
     */
    public TrainingConfig config() {
        return config;
    }

    /**
     * Trains, or goes on with the run of the folder. Blocks until the length is reached or the
     * training is stopped. A run that is complete is not trained further, and says so ("complete
     * already").
     *
     * <p>With several ranks all call this. A rank that fails aborts the job, as the others cannot
     * go on, except where all fail in the same way ({@link NonFiniteException}).
     *
     * <p>Closing the model, from any thread, stops the training after the current step, with a
     * folder by a checkpoint; its memory is freed when this returns. So does a process that is
     * asked to end, if {@link Builder#stopOnShutdown} says so.
     *
     * @return how it ended
     * @throws NonFiniteException if the loss or a gradient is infinite or not a number
     * @throws RunFolderException if the folder belongs to a run with another configuration, or
     *     cannot be used
     * @throws CheckpointException if a checkpoint cannot be written or read
     * @throws IllegalStateException if the model is closed or another training runs in this
     *     process; nothing has been done then
     */
    public TrainingSummary fit() {
        return options.soda.whileOpen(
                () -> {
                    try (GradientRecording gradients = GradientRecording.begin(name())) {
                        return fit(gradients);
                    }
                });
    }

    private String name() {
        return options.folder == null
                ? "the training without a folder"
                : "the training with the folder " + options.folder;
    }

    private TrainingSummary fit(GradientRecording gradients) {
        Collective ranks = options.collective;
        try {
            return trainUntilTheProcessEnds(ranks, gradients);
        } catch (RuntimeException | Error e) {
            // Where the sum over all ranks is not finite, all are here.
            boolean everywhere = e instanceof NonFiniteException found && found.step() > 0;
            if (ranks.size() > 1 && !everywhere) {
                ranks.abort("the training failed here: " + e);
            }
            throw e;
        }
    }

    /** With a folder, rank 0 writes it. */
    private TrainingSummary trainUntilTheProcessEnds(
            Collective ranks, GradientRecording gradients) {
        Optional<ShutdownStop> shutdown =
                options.stopOnShutdown
                        ? Optional.of(ShutdownStop.install(listeners::stop, announcement(ranks)))
                        : Optional.empty();
        // The loader first: data that are refused leave no folder with a configuration behind.
        try (BatchLoader loader = loader(ranks)) {
            if (options.folder == null || ranks.rank() != 0) {
                return train(loader, Optional.empty(), gradients);
            }
            RunConfig run = new RunConfig(options.soda.config(), config);
            try (RunFolder folder = RunFolder.open(options.folder, run)) {
                return train(loader, Optional.of(folder), gradients);
            }
        } finally {
            shutdown.ifPresent(ShutdownStop::ended);
        }
    }

    /** Where the job was aborted the ranks are asked to end, too, and no checkpoint follows. */
    private String announcement(Collective ranks) {
        if (options.folder == null) {
            return null;
        }
        return ranks.size() == 1
                ? "ending after this step, " + TrainingRun.withCheckpoint(options.folder)
                : "asked to end; ending after this step if all ranks agree";
    }

    private BatchLoader loader(Collective ranks) {
        TrainingData.Request request =
                new TrainingData.Request(
                        config.batchSize(),
                        StepSeed.of(config.seed(), StepSeed.Use.LOADER, 0),
                        config.shuffle(),
                        ranks.rank(),
                        ranks.size(),
                        config.dropLast());
        return options.data.apply(request);
    }

    private TrainingSummary train(
            BatchLoader loader, Optional<RunFolder> folder, GradientRecording gradients) {
        try (TrainingRun run =
                new TrainingRun(options, config, listeners, folder, loader, gradients)) {
            return run.run();
        }
    }

    /**
     * Ends the training after the current step, with a checkpoint; from any thread, at any time.
     *
     * @param reason for the log and the summary
     */
    public void stop(String reason) {
        listeners.stop(reason);
    }

    /** Builds a {@link SodaTrainer}; model, data and length are enough. */
    public static final class Builder extends TrainingOptions<Builder> {

        final Soda soda;
        final List<RunListener> listeners = new ArrayList<>();
        final Map<String, Evaluation> evaluations = new LinkedHashMap<>();
        Function<TrainingData.Request, BatchLoader> data;
        Supplier<String> contentHash = () -> "";
        Path folder;
        TrainingDraws draws;
        InstantSource clock = InstantSource.system();
        Collective collective = Collective.single();
        int checkRanksEverySteps = 100;
        boolean stopOnShutdown;
        Function<Precision, LossScale> lossScale = LossScale::of;

        private Builder(Soda soda) {
            this.soda = Objects.requireNonNull(soda, "soda");
        }

        /** A snapshot of everything that is not in the {@link TrainingConfig}. */
        private Builder(Builder other) {
            soda = other.soda;
            listeners.addAll(other.listeners);
            evaluations.putAll(other.evaluations);
            data = other.data;
            contentHash = other.contentHash;
            folder = other.folder;
            draws = other.draws;
            clock = other.clock;
            collective = other.collective;
            checkRanksEverySteps = other.checkRanksEverySteps;
            stopOnShutdown = other.stopOnShutdown;
            lossScale = other.lossScale;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the data. Needed.
         *
         * @param pairs a data set whose batches hold {@code [source, target]}: float32 {@code [N,
         *     C, H, W]} pixels, the target in [0, 1] at the denoiser's resolution. A {@link
         *     TrainingData} brings its own loader; a {@link RandomAccessDataset} is read by DJL in
         *     an order of the trainer's; any other is read from its begin to its end in its own
         *     order, once before the training to count its batches, which must be of the trainer's
         *     batch size (a smaller last one is left out, or with {@link #dropLast}(false), in one
         *     process, trained on). A run resumes exactly only if the data set gives the same
         *     batches each time
         * @return this
         */
        public Builder data(Dataset pairs) {
            Objects.requireNonNull(pairs, "pairs");
            if (pairs instanceof TrainingData own) {
                data = own::newLoader;
                contentHash = own::contentHash;
            } else if (pairs instanceof RandomAccessDataset random) {
                data = request -> new DatasetLoader(random, request);
            } else {
                data = request -> new SequentialLoader(pairs, request);
            }
            return this;
        }

        /**
         * Sets the {@link RunFolder}: configuration, metrics, TensorBoard events, samples,
         * checkpoints, and at the end the model, for {@link Soda#load(Path)}. Default: none,
         * nothing is written. An existing run is resumed.
         *
         * @param run is created where needed
         * @return this
         */
        public Builder folder(Path run) {
            folder = Objects.requireNonNull(run, "run");
            return this;
        }

        /**
         * Says where to train. Default: where the model is, which is chosen when it is built or
         * loaded, and stays.
         *
         * @param device the model's device
         * @return this
         * @throws IllegalArgumentException if the model is elsewhere
         */
        public Builder device(Device device) {
            require(
                    device.equals(soda.device()),
                    "device",
                    "%s, where the model is; give the device to Soda.builder() or Soda.load"
                            .formatted(soda.device()),
                    device);
            return this;
        }

        /**
         * Adds a listener.
         *
         * @param listener is notified of what happens
         * @return this
         */
        public Builder listener(RunListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Adds an evaluation, run every {@link #evaluateEveryEpochs} and at the end.
         *
         * @param name before the names of its figures
         * @param evaluation measures the model
         * @return this
         */
        public Builder evaluation(String name, Evaluation evaluation) {
            if (evaluations.putIfAbsent(name, Objects.requireNonNull(evaluation)) != null) {
                throw new IllegalArgumentException(
                        "evaluation: expected a new name, found " + name + " a second time");
            }
            return this;
        }

        /**
         * Sets where times, noise and masks come from. Default: drawn as the paper does, from the
         * seed and the step.
         *
         * @param draws the source
         * @return this
         */
        public Builder draws(TrainingDraws draws) {
            this.draws = Objects.requireNonNull(draws, "draws");
            return this;
        }

        /**
         * Sets the clock that events and speeds are timed with. Default: the system's.
         *
         * @param clock the clock
         * @return this
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Trains on several devices, one process each: the batch size is that of one rank, and the
         * learning rate is multiplied by the number of ranks. Default: one process.
         *
         * <p>Rank 0 gives its model to all. Every rank reads its own part of the data; gradients,
         * losses, batch-norm statistics and figures of evaluations, which run on every rank, are
         * averaged. Listeners are notified on rank 0 only, and only it writes to the folder, which
         * all must be able to read.
         *
         * @param ranks connects the processes; stays open
         * @return this
         */
        public Builder collective(Collective ranks) {
            collective = Objects.requireNonNull(ranks, "ranks");
            return this;
        }

        /**
         * Says whether a process that is asked to end (SIGTERM, Ctrl-C, {@code System.exit}) first
         * stops the training after the current step and, with a folder, waits for its checkpoint.
         * It does so by a shutdown hook of the process for as long as {@link SodaTrainer#fit} runs.
         * Default: false; then the application sees to it that {@link SodaTrainer#stop} is called
         * and {@code fit} has returned before the process ends, because the end takes away the
         * engine's native library and may crash under a step.
         *
         * @param stop true in programs whose own hooks do not
         * @return this
         */
        public Builder stopOnShutdown(boolean stop) {
            stopOnShutdown = stop;
            return this;
        }

        /**
         * Sets how often the ranks compare their parameters, whose bits must be the same; a
         * difference ends the training. Default: every 100 steps, and before every checkpoint.
         *
         * @param steps at least 1
         * @return this
         */
        public Builder checkRanksEverySteps(int steps) {
            if (steps < 1) {
                throw new IllegalArgumentException(
                        "checkRanksEverySteps: expected at least 1, found " + steps);
            }
            checkRanksEverySteps = steps;
            return this;
        }

        /**
         * Builds the trainer.
         *
         * @return the trainer
         * @throws IllegalStateException if data or length are missing
         * @throws IllegalArgumentException if options do not fit each other
         */
        public SodaTrainer build() {
            if (data == null) {
                throw new IllegalStateException("data: expected data(pairs), found none");
            }
            return new SodaTrainer(this);
        }
    }
}
