package org.soda4j;

import ai.djl.Device;
import ai.djl.util.PairList;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.Processor;

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
     * {@link #BF16} on CPUs that are known to be faster with it, otherwise {@link #FP32}.
     *
     * @param device a CPU or a GPU
     * @return {@code BF16} on CPUs with {@code avx512_bf16}, as Linux says; {@code FP32} elsewhere,
     *     on GPUs too, which are not asked
     */
    public static Precision fasterOn(Device device) {
        return !device.isGpu() && Processor.hasBfloat16() ? BF16 : FP32;
    }

    /**
     * What a block of one's own is asked to compute in, for {@code forwardInternal}.
     *
     * @param options the {@code params} of {@code forward}, null for none
     * @return the precision that a {@link Soda} asks for; {@link #FP32} where nobody does
     */
    public static Precision of(PairList<String, Object> options) {
        return switch (NamedBlock.format(options)) {
            case FLOAT32 -> FP32;
            case BFLOAT16 -> BF16;
            case FLOAT16 -> FP16;
        };
    }

    /**
     * The same for the engine.
     *
     * @return its number format
     */
    @Internal
    public NumberFormat format() {
        return switch (this) {
            case FP32 -> NumberFormat.FLOAT32;
            case BF16 -> NumberFormat.BFLOAT16;
            case FP16 -> NumberFormat.FLOAT16;
        };
    }
}
