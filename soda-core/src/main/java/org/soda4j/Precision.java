package org.soda4j;

/** The number format of convolutions, linear layers and attention; everything else is float32. */
public enum Precision {
    /** 32-bit floating point throughout. */
    FP32,
    /** bfloat16 inputs and weights with float32 sums, what PyTorch's autocast does. */
    BF16
}
