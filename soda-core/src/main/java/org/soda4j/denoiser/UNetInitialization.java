package org.soda4j.denoiser;

import org.soda4j.engine.InitialValues;

/** How the U-Net's convolutions and linear layers are drawn; norms begin as the identity. */
public enum UNetInitialization {
    /** PyTorch's default, also that of the PyTorch implementation: uniform, by fan-in. */
    PYTORCH_DEFAULT(InitialValues.PYTORCH),
    /**
     * Normal of variance 1 / fan-in, drawn again beyond two deviations, and biases 0; what
     * secondary sources say of the paper, with the deviation that JAX's libraries take.
     */
    TRUNCATED_NORMAL(InitialValues.TRUNCATED_NORMAL);

    private final InitialValues initialValues;

    UNetInitialization(InitialValues initialValues) {
        this.initialValues = initialValues;
    }

    InitialValues initialValues() {
        return initialValues;
    }
}
