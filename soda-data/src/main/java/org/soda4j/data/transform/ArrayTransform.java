package org.soda4j.data.transform;

/**
 * A transform of the float array made of an image: {@link Normalize}, {@link Denormalize} or {@link
 * GaussianNoise}.
 *
 * <p>All of them are affine plus Gaussian noise, channel by channel, so a row of them is one such
 * step again; {@link PixelConversion} does it in one pass.
 */
public sealed interface ArrayTransform permits Normalize, Denormalize, GaussianNoise {

    /** Composes this transform behind the step so far. */
    void composeOnto(ChannelAffine step);
}
