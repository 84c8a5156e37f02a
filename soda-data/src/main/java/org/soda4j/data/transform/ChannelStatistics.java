package org.soda4j.data.transform;

/** Checks means and standard deviations of channels. */
final class ChannelStatistics {

    private ChannelStatistics() {}

    static float[] checkedMean(float[] mean, float[] std) {
        if (mean.length != std.length || mean.length == 0) {
            throw new IllegalArgumentException(
                    "expected one mean and one standard deviation for each channel, found %d and %d"
                            .formatted(mean.length, std.length));
        }
        for (int c = 0; c < mean.length; c++) {
            if (!Float.isFinite(mean[c])) {
                throw new IllegalArgumentException(
                        "channel %d: expected a finite mean, found %s".formatted(c, mean[c]));
            }
        }
        return mean.clone();
    }

    static float[] checkedStd(float[] std) {
        for (int c = 0; c < std.length; c++) {
            if (!(std[c] > 0) || !Float.isFinite(std[c])) {
                throw new IllegalArgumentException(
                        "channel %d: expected a standard deviation above 0, found %s"
                                .formatted(c, std[c]));
            }
        }
        return std.clone();
    }
}
