package org.soda4j.data.transform;

/**
 * Subtracts each channel's mean and divides by its standard deviation, as torchvision's {@code
 * Normalize}.
 */
public final class Normalize implements ArrayTransform {

    private final float[] mean;
    private final float[] std;

    /**
     * Creates the transform.
     *
     * @param mean one number for each channel
     * @param std one number for each channel, above 0
     * @throws IllegalArgumentException if the lengths differ or a number is out of range
     */
    public Normalize(float[] mean, float[] std) {
        this.mean = ChannelStatistics.checkedMean(mean, std);
        this.std = ChannelStatistics.checkedStd(std);
    }

    @Override
    public void composeOnto(ChannelAffine step) {
        step.subtractAndDivide(mean, std);
    }
}
