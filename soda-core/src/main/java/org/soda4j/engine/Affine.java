package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/**
 * What a linear layer or a convolution computes with.
 *
 * @param weight {@code [out, in]} of a linear layer, {@code [out, in, k, k]} of a convolution
 * @param bias {@code [out]}
 */
@Internal
public record Affine(NDArray weight, NDArray bias) {}
