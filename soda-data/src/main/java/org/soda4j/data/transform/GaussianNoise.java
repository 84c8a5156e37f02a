package org.soda4j.data.transform;

/**
 * Adds independent normal noise to every value.
 *
 * @param sigma standard deviation, at least 0, in the units of the array at this place: behind
 *     {@link Normalize} in standard deviations of the channel
 */
public record GaussianNoise(double sigma) implements AffineTransform {

    /** Checks the standard deviation. */
    public GaussianNoise {
        if (!(sigma >= 0) || !Double.isFinite(sigma)) {
            throw new IllegalArgumentException("expected sigma of at least 0, found " + sigma);
        }
    }

    @Override
    public void composeOnto(ChannelAffine step) {
        step.addNoise(sigma);
    }
}
