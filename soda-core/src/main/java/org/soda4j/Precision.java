package org.soda4j;

/** The number format of convolutions, linear layers and attention; everything else is float32. */
public enum Precision {
    /** 32-bit floating point throughout. */
    FP32,
    /** bfloat16 inputs and weights with float32 sums, what PyTorch's autocast does. */
    BF16,
    /**
     * float16 inputs and weights with float32 sums; for GPUs. Trained with dynamic loss scaling,
     * because gradients below 6e-8 vanish and numbers above 65504 overflow.
     */
    FP16
}
