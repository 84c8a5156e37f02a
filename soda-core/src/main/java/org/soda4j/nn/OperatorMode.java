package org.soda4j.nn;

import ai.djl.ndarray.NDArray;

/**
 * How operators run.
 *
 * @param training whether autograd records them, dropout is active and batch norm uses the batch
 * @param lowPrecision whether convolutions, linear layers and attention compute in bfloat16 (with
 *     float32 accumulation and results) instead of float32
 */
public record OperatorMode(boolean training, boolean lowPrecision) {

    NDArray low() {
        return Operators.flag(lowPrecision);
    }
}
