package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;

/** The denoiser as one step of a sampler sees it: latent and guidance are the caller's own. */
@FunctionalInterface
public interface DenoiserFunction {

    /**
     * Evaluates the denoiser.
     *
     * @param x noisy images x_t, {@code [N, C, H, W]}; not to be closed
     * @param t the time of all of them, 1..T
     * @return the output as {@link DiffusionProcess#prediction()} says, shape and dtype of x, in
     *     the manager of x; the step closes it
     */
    NDArray predict(NDArray x, long t);
}
