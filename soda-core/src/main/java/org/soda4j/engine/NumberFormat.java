package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/** How the numbers of feature maps are stored; sums over them are taken in float32. */
@Internal
public enum NumberFormat {
    /** 24 significant bits; a feature map in float64 stays in float64. */
    FLOAT32(6),
    /** 8 significant bits, the range of float32. */
    BFLOAT16(15),
    /** 11 significant bits, up to 65504. */
    FLOAT16(5);

    private final int engineCode;

    NumberFormat(int engineCode) {
        this.engineCode = engineCode;
    }

    NDArray code() {
        return Operators.constant(engineCode);
    }
}
