package org.soda4j.data.transform;

import java.util.random.RandomGenerator;

/**
 * What is affine plus Gaussian noise, channel by channel: a row of such transforms is one again,
 * and {@link PixelConversion} does it in one pass.
 */
interface AffineTransform extends ArrayTransform {

    /** Composes this transform behind the step so far. */
    void composeOnto(ChannelAffine step);

    @Override
    default void apply(float[] image, int channels, int height, int width, RandomGenerator random) {
        for (int c = 0; c < channels; c++) {
            ChannelAffine step = new ChannelAffine(c, channels);
            composeOnto(step);
            step.apply(image, c * height * width, height * width, random);
        }
    }
}
