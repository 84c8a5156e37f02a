package org.soda4j.training.listener;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened in a training run, as {@link RunListener}s are notified of it. Immutable values
 * that hold no native memory, so a listener may keep them or hand them to another thread.
 *
 * <p>Steps and epochs count from 1; step 0 is before the first. Images are counted over all
 * devices.
 */
public sealed interface RunEvent {

    /**
     * When it happened.
     *
     * @return the wall time
     */
    Instant time();

    /**
     * The last finished step (for {@link Step}, this one).
     *
     * @return 0 before the first
     */
    long step();

    /**
     * The run begins, or goes on from a checkpoint.
     *
     * @param time when
     * @param step the step of the checkpoint that is resumed; 0 for a new run
     * @param images training images seen so far
     * @param epoch the epoch that the next step belongs to
     * @param totalSteps the last step of the run when it is complete
     * @param totalEpochs the last epoch
     * @param batchSize images a step, over all devices and micro-batches
     */
    record Begin(
            Instant time,
            long step,
            long images,
            int epoch,
            long totalSteps,
            int totalEpochs,
            int batchSize)
            implements RunEvent {}

    /**
     * An optimizer step was made.
     *
     * @param time when
     * @param step its number
     * @param images training images seen, with this step's
     * @param epoch the epoch it belongs to
     * @param totalSteps the last step of the run
     * @param loss mean squared error of the predicted noise over the whole batch
     * @param smoothedLoss exponential moving average of the loss since the process began
     * @param encoderLearningRate the encoder's rate in this step
     * @param denoiserLearningRate the denoiser's rate in this step
     * @param gradientNorm L2 norm of all gradients before clipping
     * @param imagesPerSecond moving average of the speed, evaluation and checkpoints left out
     * @param elapsed since the process began
     * @param remaining time left at this speed
     */
    record Step(
            Instant time,
            long step,
            long images,
            int epoch,
            long totalSteps,
            double loss,
            double smoothedLoss,
            double encoderLearningRate,
            double denoiserLearningRate,
            double gradientNorm,
            double imagesPerSecond,
            Duration elapsed,
            Duration remaining)
            implements RunEvent {}

    /**
     * A step's loss or gradients were not finite in float16: no parameter was changed, and the loss
     * is scaled less from now on. Takes the place of {@link Step}.
     *
     * @param time when
     * @param step its number
     * @param images training images seen, with this step's
     * @param epoch the epoch it belongs to
     * @param loss of the whole batch, perhaps not finite
     * @param lossScale of the next step
     */
    record SkippedStep(
            Instant time, long step, long images, int epoch, double loss, double lossScale)
            implements RunEvent {}

    /**
     * An epoch is complete.
     *
     * @param time when
     * @param step its last step
     * @param images training images seen so far
     * @param epoch its number
     * @param meanLoss the mean of its steps' losses, also of those before an interruption
     */
    record Epoch(Instant time, long step, long images, int epoch, double meanLoss)
            implements RunEvent {}

    /**
     * The latents of this step's batch were looked at, some fifty times in a training.
     *
     * @param time when
     * @param step the step after which
     * @param images training images seen so far
     * @param epoch the epoch of this step
     * @param effectiveRank directions that the latent uses in this batch (see {@link
     *     org.soda4j.encoder.EffectiveRank}), less than the batch has images; near 1 it has
     *     collapsed
     */
    record Latents(Instant time, long step, long images, int epoch, double effectiveRank)
            implements RunEvent {}

    /**
     * The model was evaluated.
     *
     * @param time when
     * @param step the step after which
     * @param images training images seen so far
     * @param epoch the epoch of this step
     * @param metrics name to value, for example {@code knn.accuracy}; sorted by name
     */
    record Evaluation(Instant time, long step, long images, int epoch, Map<String, Double> metrics)
            implements RunEvent {
        /** Copies the metrics. */
        public Evaluation {
            metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        }
    }

    /**
     * Sample images were drawn.
     *
     * @param time when
     * @param step the step after which
     * @param epoch the epoch of this step
     * @param name what they show, for example {@code reconstruction}
     * @param png the file with them, a PNG
     */
    record Samples(Instant time, long step, int epoch, String name, Path png) implements RunEvent {}

    /**
     * A checkpoint is on the disk.
     *
     * @param time when
     * @param step the step after which
     * @param folder the checkpoint's folder
     * @param bytes its size
     * @param duration how long the training waited for it
     */
    record CheckpointSaved(Instant time, long step, Path folder, long bytes, Duration duration)
            implements RunEvent {}

    /**
     * The run ended without an error.
     *
     * @param time when
     * @param step the last step
     * @param images training images seen
     * @param epoch the last epoch
     * @param complete whether the planned length was reached
     * @param reason why it ended: that it is complete, or who stopped it
     * @param smoothedLoss moving average of the loss at the end
     * @param elapsed since the process began
     */
    record End(
            Instant time,
            long step,
            long images,
            int epoch,
            boolean complete,
            String reason,
            double smoothedLoss,
            Duration elapsed)
            implements RunEvent {}

    /**
     * The run ended by an error, which is thrown to the caller afterwards.
     *
     * @param time when
     * @param step the last step that was finished
     * @param cause the error
     */
    record Failure(Instant time, long step, Throwable cause) implements RunEvent {}
}
