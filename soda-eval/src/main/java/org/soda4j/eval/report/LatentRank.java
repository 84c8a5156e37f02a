package org.soda4j.eval.report;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.soda4j.encoder.EffectiveRank;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How many of its directions a latent uses, and what to change where it has collapsed. Prints
 * itself as a sentence.
 *
 * @param rank the effective rank, as {@link EffectiveRank} defines it
 * @param directions how many numbers the latent has
 * @param latents of how many images it is
 * @param images which images these are, such as {@code training images} or {@code images of a
 *     batch}
 */
public record LatentRank(double rank, int directions, long latents, String images) {

    /** Two latents have one direction, whatever the model. */
    private static final int LEAST = 3;

    /**
     * Measures the latents of images.
     *
     * @param latents one a row; of some thousands where the latent has a hundred directions, as
     *     fewer give too small a rank
     * @param images which images these are
     * @return the rank; empty of fewer than three
     */
    public static Optional<LatentRank> of(FeatureSet latents, String images) {
        if (latents.size() < LEAST) {
            return Optional.empty();
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                NDArray rows = latents.toArray(manager)) {
            return Optional.of(
                    new LatentRank(
                            EffectiveRank.of(rows), latents.width(), latents.size(), images));
        }
    }

    @Override
    public String toString() {
        return Html.format(
                        "The latent uses %.1f of its %d directions (effective rank over %,d %s).",
                        rank, directions, latents, images)
                + EffectiveRank.advice(rank, latents)
                        .map(advice -> " It has collapsed. " + advice + ".")
                        .orElse("");
    }
}
