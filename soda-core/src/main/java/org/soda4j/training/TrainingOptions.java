package org.soda4j.training;

import java.util.Objects;
import org.soda4j.Precision;

/**
 * The options of a training, with the published defaults. Each setter refuses at once what is
 * wrong.
 *
 * @param <T> the builder that has these options
 */
public abstract class TrainingOptions<T extends TrainingOptions<T>> {

    private TrainingLength length;
    private int batchSize = 128;
    private int accumulation = 1;
    private double learningRate = 1e-4;
    private double encoderRateRatio = 2;
    private TrainingLength warmup = new TrainingLength(TrainingLength.Unit.EPOCHS, 20);
    private RateSchedule rateSchedule = RateSchedule.CONSTANT;
    private double weightDecay = 0.05;
    private boolean decayVectors = true;
    private double beta1 = 0.9;
    private double beta2 = 0.95;
    private double epsilon = 1e-8;
    private double clipNorm = 1;
    private double emaDecay = 0.9999;
    private boolean emaWarmup;
    private Precision precision = Precision.FP32;
    private long seed;
    private boolean shuffle = true;
    private int evaluateEveryEpochs;
    private int sampleEveryEpochs;
    private int samples = 30;
    private int sampleSteps = 100;
    private int checkpointEveryEpochs = 1;
    private int checkpointEveryMinutes;
    private Retention retention = Retention.DEFAULT;

    TrainingOptions() {}

    abstract T self();

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
        learningRate = config.learningRate();
        encoderRateRatio = config.encoderRateRatio();
        warmup = config.warmup();
        rateSchedule = config.rateSchedule();
        weightDecay = config.weightDecay();
        decayVectors = config.decayVectors();
        beta1 = config.beta1();
        beta2 = config.beta2();
        epsilon = config.epsilon();
        clipNorm = config.clipNorm();
        emaDecay = config.emaDecay();
        emaWarmup = config.emaWarmup();
        precision = config.precision();
        seed = config.seed();
        shuffle = config.shuffle();
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
     * @param batchSize at least 1
     * @return this
     */
    public T batchSize(int batchSize) {
        require(batchSize >= 1, "batchSize", "at least 1", batchSize);
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
        require(accumulation >= 1, "accumulation", "at least 1", accumulation);
        this.accumulation = accumulation;
        return self();
    }

    /**
     * Sets the denoiser's learning rate. Default and published: 1e-4.
     *
     * @param learningRate more than 0
     * @return this
     */
    public T learningRate(double learningRate) {
        require(learningRate > 0, "learningRate", "more than 0", learningRate);
        this.learningRate = learningRate;
        return self();
    }

    /**
     * Sets the encoder's learning rate over the denoiser's. Default and published: 2.
     *
     * @param encoderRateRatio more than 0
     * @return this
     */
    public T encoderRateRatio(double encoderRateRatio) {
        require(encoderRateRatio > 0, "encoderRateRatio", "more than 0", encoderRateRatio);
        this.encoderRateRatio = encoderRateRatio;
        return self();
    }

    /**
     * Sets over what the rate grows linearly. Default and published: 20 epochs.
     *
     * @param warmup the warm-up; null for none
     * @return this
     */
    public T warmup(TrainingLength warmup) {
        this.warmup = warmup;
        return self();
    }

    /**
     * Sets what the rate does after the warm-up. Default and published: constant.
     *
     * @param rateSchedule constant or cosine
     * @return this
     */
    public T rateSchedule(RateSchedule rateSchedule) {
        Objects.requireNonNull(rateSchedule, "rateSchedule");
        this.rateSchedule = rateSchedule;
        return self();
    }

    /**
     * Sets AdamW's decoupled weight decay. Default and published: 0.05.
     *
     * @param weightDecay at least 0
     * @return this
     */
    public T weightDecay(double weightDecay) {
        require(weightDecay >= 0, "weightDecay", "at least 0", weightDecay);
        this.weightDecay = weightDecay;
        return self();
    }

    /**
     * Lets norms and biases decay too. Default and published: true.
     *
     * @param decayVectors false to leave out what has one dimension
     * @return this
     */
    public T decayVectors(boolean decayVectors) {
        this.decayVectors = decayVectors;
        return self();
    }

    /**
     * Sets AdamW's decay of the first moments. Default and published: 0.9.
     *
     * @param beta1 at least 0, less than 1
     * @return this
     */
    public T beta1(double beta1) {
        require(beta1 >= 0 && beta1 < 1, "beta1", "at least 0 and less than 1", beta1);
        this.beta1 = beta1;
        return self();
    }

    /**
     * Sets AdamW's decay of the second moments. Default and published: 0.95.
     *
     * @param beta2 at least 0, less than 1
     * @return this
     */
    public T beta2(double beta2) {
        require(beta2 >= 0 && beta2 < 1, "beta2", "at least 0 and less than 1", beta2);
        this.beta2 = beta2;
        return self();
    }

    /**
     * Sets AdamW's epsilon. Default and published: 1e-8.
     *
     * @param epsilon more than 0
     * @return this
     */
    public T epsilon(double epsilon) {
        require(epsilon > 0, "epsilon", "more than 0", epsilon);
        this.epsilon = epsilon;
        return self();
    }

    /**
     * Sets the largest global norm of the gradients; larger ones are scaled down. Default and
     * published: 1.
     *
     * @param clipNorm more than 0; Double.MAX_VALUE for no clipping
     * @return this
     */
    public T clipNorm(double clipNorm) {
        require(clipNorm > 0, "clipNorm", "more than 0", clipNorm);
        this.clipNorm = clipNorm;
        return self();
    }

    /**
     * Sets the decay of the moving average of parameters and batch-norm statistics. Default and
     * published: 0.9999.
     *
     * @param emaDecay at least 0, less than 1; 0 turns averaging off
     * @return this
     */
    public T emaDecay(double emaDecay) {
        require(emaDecay >= 0 && emaDecay < 1, "emaDecay", "at least 0 and less than 1", emaDecay);
        this.emaDecay = emaDecay;
        return self();
    }

    /**
     * Lets the average forget faster in early steps, min(decay, (1 + step) / (10 + step)): for
     * short trainings. Default and published: false.
     *
     * @param emaWarmup whether to
     * @return this
     */
    public T emaWarmup(boolean emaWarmup) {
        this.emaWarmup = emaWarmup;
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
     * Sets how often evaluations run besides the end. Default 0: only at the end; published: 100.
     *
     * @param evaluateEveryEpochs epochs
     * @return this
     */
    public T evaluateEveryEpochs(int evaluateEveryEpochs) {
        require(evaluateEveryEpochs >= 0, "evaluateEveryEpochs", "at least 0", evaluateEveryEpochs);
        this.evaluateEveryEpochs = evaluateEveryEpochs;
        return self();
    }

    /**
     * Sets how often images of the epoch's last batch are drawn again from their latents, with the
     * moving average, into {@code samples/} of the run's folder; at the end too. Default 0: never;
     * published: 100. Needs a folder. On a CPU the published 30 images in 100 steps take as long as
     * some dozens of training steps.
     *
     * @param sampleEveryEpochs epochs
     * @return this
     */
    public T sampleEveryEpochs(int sampleEveryEpochs) {
        require(sampleEveryEpochs >= 0, "sampleEveryEpochs", "at least 0", sampleEveryEpochs);
        this.sampleEveryEpochs = sampleEveryEpochs;
        return self();
    }

    /**
     * Sets the images of a sample grid, at most those of a batch. Default and published: 30.
     *
     * @param samples at least 1
     * @return this
     */
    public T samples(int samples) {
        require(samples >= 1, "samples", "at least 1", samples);
        this.samples = samples;
        return self();
    }

    /**
     * Sets the DDIM steps of a sample, at most those of the noise schedule; guidance weight 0.3.
     * Default and published: 100.
     *
     * @param sampleSteps at least 1
     * @return this
     */
    public T sampleSteps(int sampleSteps) {
        require(sampleSteps >= 1, "sampleSteps", "at least 1", sampleSteps);
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
        require(
                checkpointEveryEpochs >= 0,
                "checkpointEveryEpochs",
                "at least 0",
                checkpointEveryEpochs);
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
        require(
                checkpointEveryMinutes >= 0,
                "checkpointEveryMinutes",
                "at least 0",
                checkpointEveryMinutes);
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
        return new TrainingConfig(
                length,
                batchSize,
                accumulation,
                learningRate,
                encoderRateRatio,
                warmup,
                rateSchedule,
                weightDecay,
                decayVectors,
                beta1,
                beta2,
                epsilon,
                clipNorm,
                emaDecay,
                emaWarmup,
                precision,
                seed,
                shuffle,
                evaluateEveryEpochs,
                sampleEveryEpochs,
                samples,
                sampleSteps,
                checkpointEveryEpochs,
                checkpointEveryMinutes,
                retention);
    }

    private static void require(boolean met, String field, String expected, Object found) {
        if (!met) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s".formatted(field, expected, found));
        }
    }
}
