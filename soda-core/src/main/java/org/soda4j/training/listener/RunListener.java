package org.soda4j.training.listener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

/**
 * Watches a training run. All methods do nothing by default and are called on the training thread,
 * in this order for one step: {@link #step}, {@link #epoch}, {@link #evaluation} and {@link
 * #samples}, then for a checkpoint {@link #flush}, {@link #state}, {@link #checkpoint}.
 *
 * <p>A listener that throws is logged, and left out after the third time; the training goes on as
 * if it had not been there. One that takes long is reported, as it holds up the training.
 *
 * <pre>{@code
 * RunListener print = new RunListener() {
 *     @Override
 *     public void step(RunEvent.Step step) {
 *         System.out.println(step.step() + "/" + step.totalSteps() + " loss " + step.loss());
 *     }
 * };
 * }</pre>
 *
 * <p>DJL's {@code TrainingListener} is bound to DJL's own trainer and its mutable state; this one
 * gets values.
 */
public interface RunListener {

    /**
     * The run begins or is resumed; called after {@link #restore}.
     *
     * @param begin where it begins
     * @param control ends the run; may be kept
     */
    default void begin(RunEvent.Begin begin, RunControl control) {}

    /**
     * A step was made.
     *
     * @param step its figures
     */
    default void step(RunEvent.Step step) {}

    /**
     * A step was skipped, in float16; in the place of {@link #step}.
     *
     * @param skipped what was found
     */
    default void skippedStep(RunEvent.SkippedStep skipped) {}

    /**
     * An epoch is complete.
     *
     * @param epoch its figures
     */
    default void epoch(RunEvent.Epoch epoch) {}

    /**
     * The latents of the last steps were looked at.
     *
     * @param latents what was found
     */
    default void latents(RunEvent.Latents latents) {}

    /**
     * The model was evaluated.
     *
     * @param evaluation the metrics
     */
    default void evaluation(RunEvent.Evaluation evaluation) {}

    /**
     * Sample images were drawn.
     *
     * @param samples where they are
     */
    default void samples(RunEvent.Samples samples) {}

    /**
     * A checkpoint was written.
     *
     * @param checkpoint where it is
     */
    default void checkpoint(RunEvent.CheckpointSaved checkpoint) {}

    /**
     * The run ended without an error. Nothing follows; close what is open.
     *
     * @param end how it ended
     */
    default void end(RunEvent.End end) {}

    /**
     * The run ended by an error. Nothing follows; close what is open.
     *
     * @param failure the error
     */
    default void failure(RunEvent.Failure failure) {}

    /**
     * Makes durable what was recorded so far. Called before a checkpoint is written, so that a run
     * that is resumed from it misses nothing.
     */
    default void flush() {}

    /**
     * What the listener must remember to go on after an interruption as if there had been none; it
     * becomes part of the checkpoint.
     *
     * @return the state, or JSON null for none
     */
    default JsonNode state() {
        return NullNode.getInstance();
    }

    /**
     * Takes back the state of the checkpoint that is resumed.
     *
     * @param state what {@link #state} returned; never JSON null
     */
    default void restore(JsonNode state) {}
}
