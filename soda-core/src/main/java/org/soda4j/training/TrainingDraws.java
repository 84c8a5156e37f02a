package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import java.util.SplittableRandom;
import org.soda4j.SodaConfig;
import org.soda4j.TrainingDraw;

/** Where the times, the noise and the masks of each step come from. */
@FunctionalInterface
public interface TrainingDraws {

    /**
     * Draws for one step; must depend on nothing that a resumed run does not have.
     *
     * @param step counted from 1
     * @param config of the model, with the masking of the training
     * @param target images of the whole batch {@code [N, C, H, W]}; the noise belongs to its
     *     manager
     * @return the draw
     */
    TrainingDraw draw(long step, SodaConfig config, NDArray target);

    /**
     * Draws as the paper trains, from a seed and the step.
     *
     * @param seed of the training; the engine's generator, which makes the noise, is seeded by the
     *     trainer before every step
     * @return the trainer's default
     */
    static TrainingDraws random(long seed) {
        return (step, config, target) ->
                TrainingDraw.random(
                        config,
                        target,
                        new SplittableRandom(StepSeed.of(seed, StepSeed.Use.DRAW, step)));
    }
}
