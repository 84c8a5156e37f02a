package org.soda4j.training.listener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes event files that TensorBoard reads ({@code tensorboard --logdir FOLDER}): the scalars
 * {@code train/loss}, {@code train/gradient_norm}, {@code train/images_per_second}, {@code
 * learning_rate/encoder}, {@code learning_rate/denoiser}, {@code epoch/mean_loss}, {@code
 * train/loss_scale} where it shrinks, and {@code evaluation/NAME} for every metric, and the images
 * {@code samples/NAME}.
 *
 * <p>Each start of the run makes a new file; after a resume TensorBoard forgets the steps that are
 * done again. Events are handed to the operating system every ten seconds, before every checkpoint
 * and at the end.
 */
public final class TensorBoardListener extends FileListener {

    private static final Duration FLUSH_EVERY = Duration.ofSeconds(10);

    private final Path folder;
    private final int everySteps;
    private final InstantSource clock;
    private EventFileWriter writer;

    /**
     * Writes every step.
     *
     * @param folder where the event files go; made when the run begins
     */
    public TensorBoardListener(Path folder) {
        this(folder, 1);
    }

    /**
     * Writes every n-th step; epochs, evaluations and samples always.
     *
     * @param folder where the event files go; made when the run begins
     * @param everySteps n, at least 1
     * @throws IllegalArgumentException if {@code everySteps} is below 1
     */
    public TensorBoardListener(Path folder, int everySteps) {
        this(folder, everySteps, InstantSource.system());
    }

    TensorBoardListener(Path folder, int everySteps, InstantSource clock) {
        super("Cannot write TensorBoard events in " + folder);
        if (everySteps < 1) {
            throw new IllegalArgumentException(
                    "everySteps: expected 1 or more, found " + everySteps);
        }
        this.folder = folder;
        this.everySteps = everySteps;
        this.clock = clock;
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
        attempt(
                () -> {
                    writer = new EventFileWriter(folder, clock, FLUSH_EVERY);
                    writer.start(begin.step() + 1);
                });
    }

    @Override
    public void step(RunEvent.Step step) {
        if (step.step() % everySteps != 0) {
            return;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", step.loss());
        values.put("train/gradient_norm", step.gradientNorm());
        values.put("train/images_per_second", step.imagesPerSecond());
        values.put("learning_rate/encoder", step.encoderLearningRate());
        values.put("learning_rate/denoiser", step.denoiserLearningRate());
        attempt(() -> writer.scalars(step.step(), values));
    }

    @Override
    public void skippedStep(RunEvent.SkippedStep skipped) {
        attempt(
                () ->
                        writer.scalars(
                                skipped.step(), Map.of("train/loss_scale", skipped.lossScale())));
    }

    @Override
    public void epoch(RunEvent.Epoch epoch) {
        attempt(() -> writer.scalars(epoch.step(), Map.of("epoch/mean_loss", epoch.meanLoss())));
    }

    @Override
    public void latents(RunEvent.Latents latents) {
        attempt(
                () ->
                        writer.scalars(
                                latents.step(),
                                Map.of("latent/effective_rank", latents.effectiveRank())));
    }

    @Override
    public void evaluation(RunEvent.Evaluation evaluation) {
        Map<String, Double> values = new LinkedHashMap<>();
        evaluation.metrics().forEach((name, value) -> values.put("evaluation/" + name, value));
        attempt(() -> writer.scalars(evaluation.step(), values));
    }

    @Override
    public void samples(RunEvent.Samples samples) {
        attempt(
                () ->
                        writer.image(
                                samples.step(),
                                "samples/" + samples.name(),
                                Files.readAllBytes(samples.png())));
    }

    @Override
    public void flush() {
        attempt(writer::flush);
    }

    @Override
    void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }
}
