package org.soda4j.engine;

/** How the weights and biases of a block's layers are drawn. Norms begin as the identity. */
@Internal
public enum InitialValues {
    /** Uniform up to 1 / sqrt(fan-in), biases too: what PyTorch's layers start from. */
    PYTORCH,
    /** Kernels normal, of variance 2 / fan-out (He et al. 2015); all else as {@link #PYTORCH}. */
    KAIMING,
    /** Uniform, of variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010); biases are 0. */
    XAVIER,
    /** Normal of variance 1 / fan-in, drawn again beyond two deviations; biases are 0. */
    TRUNCATED_NORMAL;

    /** Of a kernel {@code [out, in, k, k]} or a matrix {@code [out, in]}. */
    SeededInitializer weight(long... shape) {
        long taps = 1;
        for (int i = 2; i < shape.length; i++) {
            taps *= shape[i];
        }
        long fanIn = shape[1] * taps;
        long fanOut = shape[0] * taps;
        return switch (this) {
            case PYTORCH -> SeededInitializer.uniform(1 / Math.sqrt(fanIn));
            case KAIMING ->
                    shape.length > 2
                            ? SeededInitializer.normal(Math.sqrt(2.0 / fanOut))
                            : PYTORCH.weight(shape);
            case XAVIER -> SeededInitializer.uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
            case TRUNCATED_NORMAL -> SeededInitializer.truncatedNormal(1 / Math.sqrt(fanIn));
        };
    }

    /** Of a layer with that fan-in. */
    SeededInitializer bias(long fanIn) {
        return switch (this) {
            case PYTORCH, KAIMING -> SeededInitializer.uniform(1 / Math.sqrt(fanIn));
            case XAVIER, TRUNCATED_NORMAL -> SeededInitializer.uniform(0);
        };
    }
}
