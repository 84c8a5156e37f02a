package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.engine.Internal;

/**
 * What conditions a denoiser besides time and latent; each adds an array to the block's inputs, in
 * this order, after the latent.
 *
 * @param channels R of an array {@code [N, R, H, W]} whose channels join the image's, such as the
 *     rays of a camera; 0 for none
 * @param crossAttention levels, from 0, whose residual blocks (and, at the deepest, the middle) are
 *     followed by attention to the sections of S latents {@code [N, S, d]}; empty for none
 */
@Internal
public record UNetConditions(int channels, List<Integer> crossAttention) {

    /** Copies the levels. */
    public UNetConditions {
        if (channels < 0) {
            throw new IllegalArgumentException("channels: expected at least 0, found " + channels);
        }
        crossAttention = List.copyOf(crossAttention);
    }

    /**
     * Time and latent only.
     *
     * @return no conditions
     */
    public static UNetConditions none() {
        return new UNetConditions(0, List.of());
    }

    /**
     * Checks the levels.
     *
     * @param levels of the denoiser
     * @throws IllegalArgumentException if one is not there
     */
    public void requireLevels(int levels) {
        for (int level : crossAttention) {
            if (level < 0 || level >= levels) {
                throw new IllegalArgumentException(
                        "crossAttention: expected levels 0 .. %d of the denoiser, found %s"
                                .formatted(levels - 1, crossAttention));
            }
        }
    }

    /** The latents that cross-attention attends to, among what follows the latent. */
    NDArray sources(NDList more) {
        return more.get(channels == 0 ? 0 : 1);
    }

    void requireInputs(NDList more, Shape images, int latentSize) {
        int expected = (channels == 0 ? 0 : 1) + (crossAttention.isEmpty() ? 0 : 1);
        if (more.size() != expected) {
            throw new IllegalArgumentException(
                    "denoiser: expected %d arrays of conditions after the latent, found %d"
                            .formatted(expected, more.size()));
        }
        if (channels > 0) {
            Shape shape = new Shape(images.get(0), channels, images.get(2), images.get(3));
            require("condition", shape, more.get(0).getShape());
        }
        if (!crossAttention.isEmpty()) {
            Shape found = sources(more).getShape();
            long views = found.dimension() == 3 ? found.get(1) : 1;
            require("source latents", new Shape(images.get(0), views, latentSize), found);
        }
    }

    static void require(String what, Shape expected, Shape found) {
        if (!expected.equals(found)) {
            throw new IllegalArgumentException(
                    "%s: expected shape %s, found %s".formatted(what, expected, found));
        }
    }
}
