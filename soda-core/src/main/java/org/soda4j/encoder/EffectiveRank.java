package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
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

    /** Fewer latents say too little for a warning. */
    private static final int LEAST_ROWS_TO_WARN = 16;

    private EffectiveRank() {}

    /**
     * Says what to change where a latent has collapsed.
     *
     * @param rank as {@link #of} measures it
     * @param latents of how many it is; of fewer than 16 it says too little
     * @return sentences; empty where the rank is at least {@link #COLLAPSED} or of too few
     */
    public static Optional<String> advice(double rank, long latents) {
        if (latents < LEAST_ROWS_TO_WARN || !(rank < COLLAPSED)) {
            return Optional.empty();
        }
        return Optional.of(
                "Where it stays so, probes of it stay poor, too. Longer training helps, and, if they"
                        + " are not set yet, a preset minutes-*, identityModulation(true) in the"
                        + " denoiser, a higher learning rate or sigReg(0.02)");
    }

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
