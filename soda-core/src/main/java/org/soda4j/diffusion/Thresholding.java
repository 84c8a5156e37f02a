package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** What a sampler does to an estimate of the clean image that leaves [-1, 1]. */
public enum Thresholding {
    /** Nothing; for data that is not images, and where a solver is to be exact. */
    NONE {
        @Override
        NDArray apply(NDArray x0) {
            return x0;
        }
    },
    /** Clips it to [-1, 1], as DDPM and DDIM do; also called static thresholding. */
    CLIP {
        @Override
        NDArray apply(NDArray x0) {
            return x0.clip(-1, 1);
        }
    },
    /**
     * Clips each image to [-s, s] and divides by s, where s is the 99.5th percentile of its
     * absolute values, at least 1 (Imagen, Saharia et al. 2022, section 2.3): keeps contrast under
     * strong guidance.
     */
    DYNAMIC {
        @Override
        NDArray apply(NDArray x0) {
            long images = x0.getShape().get(0);
            long size = x0.size() / images;
            double position = PERCENTILE * (size - 1);
            long below = (long) Math.floor(position);
            long above = Math.min(below + 1, size - 1);
            NDArray sorted = x0.abs().reshape(images, size).sort(1);
            NDArray lower = sorted.get(":, {}", below);
            NDArray upper = sorted.get(":, {}", above);
            NDArray s =
                    lower.add(upper.sub(lower).mul(position - below))
                            .maximum(1)
                            .reshape(new Shape(images, 1, 1, 1));
            return x0.minimum(s).maximum(s.neg()).div(s);
        }
    };

    private static final double PERCENTILE = 0.995;

    /** Thresholds x0, {@code [N, C, H, W]}; the answer may be x0 itself. */
    abstract NDArray apply(NDArray x0);

    /** Evaluates the denoiser and gives the clean image that it sees in x at time t. */
    NDArray estimate(DiffusionProcess process, NDArray x, long t, DenoiserFunction denoiser) {
        try (NDArray output = denoiser.predict(x, t)) {
            return apply(process.toX0(output, x, t));
        }
    }
}
