package org.soda4j.training;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import org.soda4j.Precision;
import org.soda4j.latent.LatentMasking;
import org.soda4j.training.checkpoint.Retention;

/**
 * Everything that a training depends on besides model and data; immutable, round-trips through
 * JSON. {@link TrainingOptions} tells defaults, ranges and published values of each.
 *
 * @param length how long
 * @param batchSize images of a step
 * @param accumulation micro-batches that a step's batch is cut into
 * @param learningRate of the denoiser
 * @param encoderRateRatio the encoder's rate over the denoiser's
 * @param warmup linear growth of the rate; null for none
 * @param rateSchedule what the rate does after the warm-up
 * @param weightDecay decoupled
 * @param decayVectors whether norms and biases decay too
 * @param beta1 AdamW's decay of the first moments
 * @param beta2 AdamW's decay of the second moments
 * @param epsilon AdamW's
 * @param clipNorm largest global norm of the gradients
 * @param emaDecay of the moving average
 * @param emaWarmup whether the average forgets faster in early steps
 * @param masking of the latent; null for the model's
 * @param precision of the forward and backward pass
 * @param seed of everything random
 * @param shuffle whether each epoch has its own order
 * @param evaluateEveryEpochs 0 for only at the end
 * @param sampleEveryEpochs 0 for never
 * @param samples images of a sample grid
 * @param sampleSteps DDIM steps of a sample
 * @param checkpointEveryEpochs 0 for only at the end and when stopped
 * @param checkpointEveryMinutes 0 for not by time
 * @param retention which checkpoints stay
 */
@JsonDeserialize(builder = TrainingConfig.Builder.class)
public record TrainingConfig(
        TrainingLength length,
        int batchSize,
        int accumulation,
        double learningRate,
        double encoderRateRatio,
        TrainingLength warmup,
        RateSchedule rateSchedule,
        double weightDecay,
        boolean decayVectors,
        double beta1,
        double beta2,
        double epsilon,
        double clipNorm,
        double emaDecay,
        boolean emaWarmup,
        LatentMasking masking,
        Precision precision,
        long seed,
        boolean shuffle,
        int evaluateEveryEpochs,
        int sampleEveryEpochs,
        int samples,
        int sampleSteps,
        int checkpointEveryEpochs,
        int checkpointEveryMinutes,
        Retention retention) {

    /** Checks what spans fields. */
    public TrainingConfig {
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

    /** Collects a {@link TrainingConfig}. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder extends TrainingOptions<Builder> {

        private Builder() {}

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
