package org.soda4j.training;

import java.util.Objects;
import org.soda4j.Precision;
import org.soda4j.engine.Bounds;
import org.soda4j.latent.LatentMasking;
import org.soda4j.training.checkpoint.Retention;

/**
 * The options of a training, with the published defaults. Each setter refuses at once what is
 * wrong.
 *
 * @param <T> the builder that has these options
 */
public abstract class TrainingOptions<T extends TrainingOptions<T>> extends OptimizerOptions<T> {

    private static final int MOST_BATCH = 1 << 20;
    private static final int MOST_SAMPLE_STEPS = 1_000_000;

    TrainingLength length;
    int batchSize = 128;
    int accumulation = 1;
    LatentMasking masking;
    Augmentation augmentation;
    Precision precision = Precision.FP32;
    long seed;
    boolean shuffle = true;
    boolean dropLast = true;
    int evaluateEveryEpochs;
    int sampleEveryEpochs;
    int samples = 30;
    int sampleSteps = 10;
    int checkpointEveryEpochs = 1;
    int checkpointEveryMinutes;
    Retention retention = Retention.DEFAULT;

    TrainingOptions() {}

    /**
     * Takes all options of a configuration; later setters change single ones.
     *
     * @param config the configuration
     * @return this
     */
    public T config(TrainingConfig config) {
        length = config.length();
        batchSize = config.batchSize();
        accumulation = config.accumulation();
        takeOptimizer(config);
        masking = config.masking();
        augmentation = config.augmentation();
        precision = config.precision();
        seed = config.seed();
        shuffle = config.shuffle();
        dropLast = config.dropLast();
        evaluateEveryEpochs = config.evaluateEveryEpochs();
        sampleEveryEpochs = config.sampleEveryEpochs();
        samples = config.samples();
        sampleSteps = config.sampleSteps();
        checkpointEveryEpochs = config.checkpointEveryEpochs();
        checkpointEveryMinutes = config.checkpointEveryMinutes();
        retention = config.retention();
        return self();
    }

    /**
     * Trains for passes over the data.
     *
     * @param epochs at least 1
     * @return this
     */
    public T epochs(long epochs) {
        return length(new TrainingLength(TrainingLength.Unit.EPOCHS, epochs));
    }

    /**
     * Trains for optimiser steps.
     *
     * @param steps at least 1
     * @return this
     */
    public T steps(long steps) {
        return length(new TrainingLength(TrainingLength.Unit.STEPS, steps));
    }

    /**
     * Trains for a number of images.
     *
     * @param images at least 1
     * @return this
     */
    public T images(long images) {
        return length(new TrainingLength(TrainingLength.Unit.IMAGES, images));
    }

    /**
     * Sets how long to train. No default; one of this, {@link #epochs}, {@link #steps} and {@link
     * #images} is needed. Published: 800 epochs.
     *
     * @param length the length
     * @return this
     */
    public T length(TrainingLength length) {
        Objects.requireNonNull(length, "length");
        this.length = length;
        return self();
    }

    /**
     * Sets the images of a step on this process. Default and published: 128.
     *
     * @param batchSize 1 .. 1,048,576
     * @return this
     */
    public T batchSize(int batchSize) {
        Bounds.require("batchSize", 1, MOST_BATCH, batchSize);
        this.batchSize = batchSize;
        return self();
    }

    /**
     * Sets the micro-batches that a batch is cut into, to save memory. Default: 1. Without batch
     * norm and dropout the result is that of the whole batch, to round-off.
     *
     * @param accumulation a divisor of the batch size
     * @return this
     */
    public T accumulation(int accumulation) {
        Bounds.require("accumulation", 1, MOST_BATCH, accumulation);
        this.accumulation = accumulation;
        return self();
    }

    /**
     * Sets what of the latent is hidden from the denoiser (paper section 3.2). Default: what the
     * model's configuration says; published: all of it with probability 0.1.
     *
     * @param masking probabilities of the whole latent and of a section; null for the model's
     * @return this
     */
    public T masking(LatentMasking masking) {
        this.masking = masking;
        return self();
    }

    /**
     * Sets how images are augmented. Default: null, the published recipe. A trainer takes what its
     * data give; this is what pairs of augmented views are built by ({@code
     * ViewPairs.Builder.augmentation}) and what a run records.
     *
     * @param augmentation the crops, flips and colours; null for the published recipe
     * @return this
     */
    public T augmentation(Augmentation augmentation) {
        this.augmentation = augmentation;
        return self();
    }

    /**
     * Sets the precision of the forward and backward pass; master weights, moments and averages are
     * float32. Default: float32.
     *
     * @param precision the precision
     * @return this
     */
    public T precision(Precision precision) {
        Objects.requireNonNull(precision, "precision");
        this.precision = precision;
        return self();
    }

    /**
     * Sets the seed of order, views, times, noise, masks and dropout. Default 0. On a CPU one seed
     * gives one result, bit for bit.
     *
     * @param seed any number
     * @return this
     */
    public T seed(long seed) {
        this.seed = seed;
        return self();
    }

    /**
     * Gives each epoch its own order. Default and published: true.
     *
     * @param shuffle false for the order of the data
     * @return this
     */
    public T shuffle(boolean shuffle) {
        this.shuffle = shuffle;
        return self();
    }

    /**
     * Sets what becomes of the images that do not fill an epoch's last batch. Default: true, they
     * are left out, and others in each epoch; published: false, they are a smaller batch of their
     * own. Then a length in images, as that of the warm-up, counts it as a full one.
     *
     * @param dropLast false to train on them
     * @return this
     */
    public T dropLast(boolean dropLast) {
        this.dropLast = dropLast;
        return self();
    }

    /**
     * Sets how often evaluations run besides the end. Default 0: only at the end; published: 100.
     *
     * @param evaluateEveryEpochs epochs
     * @return this
     */
    public T evaluateEveryEpochs(int evaluateEveryEpochs) {
        Bounds.require("evaluateEveryEpochs", 0, Integer.MAX_VALUE, evaluateEveryEpochs);
        this.evaluateEveryEpochs = evaluateEveryEpochs;
        return self();
    }

    /**
     * Sets how often images of the epoch's last batch are drawn again from their latents, with the
     * moving average, into {@code samples/} of the run's folder; at the end too. Default 0: never;
     * published: 100. Needs a folder. On a CPU the published 30 images take as long as some
     * training steps.
     *
     * @param sampleEveryEpochs epochs
     * @return this
     */
    public T sampleEveryEpochs(int sampleEveryEpochs) {
        Bounds.require("sampleEveryEpochs", 0, Integer.MAX_VALUE, sampleEveryEpochs);
        this.sampleEveryEpochs = sampleEveryEpochs;
        return self();
    }

    /**
     * Sets the images of a sample grid, at most those of a batch. Default and published: 30.
     *
     * @param samples 1 .. 1,048,576
     * @return this
     */
    public T samples(int samples) {
        Bounds.require("samples", 1, MOST_BATCH, samples);
        this.samples = samples;
        return self();
    }

    /**
     * Sets the steps of a sample, DPM-Solver++ 2M, at most those of the noise schedule; guidance
     * weight 0.3. Default 10; published: 100 of DDIM.
     *
     * @param sampleSteps 1 .. 1,000,000
     * @return this
     */
    public T sampleSteps(int sampleSteps) {
        Bounds.require("sampleSteps", 1, MOST_SAMPLE_STEPS, sampleSteps);
        this.sampleSteps = sampleSteps;
        return self();
    }

    /**
     * Sets how often checkpoints are written besides the end. Default 1; 0: only at the end and
     * when stopped.
     *
     * @param checkpointEveryEpochs epochs
     * @return this
     */
    public T checkpointEveryEpochs(int checkpointEveryEpochs) {
        Bounds.require("checkpointEveryEpochs", 0, Integer.MAX_VALUE, checkpointEveryEpochs);
        this.checkpointEveryEpochs = checkpointEveryEpochs;
        return self();
    }

    /**
     * Sets after how much time a checkpoint is written, besides. Default 0: not by time.
     *
     * @param checkpointEveryMinutes minutes
     * @return this
     */
    public T checkpointEveryMinutes(int checkpointEveryMinutes) {
        Bounds.require("checkpointEveryMinutes", 0, Integer.MAX_VALUE, checkpointEveryMinutes);
        this.checkpointEveryMinutes = checkpointEveryMinutes;
        return self();
    }

    /**
     * Sets which checkpoints stay. Default: the last 3.
     *
     * @param retention the rule
     * @return this
     */
    public T retention(Retention retention) {
        Objects.requireNonNull(retention, "retention");
        this.retention = retention;
        return self();
    }

    final TrainingConfig trainingConfig() {
        return new TrainingConfig(this);
    }
}
