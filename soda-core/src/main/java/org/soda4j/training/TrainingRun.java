package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.Soda;
import org.soda4j.distributed.Collective;
import org.soda4j.novelview.ViewBatch;
import org.soda4j.training.listener.ListenerList;
import org.soda4j.training.listener.ProgressMeter;
import org.soda4j.training.listener.RunEvent;
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
    private final InstantSource clock;
    private final ProgressMeter meter;
    private final Optional<RunFolder> folder;
    private final RunCheckpoints checkpoints;
    private final AverageEvaluation evaluation;
    private final BatchLoader loader;
    private final NDManager manager;
    private final AdamW optimizer;
    private final MovingAverage average;
    private final LossScale lossScale;
    private final TrainingStep trainingStep;

    private final CollapseWatch watch = new CollapseWatch();

    private RunPosition at;
    private boolean stopping;

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
        average =
                new MovingAverage(
                        step -> config.emaRamp().decay(config.emaDecay(), step), parameters);
        long seed = StepSeed.ofRank(config.seed(), ranks.rank());
        TrainingDraws draws = options.draws == null ? TrainingDraws.random(seed) : options.draws;
        lossScale = options.lossScale.apply(config.precision());
        trainingStep =
                new TrainingStep(
                        soda, config, seed, draws, gradients, parallel, optimizer, average,
                        lossScale);
        folder.ifPresent(
                run ->
                        run.recordStart(
                                RunEnvironment.capture(soda.device(), options.contentHash.get())));
        meter = new ProgressMeter(clock);
        checkpoints =
                new RunCheckpoints(
                        folder,
                        options.folder,
                        config,
                        new TrainingState(soda, average, optimizer, lossScale),
                        ranks,
                        parallel,
                        listeners,
                        clock);
        evaluation = new AverageEvaluation(options, config, average, parallel, loader, listeners);
        warnOfLongAverage();
    }

    private void warnOfLongAverage() {
        double looksBack = 1 / (1 - config.emaDecay());
        if (config.emaRamp() == EmaRamp.NONE
                && plan.totalSteps() < looksBack
                && ranks.rank() == 0) {
            LOGGER.warn(
                    "the moving average (decay {}) looks back over {} steps, but the training has"
                            + " only {}, so that the model will stay close to its initial weights;"
                            + " set an emaRamp or a smaller emaDecay",
                    config.emaDecay(),
                    Math.round(looksBack),
                    plan.totalSteps());
        }
    }

    TrainingSummary run() {
        checkpoints.restoreNewest(manager).ifPresent(this::goOn);
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
                evaluation.evaluate(at);
                if (config.sampleEveryEpochs() > 0) {
                    drawSamples();
                }
            }
            checkpoints.save(at);
            average.exchange(); // For good: the trained model is the average.
            FeatureMeasurement.of(soda, loader, manager).ifPresent(soda::keepFeatureStatistics);
            saveModel();
            ranks.barrier(); // What rank 0 writes is there when any rank returns.
            return end(begunComplete);
        } catch (RuntimeException | Error e) {
            listeners.tell(new RunEvent.Failure(clock.instant(), at.step(), e));
            throw e;
        }
    }

    /** Listeners are notified on rank 0 only, and any process may be asked to end. */
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

    /** Trains to the end of the epoch, of the training, or until it is stopped. */
    private void trainEpoch() {
        try (NDManager scope = manager.newSubManager()) {
            Iterator<Batch> batches = loader.epoch(at.epoch(), at.batch(), scope);
            while (at.step() < plan.totalSteps() && !stopping && batches.hasNext()) {
                meter.startStep(); // Waiting for data counts.
                try (Batch batch = batches.next()) {
                    trainBatch(batch.getData());
                }
                if (checkpoints.areDue() && at.step() < plan.totalSteps()) {
                    checkpoints.save(at);
                }
            }
        }
        if (at.batch() == loader.steps()) {
            finishEpoch();
        }
    }

    private void trainBatch(NDList views) {
        requireViews(views);
        int images = Math.toIntExact(views.get(0).getShape().get(0)) * ranks.size();
        double rate = plan.rate(at.step() + 1);
        TrainingStep.Result result = trainingStep.run(at.step() + 1, views, rate);
        meter.finishStep(images, result.skipped() ? meter.smoothedLoss() : result.loss());
        at = at.afterStep(images, result);
        if (at.step() % checkRanksEverySteps == 0) {
            parallel.requireSameModel(at.step());
        }
        listeners.tell(result.skipped() ? skipped(result) : made(result, rate));
        if (!result.skipped()) {
            lookAtLatents();
        }
        agreeToStop();
    }

    private void lookAtLatents() {
        watch.after(at, plan.totalSteps(), trainingStep.latents(), manager)
                .ifPresent(
                        rank ->
                                listeners.tell(
                                        new RunEvent.Latents(
                                                clock.instant(),
                                                at.step(),
                                                at.images(),
                                                at.epoch() + 1,
                                                rank)));
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
        long size = views.isEmpty() ? 0 : views.get(0).getShape().get(0);
        boolean last = !config.dropLast() && at.batch() == loader.steps() - 1;
        boolean fit = views.size() >= arrays && isSize(size, last);
        for (int i = 1; fit && i < arrays; i++) {
            fit = views.get(i).getShape().get(0) == size;
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
        requireEnoughForBatchNorm(size);
    }

    /** Of one value a channel batch norm would take the variance, and keep what is not a number. */
    private void requireEnoughForBatchNorm(long size) {
        boolean batchNorm = soda.trainableNames().size() < soda.parameters().size();
        if (batchNorm && size < config.batchSize() && size < 2L * config.accumulation()) {
            throw new IllegalArgumentException(
                    "data: expected at least 2 images for batch norm in each part of an epoch's last batch, found %d images in %d parts; set another batchSize, or dropLast"
                            .formatted(size, config.accumulation()));
        }
    }

    private boolean isSize(long size, boolean last) {
        return size == config.batchSize() || last && size > 0 && size < config.batchSize();
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
            evaluation.evaluate(at);
        }
        if (isDue(config.sampleEveryEpochs())) {
            drawSamples();
        }
        if (isDue(config.checkpointEveryEpochs())) {
            checkpoints.save(at);
        }
    }

    private boolean isDue(int everyEpochs) {
        return everyEpochs > 0 && at.epoch() % everyEpochs == 0;
    }

    private void drawSamples() {
        folder.ifPresent(run -> evaluation.drawSamples(at, run, manager));
    }

    private void goOn(RunPosition saved) {
        at = plan.from(saved);
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
