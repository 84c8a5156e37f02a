package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;

/**
 * Draws an image for each latent, always the same for the same latent: what differs between two
 * images is what differs between their latents. {@link FixedNoiseDecoder} is the one of a model.
 */
@FunctionalInterface
public interface LatentDecoder {

    /**
     * Draws.
     *
     * @param latents float32 {@code [N, d]}; not closed
     * @return float32 {@code [N, C, H, W] in [0, 1]}; belongs to the manager of the latents, the
     *     caller or that manager closes it
     */
    NDArray decode(NDArray latents);
}
