package org.soda4j.data.transform;

import org.soda4j.PixelNormalization;

/**
 * Multiplies each channel by its standard deviation and adds its mean: the inverse of {@link
 * Normalize}.
 *
 * @param normalization one mean and one deviation for each channel, in [0, 1]
 */
public record Denormalize(PixelNormalization normalization) implements AffineTransform {

    @Override
    public void composeOnto(ChannelAffine step) {
        step.multiplyAndAdd(normalization);
    }
}
