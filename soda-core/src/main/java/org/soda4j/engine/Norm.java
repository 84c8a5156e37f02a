package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/** What a norm of C channels computes with; epsilon is 1e-5. */
@Internal
public sealed interface Norm {

    /**
     * Group norm.
     *
     * @param weight {@code [C]}
     * @param bias {@code [C]}
     * @param groups a divisor of C
     */
    record Group(NDArray weight, NDArray bias, int groups) implements Norm {}

    /**
     * Batch norm, of momentum 0.1; in training the running statistics are updated in place.
     *
     * @param weight {@code [C]}
     * @param bias {@code [C]}
     * @param mean the running mean {@code [C]}
     * @param variance the running variance {@code [C]}
     */
    record Batch(NDArray weight, NDArray bias, NDArray mean, NDArray variance) implements Norm {}
}
