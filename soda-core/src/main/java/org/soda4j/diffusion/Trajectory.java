package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;

/**
 * One way from noise to an image, step by step; {@link Sampler#trajectory} begins it. It may
 * remember what earlier steps did, such as the outputs that multistep solvers combine, so that
 * steps are taken once each and in order. For one thread.
 */
public interface Trajectory {

    /**
     * What a step gives.
     *
     * @param image x at time {@code to}
     * @param x0 the clean image as the step saw it, in [-1, 1] if clipped
     */
    record Step(NDArray image, NDArray x0) {}

    /**
     * Takes a step.
     *
     * @param x the images at time {@code from}, {@code [N, C, H, W]} float32 or float64; stay open
     * @param from t, 1..T: an entry of {@link Sampler#times}
     * @param to the time before it, 0 at the end: the next entry
     * @param denoiser is evaluated once or, by solvers of higher order, several times
     * @return the step; its arrays belong to the manager of x, as may others that the step made:
     *     give each step an x in a manager of its own, which is closed after it
     */
    Step step(NDArray x, long from, long to, DenoiserFunction denoiser);

    /**
     * Takes a step from an output that is there already.
     *
     * @param x as above
     * @param from as above
     * @param to as above
     * @param output of the denoiser for x at {@code from}; the step closes it
     * @return as above
     * @throws IllegalStateException if the sampler evaluates the denoiser elsewhere too
     */
    default Step step(NDArray x, long from, long to, NDArray output) {
        return step(
                x,
                from,
                to,
                (image, t) -> {
                    if (image != x || t != from) {
                        throw new IllegalStateException(
                                "step from %d to %d: expected one evaluation at %d, found another at %d; give this sampler the denoiser as a function"
                                        .formatted(from, to, from, t));
                    }
                    return output;
                });
    }
}
