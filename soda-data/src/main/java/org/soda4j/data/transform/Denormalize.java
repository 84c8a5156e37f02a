package org.soda4j.data.transform;

/**
 * Multiplies each channel by its standard deviation and adds its mean: the inverse of {@link
 * Normalize}.
 */
public final class Denormalize implements ArrayTransform {

    private final float[] mean;
    private final float[] std;

    /**
     * Creates the transform.
     *
     * @param mean one number for each channel
     * @param std one number for each channel, above 0
     * @throws IllegalArgumentException if the lengths differ or a number is out of range
     */
    public Denormalize(float[] mean, float[] std) {
        this.mean = ChannelStatistics.checkedMean(mean, std);
        this.std = ChannelStatistics.checkedStd(std);
    }

    @Override
    public void composeOnto(ChannelAffine step) {
        step.multiplyAndAdd(mean, std);
    }
}
