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
import org.soda4j.nn.Operators;
import org.soda4j.view.ViewBatch;

/** One call of {@link SodaTrainer#fit}: from the last checkpoint, if any, to the end. */
final class TrainingRun implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TrainingRun.class);

    private final Soda soda;
    private final TrainingConfig config;
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
    private final TrainingStep trainingStep;
    private final long totalSteps;
    private final long warmupSteps;

    private long step;
    private long images;
    private int epoch;
    private int batchOfEpoch;
    private double epochLoss;
    private long checkpointStep = -1;
    private Instant checkpointTime;

    /** Folder and loader stay the caller's. */
    TrainingRun(
            SodaTrainer.Builder options,
            TrainingConfig config,
            ListenerList listeners,
            Optional<RunFolder> folder,
            BatchLoader loader) {
        soda = options.soda;
        this.config = config;
        this.listeners = listeners;
        evaluations = Map.copyOf(options.evaluations);
        clock = options.clock;
        this.folder = folder;
        this.loader = loader;
        int perEpoch = loader.steps();
        totalSteps = config.length().steps(perEpoch, config.batchSize());
        warmupSteps =
                config.warmup() == null ? 0 : config.warmup().steps(perEpoch, config.batchSize());
        Map<String, NDArray> parameters = soda.parameters();
        Map<String, NDArray> trainable = new LinkedHashMap<>(parameters);
        trainable.keySet().retainAll(soda.trainableNames());
        manager = parameters.values().iterator().next().getManager().newSubManager();
        optimizer = new AdamW(config, trainable);
        average = new MovingAverage(config.emaDecay(), config.emaWarmup(), parameters);
        TrainingDraws draws =
                options.draws == null ? TrainingDraws.random(config.seed()) : options.draws;
        trainingStep = new TrainingStep(soda, config, draws, optimizer, average);
        folder.ifPresent(
                run ->
                        run.recordStart(
                                RunEnvironment.capture(soda.device(), options.contentHash.get())));
        checkpoints = folder.map(run -> run.checkpoints(config.retention()));
        meter = new ProgressMeter(clock);
        checkpointTime = clock.instant();
        warnOfLongAverage();
    }

    private void warnOfLongAverage() {
        double looksBack = 1 / (1 - config.emaDecay());
        if (!config.emaWarmup() && totalSteps < looksBack) {
            LOGGER.warn(
                    "the moving average (decay {}) looks back over {} steps, but the training has"
                            + " only {}, so that the model will stay close to its initial weights;"
                            + " set emaWarmup(true) or a smaller emaDecay",
                    config.emaDecay(),
                    Math.round(looksBack),
                    totalSteps);
        }
    }

    TrainingSummary run() {
        checkpoints.flatMap(CheckpointStore::newestValid).ifPresent(this::restore);
        boolean begunComplete = step >= totalSteps;
        try {
            listeners.tell(
                    new RunEvent.Begin(
                            clock.instant(),
                            step,
                            images,
                            epoch + 1,
                            totalSteps,
                            lastEpoch(),
                            config.batchSize()));
            while (step < totalSteps && listeners.stopReason().isEmpty()) {
                trainEpoch();
            }
            if (!begunComplete && step >= totalSteps) {
                evaluate();
                if (config.sampleEveryEpochs() > 0) {
                    drawSamples();
                }
            }
            saveCheckpoint();
            average.exchange(); // For good: the trained model is the average.
            saveModel();
            return end(begunComplete);
        } catch (RuntimeException | Error e) {
            listeners.tell(new RunEvent.Failure(clock.instant(), step, e));
            throw e;
        }
    }

    private int lastEpoch() {
        return Math.toIntExact((totalSteps + loader.steps() - 1) / loader.steps());
    }

    /** Trains to the end of the epoch, of the training, or until it is stopped. */
    private void trainEpoch() {
        try (NDManager scope = manager.newSubManager()) {
            Iterator<Batch> batches = loader.epoch(epoch, batchOfEpoch, scope);
            while (step < totalSteps && listeners.stopReason().isEmpty() && batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    trainBatch(batch.getData());
                }
                if (checkpointIsDue() && step < totalSteps) {
                    saveCheckpoint();
                }
            }
        }
        if (batchOfEpoch == loader.steps()) {
            finishEpoch();
        }
    }

    private void trainBatch(NDList views) {
        requireViews(views);
        double factor = config.rateSchedule().factor(step + 1, warmupSteps, totalSteps);
        double rate = config.learningRate() * factor;
        meter.startStep();
        TrainingStep.Result result = trainingStep.run(step + 1, views, rate);
        meter.finishStep(config.batchSize(), result.loss());
        step++;
        batchOfEpoch++;
        images += config.batchSize();
        epochLoss += result.loss();
        listeners.tell(
                new RunEvent.Step(
                        clock.instant(),
                        step,
                        images,
                        epoch + 1,
                        totalSteps,
                        result.loss(),
                        meter.smoothedLoss(),
                        rate * config.encoderRateRatio(),
                        rate,
                        result.gradientNorm(),
                        meter.imagesPerSecond(),
                        meter.elapsed(),
                        meter.remaining(totalSteps - step)));
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
        double meanLoss = epochLoss / batchOfEpoch;
        epoch++;
        batchOfEpoch = 0;
        epochLoss = 0;
        listeners.tell(new RunEvent.Epoch(clock.instant(), step, images, epoch, meanLoss));
        if (step == totalSteps) {
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
        return everyEpochs > 0 && epoch % everyEpochs == 0;
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
        listeners.tell(new RunEvent.Evaluation(clock.instant(), step, images, epoch, metrics));
    }

    /** Draws images of the last complete batch of an epoch, which is read again. */
    private void drawSamples() {
        if (folder.isEmpty()) {
            return;
        }
        Path png = folder.get().sample(step, "reconstruction");
        int drawnEpoch = batchOfEpoch == 0 ? epoch - 1 : epoch;
        int drawnBatch = (batchOfEpoch == 0 ? loader.steps() : batchOfEpoch) - 1;
        average.exchange();
        try (NDManager scope = manager.newSubManager();
                Batch batch = loader.epoch(drawnEpoch, drawnBatch, scope).next()) {
            new SampleGrid(soda, config.samples(), config.sampleSteps())
                    .write(batch.getData(), png);
        } catch (IOException e) {
            throw new RunFolderException("Cannot write " + png + ": " + e, e);
        } finally {
            average.exchange();
        }
        listeners.tell(
                new RunEvent.Samples(clock.instant(), step, drawnEpoch + 1, "reconstruction", png));
    }

    private boolean checkpointIsDue() {
        int minutes = config.checkpointEveryMinutes();
        Duration since = Duration.between(checkpointTime, clock.instant());
        return minutes > 0 && since.compareTo(Duration.ofMinutes(minutes)) >= 0;
    }

    private void saveCheckpoint() {
        if (checkpoints.isEmpty() || step == checkpointStep) {
            return;
        }
        Instant start = clock.instant();
        listeners.flush();
        RunPosition position =
                new RunPosition(
                        RunPosition.FORMAT_VERSION,
                        step,
                        images,
                        epoch,
                        batchOfEpoch,
                        epochLoss,
                        listeners.state());
        Checkpoint saved =
                checkpoints
                        .get()
                        .save(
                                step,
                                Map.of(
                                        "model", soda.parameters(),
                                        "ema", average.state(),
                                        "optimizer", optimizer.state()),
                                position);
        checkpointStep = step;
        checkpointTime = clock.instant();
        listeners.tell(
                new RunEvent.CheckpointSaved(
                        checkpointTime,
                        step,
                        saved.folder(),
                        saved.totalBytes(),
                        Duration.between(start, checkpointTime)));
    }

    private void restore(Checkpoint checkpoint) {
        RunPosition position = checkpoint.state(RunPosition.class);
        if (position.formatVersion() != RunPosition.FORMAT_VERSION) {
            throw new CheckpointException(
                    "%s: expected format version %d, found %d; use the version of soda4j that wrote it"
                            .formatted(
                                    checkpoint.folder(),
                                    RunPosition.FORMAT_VERSION,
                                    position.formatVersion()));
        }
        try (NDManager scope = manager.newSubManager()) {
            Map<String, NDArray> model = checkpoint.load("model", scope);
            soda.parameters().forEach((name, array) -> Operators.copy(array, model.get(name)));
        }
        try (NDManager scope = manager.newSubManager()) {
            average.restore(checkpoint.load("ema", scope));
        }
        try (NDManager scope = manager.newSubManager()) {
            optimizer.restore(checkpoint.load("optimizer", scope), position.step());
        }
        step = position.step();
        images = position.images();
        epoch = position.epoch();
        batchOfEpoch = position.batch();
        epochLoss = position.epochLoss();
        checkpointStep = step;
        listeners.restore(position.listeners());
        LOGGER.info("going on after step {} of {}", step, totalSteps);
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
        boolean complete = step >= totalSteps;
        String reason =
                begunComplete
                        ? "complete already"
                        : complete ? "complete" : listeners.stopReason().orElse("stopped");
        LOGGER.info("ended after step {} of {}: {}", step, totalSteps, reason);
        listeners.tell(
                new RunEvent.End(
                        clock.instant(),
                        step,
                        images,
                        epoch,
                        complete,
                        reason,
                        meter.smoothedLoss(),
                        meter.elapsed()));
        return new TrainingSummary(
                step,
                images,
                epoch,
                meter.smoothedLoss(),
                meter.imagesPerSecond(),
                meter.elapsed(),
                complete,
                reason);
    }

    @Override
    public void close() {
        average.close();
        optimizer.close();
        manager.close();
    }
}
