package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.Soda;
import org.soda4j.model.NonFiniteException;
import org.soda4j.training.listener.Evaluation;
import org.soda4j.training.listener.ListenerList;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.SampleGrid;
import org.soda4j.training.optimizer.MovingAverage;
import org.soda4j.training.run.RunFolder;
import org.soda4j.training.run.RunFolderException;

/** Looks at the moving average during a training: by its evaluations and by sample images. */
final class AverageEvaluation {

    private static final Logger LOGGER = LoggerFactory.getLogger(AverageEvaluation.class);

    private final Soda soda;
    private final TrainingConfig config;
    private final Map<String, Evaluation> evaluations;
    private final MovingAverage average;
    private final DataParallel parallel;
    private final BatchLoader loader;
    private final ListenerList listeners;
    private final InstantSource clock;

    /**
     * @param options model, evaluations and clock
     * @param average exchanged with the model's parameters meanwhile
     * @param loader of the images that are drawn again
     */
    AverageEvaluation(
            SodaTrainer.Builder options,
            TrainingConfig config,
            MovingAverage average,
            DataParallel parallel,
            BatchLoader loader,
            ListenerList listeners) {
        soda = options.soda;
        evaluations = Map.copyOf(options.evaluations);
        clock = options.clock;
        this.config = config;
        this.average = average;
        this.parallel = parallel;
        this.loader = loader;
        this.listeners = listeners;
    }

    /** Runs all evaluations, and tells the means over the ranks. */
    void evaluate(RunPosition at) {
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
    void drawSamples(RunPosition at, RunFolder folder, NDManager manager) {
        Path png = folder.sample(at.step(), "reconstruction");
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
}
