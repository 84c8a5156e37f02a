package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.Soda;
import org.soda4j.distributed.Collective;
import org.soda4j.model.NonFiniteException;
import org.soda4j.novelview.ViewBatch;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.listener.Evaluation;
import org.soda4j.training.listener.ListenerList;
import org.soda4j.training.listener.ProgressMeter;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.SampleGrid;
import org.soda4j.training.optimizer.AdamW;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.optimizer.MovingAverage;
import org.soda4j.training.run.RunEnvironment;
import org.soda4j.training.run.RunFolder;
import org.soda4j.training.run.RunFolderException;

/** One call of {@link SodaTrainer#fit}: from the last checkpoint, if any, to the end. */
final class TrainingRun implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TrainingRun.class);

    private final Soda soda;
    private final TrainingConfig config;
    private final Collective ranks;
    private final DataParallel parallel;
    private final int checkRanksEverySteps;
    private final StepPlan plan;
    private final ListenerList listeners;
    private final Map<String, Evaluation> evaluations;
    private final InstantSource clock;
    private final ProgressMeter meter;
    private final Optional<RunFolder> folder;
    private final Optional<CheckpointStore> checkpoints;
    private final BatchLoader loader;
    private final NDManager manager;
    private final AdamW optimizer;
    private final MovingAverage average;
    private final LossScale lossScale;
    private final TrainingState state;
    private final TrainingStep trainingStep;

    private RunPosition at;
    private boolean stopping;
    private long checkpointStep = -1;
    private Instant checkpointTime;

    /** Folder and loader stay the caller's. */
    TrainingRun(
            SodaTrainer.Builder options,
            TrainingConfig config,
            ListenerList listeners,
            Optional<RunFolder> folder,
            BatchLoader loader,
            GradientRecording gradients) {
        soda = options.soda;
        this.config = config;
        this.listeners = listeners;
        evaluations = Map.copyOf(options.evaluations);
        clock = options.clock;
        this.folder = folder;
        this.loader = loader;
        ranks = options.collective;
        checkRanksEverySteps = options.checkRanksEverySteps;
        plan = new StepPlan(config, loader.steps(), ranks.size());
        at = RunPosition.start(ranks.size());
        Map<String, NDArray> parameters = soda.parameters();
        parallel = new DataParallel(ranks, parameters, soda.trainableNames());
        parallel.requireSame(
                "model and training configuration",
                new RunConfig(soda.config(), config).toYaml().hashCode(),
                "start all ranks with the same options");
        parallel.broadcastModel();
        Map<String, NDArray> trainable = new LinkedHashMap<>(parameters);
        trainable.keySet().retainAll(soda.trainableNames());
        manager = parameters.values().iterator().next().getManager().newSubManager();
        AdamW.Hyperparameters hyperparameters =
                new AdamW.Hyperparameters(
                        config.encoderRateRatio(),
                        config.weightDecay(),
                        config.decayVectors(),
                        config.beta1(),
                        config.beta2(),
                        config.epsilon());
        optimizer = new AdamW(hyperparameters, trainable);
        average = new MovingAverage(config.emaDecay(), config.emaWarmup(), parameters);
        long seed = StepSeed.ofRank(config.seed(), ranks.rank());
        TrainingDraws draws = options.draws == null ? TrainingDraws.random(seed) : options.draws;
        lossScale = options.lossScale.apply(config.precision());
        state = new TrainingState(soda, average, optimizer, lossScale);
        trainingStep =
                new TrainingStep(
                        soda, config, seed, draws, gradients, parallel, optimizer, average,
                        lossScale);
        folder.ifPresent(
                run ->
                        run.recordStart(
                                RunEnvironment.capture(soda.device(), options.contentHash.get())));
        checkpoints =
                folder.map(run -> run.checkpoints(config.retention()))
                        .or(() -> readOnly(options.folder));
        meter = new ProgressMeter(clock);
        checkpointTime = clock.instant();
        warnOfLongAverage();
    }

    /** For the ranks that do not write. */
    private static Optional<CheckpointStore> readOnly(Path folder) {
        return Optional.ofNullable(folder)
                .map(RunFolder::checkpoints)
                .map(CheckpointStore::readOnly);
    }

    private void warnOfLongAverage() {
        double looksBack = 1 / (1 - config.emaDecay());
        if (!config.emaWarmup() && plan.totalSteps() < looksBack && ranks.rank() == 0) {
            LOGGER.warn(
                    "the moving average (decay {}) looks back over {} steps, but the training has"
                            + " only {}, so that the model will stay close to its initial weights;"
                            + " set emaWarmup(true) or a smaller emaDecay",
                    config.emaDecay(),
                    Math.round(looksBack),
                    plan.totalSteps());
        }
    }

    TrainingSummary run() {
        newestCheckpoint().ifPresent(this::restore);
        boolean begunComplete = at.step() >= plan.totalSteps();
        try {
            listeners.tell(
                    new RunEvent.Begin(
                            clock.instant(),
                            at.step(),
                            at.images(),
                            at.epoch() + 1,
                            plan.totalSteps(),
                            plan.lastEpoch(),
                            plan.imagesPerStep()));
            agreeToStop();
            while (at.step() < plan.totalSteps() && !stopping) {
                trainEpoch();
            }
            if (!begunComplete && at.step() >= plan.totalSteps()) {
                evaluate();
                if (config.sampleEveryEpochs() > 0) {
                    drawSamples();
                }
            }
            saveCheckpoint();
            average.exchange(); // For good: the trained model is the average.
            saveModel();
            ranks.barrier(); // What rank 0 writes is there when any rank returns.
            return end(begunComplete);
        } catch (RuntimeException | Error e) {
            listeners.tell(new RunEvent.Failure(clock.instant(), at.step(), e));
            throw e;
        }
    }

    /** Listeners are told on rank 0 only, and any process may be asked to end. */
    private void agreeToStop() {
        if (!soda.isOpen()) {
            listeners.stop("the model was closed");
        }
        boolean here = listeners.stopReason().isPresent();
        stopping = parallel.any(here);
        if (stopping && !here) {
            listeners.stop("another rank was stopped");
        }
        if (stopping && ranks.size() > 1 && folder.isPresent()) {
            LOGGER.info(
                    "all {} ranks end after this step, {}",
                    ranks.size(),
                    withCheckpoint(folder.get().path()));
        }
    }

    /** What is logged where a checkpoint is certain. */
    static String withCheckpoint(Path folder) {
        return "with a checkpoint; the same call goes on with " + folder;
    }

    /** The newest that rank 0 finds, on all ranks. */
    private Optional<Checkpoint> newestCheckpoint() {
        if (checkpoints.isEmpty()) {
            return Optional.empty();
        }
        CheckpointStore store = checkpoints.get();
        Optional<Checkpoint> own = ranks.rank() == 0 ? store.newestValid() : Optional.empty();
        long chosen = parallel.ofFirst(own.map(Checkpoint::step).orElse(-1L));
        return chosen < 0 || own.isPresent() ? own : Optional.of(store.at(chosen));
    }

    /** Trains to the end of the epoch, of the training, or until it is stopped. */
    private void trainEpoch() {
        try (NDManager scope = manager.newSubManager()) {
            Iterator<Batch> batches = loader.epoch(at.epoch(), at.batch(), scope);
            while (at.step() < plan.totalSteps() && !stopping && batches.hasNext()) {
                meter.startStep(); // Waiting for data counts.
                try (Batch batch = batches.next()) {
                    trainBatch(batch.getData());
                }
                if (checkpointIsDue() && at.step() < plan.totalSteps()) {
                    saveCheckpoint();
                }
            }
        }
        if (at.batch() == loader.steps()) {
            finishEpoch();
        }
    }

    private void trainBatch(NDList views) {
        requireViews(views);
        double rate = plan.rate(at.step() + 1);
        TrainingStep.Result result = trainingStep.run(at.step() + 1, views, rate);
        meter.finishStep(
                plan.imagesPerStep(), result.skipped() ? meter.smoothedLoss() : result.loss());
        at = at.afterStep(plan.imagesPerStep(), result);
        if (at.step() % checkRanksEverySteps == 0) {
            parallel.requireSameModel(at.step());
        }
        listeners.tell(result.skipped() ? skipped(result) : made(result, rate));
        agreeToStop();
    }

    private RunEvent made(TrainingStep.Result result, double rate) {
        return new RunEvent.Step(
                clock.instant(),
                at.step(),
                at.images(),
                at.epoch() + 1,
                plan.totalSteps(),
                result.loss(),
                meter.smoothedLoss(),
                rate * config.encoderRateRatio(),
                rate,
                result.gradientNorm(),
                meter.imagesPerSecond(),
                meter.elapsed(),
                meter.remaining(plan.totalSteps() - at.step()));
    }

    private RunEvent skipped(TrainingStep.Result result) {
        return new RunEvent.SkippedStep(
                clock.instant(),
                at.step(),
                at.images(),
                at.epoch() + 1,
                result.loss(),
                lossScale.factor());
    }

    private void requireViews(NDList views) {
        int arrays = soda.config().views() == null ? 2 : ViewBatch.ARRAYS;
        boolean fit = views.size() >= arrays;
        for (int i = 0; fit && i < arrays; i++) {
            fit = views.get(i).getShape().get(0) == config.batchSize();
        }
        if (!fit) {
            throw new IllegalArgumentException(
                    "data: expected batches of %s, of %d images each, found %s"
                            .formatted(
                                    arrays == 2
                                            ? "two arrays, [source, target]"
                                            : "four arrays, those of ViewBatch",
                                    config.batchSize(),
                                    views.stream().map(NDArray::getShape).toList()));
        }
    }

    private void finishEpoch() {
        double meanLoss = at.meanLoss();
        at = at.nextEpoch();
        listeners.tell(
                new RunEvent.Epoch(clock.instant(), at.step(), at.images(), at.epoch(), meanLoss));
        if (at.step() == plan.totalSteps()) {
            return; // What follows is done once, at the end, and before the last checkpoint.
        }
        if (isDue(config.evaluateEveryEpochs())) {
            evaluate();
        }
        if (isDue(config.sampleEveryEpochs())) {
            drawSamples();
        }
        if (isDue(config.checkpointEveryEpochs())) {
            saveCheckpoint();
        }
    }

    private boolean isDue(int everyEpochs) {
        return everyEpochs > 0 && at.epoch() % everyEpochs == 0;
    }

    private void evaluate() {
        if (evaluations.isEmpty()) {
            return;
        }
        Map<String, Double> metrics = new TreeMap<>();
        average.exchange();
        try {
            evaluations.forEach(
                    (name, evaluation) ->
                            evaluation
                                    .evaluate(soda)
                                    .forEach((key, value) -> metrics.put(name + "." + key, value)));
        } finally {
            average.exchange();
        }
        listeners.tell(
                new RunEvent.Evaluation(
                        clock.instant(),
                        at.step(),
                        at.images(),
                        at.epoch(),
                        parallel.average(metrics)));
    }

    /** Draws images of the last complete batch of an epoch, which is read again. */
    private void drawSamples() {
        if (folder.isEmpty()) {
            return;
        }
        Path png = folder.get().sample(at.step(), "reconstruction");
        int drawnEpoch = at.batch() == 0 ? at.epoch() - 1 : at.epoch();
        int drawnBatch = (at.batch() == 0 ? loader.steps() : at.batch()) - 1;
        average.exchange();
        try (NDManager scope = manager.newSubManager();
                Batch batch = loader.epoch(drawnEpoch, drawnBatch, scope).next()) {
            new SampleGrid(soda, config.samples(), config.sampleSteps())
                    .write(batch.getData(), png);
        } catch (IOException e) {
            throw new RunFolderException("Cannot write " + png + ": " + e, e);
        } catch (NonFiniteException e) {
            LOGGER.warn("No samples of step {}: {}", at.step(), e.getMessage());
            return;
        } finally {
            average.exchange();
        }
        listeners.tell(
                new RunEvent.Samples(
                        clock.instant(), at.step(), drawnEpoch + 1, "reconstruction", png));
    }

    private boolean checkpointIsDue() {
        int minutes = config.checkpointEveryMinutes();
        Duration since = Duration.between(checkpointTime, clock.instant());
        return minutes > 0
                && parallel.any(
                        ranks.rank() == 0 && since.compareTo(Duration.ofMinutes(minutes)) >= 0);
    }

    private void saveCheckpoint() {
        parallel.requireSameModel(at.step());
        if (folder.isEmpty() || at.step() == checkpointStep) {
            return;
        }
        Instant start = clock.instant();
        listeners.flush();
        Checkpoint saved = state.save(checkpoints.get(), at, listeners.state());
        checkpointStep = at.step();
        checkpointTime = clock.instant();
        listeners.tell(
                new RunEvent.CheckpointSaved(
                        checkpointTime,
                        at.step(),
                        saved.folder(),
                        saved.totalBytes(),
                        Duration.between(start, checkpointTime)));
    }

    private void restore(Checkpoint checkpoint) {
        RunPosition position = state.restore(checkpoint, manager);
        at = plan.from(position);
        checkpointStep = at.step();
        listeners.restore(position.listeners());
        LOGGER.info("going on after step {} of {}", at.step(), plan.totalSteps());
    }

    /** For users, who need not know what a checkpoint holds. */
    private void saveModel() {
        if (folder.isEmpty()) {
            return;
        }
        Path model = RunFolder.model(folder.get().path());
        try {
            soda.save(model);
        } catch (IOException e) {
            throw new RunFolderException("Cannot write the model to " + model + ": " + e, e);
        }
    }

    private TrainingSummary end(boolean begunComplete) {
        boolean complete = at.step() >= plan.totalSteps();
        String reason =
                begunComplete
                        ? "complete already"
                        : complete ? "complete" : listeners.stopReason().orElse("stopped");
        LOGGER.info("ended after step {} of {}: {}", at.step(), plan.totalSteps(), reason);
        listeners.tell(
                new RunEvent.End(
                        clock.instant(),
                        at.step(),
                        at.images(),
                        at.epoch(),
                        complete,
                        reason,
                        meter.smoothedLoss(),
                        meter.elapsed()));
        return new TrainingSummary(
                at.step(),
                at.images(),
                at.epoch(),
                meter.smoothedLoss(),
                meter.imagesPerSecond(),
                meter.elapsed(),
                complete,
                reason);
    }

    @Override
    public void close() {
        trainingStep.close();
        parallel.close();
        average.close();
        optimizer.close();
        manager.close();
    }
}
