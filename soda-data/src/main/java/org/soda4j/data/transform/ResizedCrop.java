package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.Resampling;

/**
 * Cuts a part out of the image and resizes it with antialiased bilinear resampling, as
 * torchvision's {@code resized_crop} on a PIL image.
 *
 * @param top first row of the part, at least 0
 * @param left first column of the part, at least 0
 * @param height rows of the part, at least 1
 * @param width columns of the part, at least 1
 * @param toHeight rows of the result, at least 1
 * @param toWidth columns of the result, at least 1
 */
public record ResizedCrop(int top, int left, int height, int width, int toHeight, int toWidth)
        implements ImageTransform {

    /** Checks the sizes. */
    public ResizedCrop {
        if (top < 0 || left < 0 || height < 1 || width < 1 || toHeight < 1 || toWidth < 1) {
            throw new IllegalArgumentException(
                    "expected a corner of at least 0, 0 and sizes of at least 1, found"
                            + " top %d, left %d, %d x %d, to %d x %d"
                                    .formatted(top, left, height, width, toHeight, toWidth));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the part reaches beyond the image
     */
    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        apply(image);
    }

    /**
     * Changes the image in place.
     *
     * @param image the image
     * @throws IllegalArgumentException if the part reaches beyond the image
     */
    public void apply(PixelBuffer image) {
        if (top + height > image.height() || left + width > image.width()) {
            throw new IllegalArgumentException(
                    "expected a part inside %d x %d, found top %d, left %d, %d x %d"
                            .formatted(image.height(), image.width(), top, left, height, width));
        }
        Resampling.resize(image, top, left, height, width, toHeight, toWidth);
    }
}
