package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Makes the image grey (ITU-R 601-2 luma), as torchvision's {@code Grayscale}.
 *
 * @param channels of the result: 1, or 3 equal ones. A grey image becomes three equal channels
 *     where 3 are asked for
 */
public record Grayscale(int channels) implements ImageTransform {

    /** Checks the number of channels. */
    public Grayscale {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("expected 1 or 3 channels, found " + channels);
        }
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        apply(image);
    }

    /**
     * Changes the image in place.
     *
     * @param image the image
     */
    public void apply(PixelBuffer image) {
        image.toChannels(1);
        image.toChannels(channels);
    }
}
