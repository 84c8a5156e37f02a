package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;

/**
 * How alike two images are, as a number: {@code Psnr::of}, {@code Ssim::of}, an {@link Lpips}, or
 * one of your own.
 *
 * <pre>{@code
 * ImageQualityProtocol.builder(soda).metric("LPIPS", lpips).build().reconstruction(test);
 * }</pre>
 */
@FunctionalInterface
public interface ImageMetric {

    /**
     * Compares images one by one.
     *
     * @param a float32 {@code [N, C, H, W] in [0, 1]}; not closed
     * @param b the same shape; not closed
     * @return {@code N} finite or infinite values; the metric says which are better
     * @throws IllegalArgumentException if the metric does not take such images
     */
    double[] of(NDArray a, NDArray b);
}
