package org.soda4j.diffusion;

/** What the denoiser's output stands for. */
public enum Prediction {
    /** The noise (DDPM, Ho et al. 2020, eq. 14); the paper's choice and the default. */
    EPSILON,
    /** The clean image; also called sample prediction. */
    X0,
    /** v = sqrt(alphaBar) eps - sqrt(1 - alphaBar) x0 (Salimans and Ho 2022, appendix D). */
    V
}
