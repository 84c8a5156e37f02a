package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** How a sampler asks the denoiser; the latent is the implementation's own. */
@FunctionalInterface
public interface NoisePredictor {

    /**
     * Evaluates the denoiser on the same images under several choices of latent sections, in one
     * batch of {@code K N} where the implementation can.
     *
     * @param x noisy images x_t, {@code [N, C, H, W]} float32; not to be closed. What is made from
     *     it belongs to its manager, which the sampler closes after the step.
     * @param t the time of all of them, 1..T
     * @param keeps K choices of sections, at least one, all different
     * @return outputs as {@link DiffusionProcess#prediction()} says, {@code [K N, C, H, W]}, dtype
     *     of x; rows k N to (k + 1) N - 1 are the N images under {@code keeps.get(k)}. The sampler
     *     closes it.
     */
    NDArray predict(NDArray x, long t, List<SectionKeep> keeps);
}
