package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * A distribution of latents, fitted to those of a data set, so that images can be drawn without an
 * image to start from: {@code soda.sample(prior.sample(manager, 16, seed), options)}.
 */
public interface LatentPrior {

    /**
     * Draws latents.
     *
     * @param manager takes the result
     * @param count at least 1
     * @param seed the same seed draws the same latents
     * @return float32 {@code [count, d]}; the manager or the caller closes it
     */
    NDArray sample(NDManager manager, int count, long seed);
}
