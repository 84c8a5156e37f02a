package org.soda4j.training;

import java.util.Objects;

/**
 * How gradients become new parameters and averages: rates, AdamW, clipping, moving average, with
 * the published defaults. Each setter refuses at once what is wrong.
 *
 * @param <T> the builder that has these options
 */
public abstract class OptimizerOptions<T extends OptimizerOptions<T>> {

    double learningRate = 1e-4;
    double encoderRateRatio = 2;
    TrainingLength warmup = new TrainingLength(TrainingLength.Unit.EPOCHS, 20);
    RateSchedule rateSchedule = RateSchedule.PUBLISHED;
    double weightDecay = 0.05;
    boolean decayVectors = true;
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double clipNorm = 1;
    double emaDecay = 0.9999;
    EmaRamp emaRamp = EmaRamp.PUBLISHED;
    double sigReg;

    OptimizerOptions() {}

    abstract T self();

    final void takeOptimizer(TrainingConfig config) {
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
        emaRamp = config.emaRamp();
        sigReg = config.sigReg();
    }

    /**
     * Sets the denoiser's learning rate. Default and published: 1e-4.
     *
     * @param learningRate more than 0
     * @return this
     */
    public T learningRate(double learningRate) {
        requirePositive("learningRate", learningRate);
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
        requirePositive("encoderRateRatio", encoderRateRatio);
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
     * Sets what the rate does in the warm-up and after it. Default: {@link RateSchedule#PUBLISHED}.
     *
     * @param rateSchedule published, constant or cosine
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
        require(
                weightDecay >= 0 && Double.isFinite(weightDecay),
                "weightDecay",
                "a finite number, at least 0",
                weightDecay);
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
        requirePositive("epsilon", epsilon);
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
        requirePositive("clipNorm", clipNorm);
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
     * Sets how the average's decay grows in early steps. Default: {@link EmaRamp#PUBLISHED}.
     *
     * @param emaRamp the ramp
     * @return this
     */
    public T emaRamp(EmaRamp emaRamp) {
        Objects.requireNonNull(emaRamp, "emaRamp");
        this.emaRamp = emaRamp;
        return self();
    }

    /**
     * Sets the weight of SIGReg beside the denoising loss: it draws the latents of a batch towards
     * a standard normal, along 256 random directions (Epps and Pulley's statistic; Balestriero and
     * LeCun 2025). The latent then uses more of its directions and N(0, I) is a prior to draw from;
     * what it does to probes depends on the data. The loss that is reported includes it. Default
     * and published: 0, none; 0.02 is much.
     *
     * @param sigReg at least 0
     * @return this
     */
    public T sigReg(double sigReg) {
        require(sigReg >= 0 && Double.isFinite(sigReg), "sigReg", "a finite number, 0 up", sigReg);
        this.sigReg = sigReg;
        return self();
    }

    private static void requirePositive(String field, double found) {
        require(found > 0 && Double.isFinite(found), field, "a finite number above 0", found);
    }

    static void require(boolean met, String field, String expected, Object found) {
        if (!met) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s".formatted(field, expected, found));
        }
    }
}
