package org.soda4j.image;

import java.util.Locale;

/**
 * One image of 8-bit samples, as data sets hold it and transforms work on it.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param pixels {@code height x width x channels} unsigned bytes, row by row, channels interleaved;
 *     not copied, so nobody writes to it after the image is made
 */
public record PixelImage(int width, int height, int channels, byte[] pixels) {

    /** Checks that the sizes agree. */
    public PixelImage {
        if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException(
                    "expected width and height of at least 1 and 1 or 3 channels, found "
                            + (width + " x " + height + " with " + channels + " channels"));
        }
        if (pixels.length != (long) width * height * channels) {
            throw new IllegalArgumentException(
                    "expected %d bytes for %d x %d x %d, found %d"
                            .formatted(
                                    (long) width * height * channels,
                                    height,
                                    width,
                                    channels,
                                    pixels.length));
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d x %d pixels, %d channels", width, height, channels);
    }
}
