package org.soda4j.encoder;

import org.soda4j.engine.InitialValues;

/** How the encoder's convolutions and its last layer are drawn; norms begin as the identity. */
public enum ResNetInitialization {
    /** torchvision's: kernels normal, by fan-out (Kaiming); the last layer PyTorch's default. */
    KAIMING(InitialValues.KAIMING, InitialValues.KAIMING),
    /**
     * As {@link #KAIMING}, but PyTorch's default in the first convolution: what the PyTorch
     * implementation does, which replaces torchvision's stem.
     */
    KAIMING_DEFAULT_STEM(InitialValues.KAIMING, InitialValues.PYTORCH),
    /** PyTorch's default in all layers: uniform, by fan-in. */
    PYTORCH_DEFAULT(InitialValues.PYTORCH, InitialValues.PYTORCH),
    /** Xavier's in all layers (Glorot and Bengio 2010): uniform, by fan-in and fan-out; bias 0. */
    XAVIER(InitialValues.XAVIER, InitialValues.XAVIER);

    private final InitialValues blocks;
    private final InitialValues stem;

    ResNetInitialization(InitialValues blocks, InitialValues stem) {
        this.blocks = blocks;
        this.stem = stem;
    }

    InitialValues ofBlocks() {
        return blocks;
    }

    InitialValues ofStem() {
        return stem;
    }
}
