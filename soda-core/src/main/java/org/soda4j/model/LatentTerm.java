package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import org.soda4j.engine.Internal;

/** What a training does with the latents of a step besides denoising by them. */
@Internal
@FunctionalInterface
public interface LatentTerm {

    /** Nothing. */
    LatentTerm NONE = (loss, latents) -> loss;

    /**
     * @param loss of the denoiser, a scalar
     * @param latents before masking, float32 {@code [N, d]}; stay open
     * @return the loss that gradients are taken of, in the manager of {@code loss}
     */
    NDArray addedTo(NDArray loss, NDArray latents);
}
