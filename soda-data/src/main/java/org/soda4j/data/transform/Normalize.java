package org.soda4j.data.transform;

import org.soda4j.PixelNormalization;

/**
 * Subtracts each channel's mean and divides by its standard deviation, as torchvision's {@code
 * Normalize}.
 *
 * @param normalization one mean and one deviation for each channel, in [0, 1]
 */
public record Normalize(PixelNormalization normalization) implements AffineTransform {

    @Override
    public void composeOnto(ChannelAffine step) {
        step.subtractAndDivide(normalization);
    }
}
