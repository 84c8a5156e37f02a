package org.soda4j.data.transform;

import java.util.random.RandomGenerator;

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
        int samples = image.width() * image.height();
        byte[] in = image.pixels();
        byte[] out = image.spare(samples * channels);
        int step = image.channels();
        for (int i = 0; i < samples; i++) {
            byte grey = step == 3 ? (byte) Enhancement.luma(in, i * 3) : in[i];
            if (channels == 1) {
                out[i] = grey;
            } else {
                out[3 * i] = grey;
                out[3 * i + 1] = grey;
                out[3 * i + 2] = grey;
            }
        }
        image.swap(image.width(), image.height(), channels);
    }
}
