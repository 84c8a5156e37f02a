package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/**
 * What scales and shifts the C channels of a map.
 *
 * @param input {@code [N, S]}, after SiLU
 * @param layer from it to scales, then shifts: {@code [2C, S]}, and its bias
 */
@Internal
public record Modulation(NDArray input, Affine layer) {}
