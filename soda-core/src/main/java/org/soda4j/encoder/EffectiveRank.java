package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.soda4j.engine.LatentStatistics;

/**
 * How many directions of its space a set of latents uses: the exponential of the entropy of their
 * covariance's spectrum (Roy and Vetterli 2007). Directions of equal variance count as one each, a
 * direction of little variance as a part of one. A latent that has collapsed has a rank near 1,
 * whatever its size.
 */
public final class EffectiveRank {

    /** Below this a latent has collapsed, as far as a user is concerned. */
    public static final double COLLAPSED = 2;

    private EffectiveRank() {}

    /**
     * Measures latents.
     *
     * @param latents float32 {@code [N, d]}, N at least 2, of different images; stays open. Fewer
     *     than some times d rows give too small a rank
     * @return 1 .. min(N - 1, d); 0 where all rows are the same
     * @throws IllegalArgumentException if there are fewer than two rows
     */
    public static double of(NDArray latents) {
        Shape shape = latents.getShape();
        if (shape.dimension() != 2 || shape.get(0) < 2) {
            throw new IllegalArgumentException(
                    "latents: expected [N, d] of at least 2 rows, found shape " + shape);
        }
        try (NDArray rank = LatentStatistics.effectiveRank(latents)) {
            return rank.getFloat();
        }
    }
}
