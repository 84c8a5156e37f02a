package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Arrays;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.latent.LatentMasking;
import org.soda4j.training.checkpoint.Retention;

/**
 * Everything that a training depends on besides model and data; immutable, round-trips through
 * JSON. {@link TrainingOptions} tells defaults, ranges and published values of each.
 */
@JsonDeserialize(builder = TrainingConfig.Builder.class)
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class TrainingConfig {

    /** The version of the text; older ones are read too. */
    private static final int VERSION = 1;

    private final int version = VERSION;
    private final TrainingLength length;
    private final int batchSize;
    private final int accumulation;
    private final double learningRate;
    private final double encoderRateRatio;
    private final TrainingLength warmup;
    private final RateSchedule rateSchedule;
    private final double weightDecay;
    private final boolean decayVectors;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double clipNorm;
    private final double emaDecay;
    private final EmaRamp emaRamp;

    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    private final double sigReg;

    private final LatentMasking masking;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private final Augmentation augmentation;

    private final Precision precision;
    private final long seed;
    private final boolean shuffle;

    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Dropped.class)
    private final boolean dropLast;

    private final int evaluateEveryEpochs;
    private final int sampleEveryEpochs;
    private final int samples;
    private final int sampleSteps;
    private final int checkpointEveryEpochs;
    private final int checkpointEveryMinutes;
    private final Retention retention;

    /** Keeps the text of a training what it was before the last batch could be kept. */
    static final class Dropped {
        @Override
        public boolean equals(Object value) {
            return Boolean.TRUE.equals(value);
        }

        @Override
        public int hashCode() {
            return Boolean.hashCode(true);
        }
    }

    TrainingConfig(TrainingOptions<?> options) {
        length = options.length;
        batchSize = options.batchSize;
        accumulation = options.accumulation;
        learningRate = options.learningRate;
        encoderRateRatio = options.encoderRateRatio;
        warmup = options.warmup;
        rateSchedule = options.rateSchedule;
        weightDecay = options.weightDecay;
        decayVectors = options.decayVectors;
        beta1 = options.beta1;
        beta2 = options.beta2;
        epsilon = options.epsilon;
        clipNorm = options.clipNorm;
        emaDecay = options.emaDecay;
        emaRamp = options.emaRamp;
        sigReg = options.sigReg;
        masking = options.masking;
        augmentation = options.augmentation;
        precision = options.precision;
        seed = options.seed;
        shuffle = options.shuffle;
        dropLast = options.dropLast;
        evaluateEveryEpochs = options.evaluateEveryEpochs;
        sampleEveryEpochs = options.sampleEveryEpochs;
        samples = options.samples;
        sampleSteps = options.sampleSteps;
        checkpointEveryEpochs = options.checkpointEveryEpochs;
        checkpointEveryMinutes = options.checkpointEveryMinutes;
        retention = options.retention;
        if (length == null) {
            throw new IllegalStateException(
                    "length: expected epochs(n), steps(n) or images(n), found none");
        }
        if (batchSize % accumulation != 0) {
            throw new IllegalArgumentException(
                    "accumulation: expected a divisor of the batch size %d, found %d"
                            .formatted(batchSize, accumulation));
        }
    }

    /**
     * Starts from the published values.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return how long} */
    public TrainingLength length() {
        return length;
    }

    /** {@return images of a step} */
    public int batchSize() {
        return batchSize;
    }

    /** {@return micro-batches that a step's batch is cut into} */
    public int accumulation() {
        return accumulation;
    }

    /** {@return of the denoiser} */
    public double learningRate() {
        return learningRate;
    }

    /** {@return the encoder's rate over the denoiser's} */
    public double encoderRateRatio() {
        return encoderRateRatio;
    }

    /** {@return linear growth of the rate; null for none} */
    public TrainingLength warmup() {
        return warmup;
    }

    /** {@return what the rate does after the warm-up} */
    public RateSchedule rateSchedule() {
        return rateSchedule;
    }

    /** {@return decoupled} */
    public double weightDecay() {
        return weightDecay;
    }

    /** {@return whether norms and biases decay too} */
    public boolean decayVectors() {
        return decayVectors;
    }

    /** {@return AdamW's decay of the first moments} */
    public double beta1() {
        return beta1;
    }

    /** {@return AdamW's decay of the second moments} */
    public double beta2() {
        return beta2;
    }

    /** {@return AdamW's} */
    public double epsilon() {
        return epsilon;
    }

    /** {@return largest global norm of the gradients} */
    public double clipNorm() {
        return clipNorm;
    }

    /** {@return of the moving average} */
    public double emaDecay() {
        return emaDecay;
    }

    /** {@return how the average's decay grows in early steps} */
    public EmaRamp emaRamp() {
        return emaRamp;
    }

    /** {@return weight of the latents' distance from a standard normal; 0 for none} */
    public double sigReg() {
        return sigReg;
    }

    /** {@return of the latent; null for the model's} */
    public LatentMasking masking() {
        return masking;
    }

    /** {@return how images are augmented; null for the published recipe} */
    public Augmentation augmentation() {
        return augmentation;
    }

    /** {@return of the forward and backward pass} */
    public Precision precision() {
        return precision;
    }

    /** {@return of everything random} */
    public long seed() {
        return seed;
    }

    /** {@return whether each epoch has its own order} */
    public boolean shuffle() {
        return shuffle;
    }

    /** {@return whether images that fill no batch are left out; not in the text where they are} */
    public boolean dropLast() {
        return dropLast;
    }

    /**
     * Returns the steps of an epoch.
     *
     * @param images of the data
     * @param ranks that share them
     * @return at least 0
     */
    public long stepsPerEpoch(long images, int ranks) {
        long step = (long) batchSize * ranks;
        return dropLast ? images / step : (images + step - 1) / step;
    }

    /** {@return 0 for only at the end} */
    public int evaluateEveryEpochs() {
        return evaluateEveryEpochs;
    }

    /** {@return 0 for never} */
    public int sampleEveryEpochs() {
        return sampleEveryEpochs;
    }

    /** {@return images of a sample grid} */
    public int samples() {
        return samples;
    }

    /** {@return DPM-Solver++ 2M steps of a sample} */
    public int sampleSteps() {
        return sampleSteps;
    }

    /** {@return 0 for only at the end and when stopped} */
    public int checkpointEveryEpochs() {
        return checkpointEveryEpochs;
    }

    /** {@return 0 for not by time} */
    public int checkpointEveryMinutes() {
        return checkpointEveryMinutes;
    }

    /** {@return which checkpoints stay} */
    public Retention retention() {
        return retention;
    }

    private List<Object> values() {
        return Arrays.asList(
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
                emaRamp,
                sigReg,
                masking,
                augmentation,
                precision,
                seed,
                shuffle,
                dropLast,
                evaluateEveryEpochs,
                sampleEveryEpochs,
                samples,
                sampleSteps,
                checkpointEveryEpochs,
                checkpointEveryMinutes,
                retention);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrainingConfig that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "TrainingConfig" + values();
    }

    /** Builds a {@link TrainingConfig}. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder extends TrainingOptions<Builder> {

        private Builder() {}

        /** Called by Jackson: text without a version has the first. */
        @JsonProperty
        Builder version(int version) {
            require(
                    version == VERSION,
                    "version",
                    VERSION + ", which this library writes; a newer one wrote the text",
                    version);
            return this;
        }

        /** Called by Jackson: the name of a ramp before there were several. */
        @JsonProperty
        Builder emaWarmup(boolean emaWarmup) {
            return emaRamp(emaWarmup ? EmaRamp.TENTHS : EmaRamp.NONE);
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the immutable configuration
         * @throws IllegalStateException if no length is set
         */
        public TrainingConfig build() {
            return trainingConfig();
        }
    }
}
