package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;

/**
 * Peak signal-to-noise ratio, {@code -10 log10(mean squared error)} for pixels in [0, 1]; as
 * scikit-image's {@code peak_signal_noise_ratio} with data range 1. {@code Psnr::of} is an {@link
 * ImageMetric}.
 */
public final class Psnr {

    private Psnr() {}

    /**
     * Compares images one by one.
     *
     * @param a {@code [N, C, H, W] in [0, 1]}, any float dtype
     * @param b the same shape
     * @return {@code N} values in decibel, higher is more alike; infinite for equal images
     * @throws IllegalArgumentException if the shapes differ, or a pixel lies outside of [0, 1]
     */
    public static double[] of(NDArray a, NDArray b) {
        ImagePlanes[] pair = ImagePlanes.pair(a, b);
        double[] result = new double[pair[0].images()];
        int size = pair[0].values().length / result.length;
        for (int n = 0; n < result.length; n++) {
            double sum = 0;
            for (int i = n * size; i < (n + 1) * size; i++) {
                double difference = pair[0].values()[i] - pair[1].values()[i];
                sum += difference * difference;
            }
            result[n] = -10 * Math.log10(sum / size);
        }
        return result;
    }
}
