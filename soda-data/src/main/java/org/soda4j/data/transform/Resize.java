package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.Resampling;

/**
 * Resizes with antialiased bilinear resampling, as torchvision's {@code Resize} on a PIL image.
 *
 * @param height rows of the result, or the length of the shorter side where {@code width} is 0
 * @param width columns of the result, or 0 to keep the proportions
 */
public record Resize(int height, int width) implements ImageTransform {

    /** Checks the sizes. */
    public Resize {
        if (height < 1 || width < 0) {
            throw new IllegalArgumentException(
                    "expected sizes of at least 1 pixel, found %d x %d".formatted(height, width));
        }
    }

    /**
     * Returns a transform that makes the shorter side as long as given and keeps the proportions;
     * the longer side is rounded down.
     *
     * @param size pixels, at least 1
     * @return the transform
     */
    public static Resize shorterSide(int size) {
        return new Resize(size, 0);
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
        int w = image.width();
        int h = image.height();
        int toWidth = width;
        int toHeight = height;
        if (width == 0) {
            toWidth = w <= h ? height : (int) ((long) height * w / h);
            toHeight = w <= h ? (int) ((long) height * h / w) : height;
        }
        if (toWidth != w || toHeight != h) {
            Resampling.resize(image, 0, 0, h, w, toHeight, toWidth);
        }
    }
}
