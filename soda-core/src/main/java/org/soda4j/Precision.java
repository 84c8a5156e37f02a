package org.soda4j;

import ai.djl.Device;
import org.soda4j.nn.Processor;

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
    FP16;

    /**
     * The faster of {@link #FP32} and {@link #BF16}.
     *
     * @param device which of its kind does not matter
     * @return {@code BF16} on CPUs known to have instructions for it (x86 with {@code avx512_bf16},
     *     on Linux), otherwise {@code FP32}; also on GPUs, which are not asked
     */
    public static Precision fasterOn(Device device) {
        return !device.isGpu() && Processor.hasBfloat16() ? BF16 : FP32;
    }
}
