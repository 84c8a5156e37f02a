package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;

/**
 * The channel normalisation of what the encoder sees: {@code (pixel - mean) / deviation}, pixels in
 * [0, 1].
 *
 * @param mean of each channel
 * @param deviation standard deviation of each channel, more than 0
 */
public record PixelNormalization(List<Double> mean, List<Double> deviation) {

    /** Checks the numbers. */
    @JsonCreator
    public PixelNormalization(
            @JsonProperty(value = "mean", required = true) List<Double> mean,
            @JsonProperty(value = "deviation", required = true) List<Double> deviation) {
        this.mean = List.copyOf(mean);
        this.deviation = List.copyOf(deviation);
        boolean finite = mean.stream().allMatch(Double::isFinite);
        boolean positive = deviation.stream().allMatch(d -> Double.isFinite(d) && d > 0);
        if (mean.isEmpty() || mean.size() != deviation.size() || !finite || !positive) {
            throw new IllegalArgumentException(
                    "normalization: expected as many finite means as positive deviations, found %s and %s"
                            .formatted(mean, deviation));
        }
    }

    /**
     * The statistics of ImageNet, as torchvision's pretrained encoders expect them.
     *
     * @return for three channels
     */
    public static PixelNormalization imageNet() {
        return new PixelNormalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
    }

    /**
     * Mean and deviation one half: [0, 1] becomes [-1, 1].
     *
     * @param channels how many
     * @return the normalisation
     */
    public static PixelNormalization symmetric(int channels) {
        return new PixelNormalization(
                Collections.nCopies(channels, 0.5), Collections.nCopies(channels, 0.5));
    }

    /**
     * Normalises images.
     *
     * @param images float32 {@code [N, C, H, W]}
     * @return a new array of the same shape, in the manager of {@code images}
     */
    public NDArray apply(NDArray images) {
        Shape perChannel = new Shape(1, mean.size(), 1, 1);
        float[] scale = new float[mean.size()];
        float[] shift = new float[mean.size()];
        for (int c = 0; c < scale.length; c++) {
            scale[c] = (float) (1 / deviation.get(c));
            shift[c] = (float) (-mean.get(c) / deviation.get(c));
        }
        try (NDArray factor = images.getManager().create(scale, perChannel);
                NDArray offset = images.getManager().create(shift, perChannel);
                NDArray onDeviceFactor = factor.toDevice(images.getDevice(), false);
                NDArray onDeviceOffset = offset.toDevice(images.getDevice(), false);
                NDArray scaled = images.mul(onDeviceFactor)) {
            return scaled.add(onDeviceOffset);
        }
    }
}
