package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;

/**
 * What a sampler has just done, for a listener. The arrays belong to the sampler and are valid
 * during the call only; {@code duplicate()} what is kept.
 *
 * @param index the step, 0 for the first
 * @param count how many steps the sampler takes
 * @param from the time before the step, 1..T
 * @param to the time after the step, 0 after the last one
 * @param image x at time {@code to}, {@code [N, C, H, W]}
 * @param x0 the clean image as the step saw it, {@code [N, C, H, W]}, in [-1, 1] if clipped
 */
public record SamplingStep(int index, int count, long from, long to, NDArray image, NDArray x0) {}
