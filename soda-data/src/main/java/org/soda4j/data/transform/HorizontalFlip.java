package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/** Mirrors the image left to right. */
public record HorizontalFlip() implements ImageTransform {

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
        int channels = image.channels();
        int stride = image.width() * channels;
        byte[] pixels = image.pixels();
        for (int y = 0; y < image.height(); y++) {
            int left = y * stride;
            int right = left + stride - channels;
            while (left < right) {
                for (int c = 0; c < channels; c++) {
                    byte swapped = pixels[left + c];
                    pixels[left + c] = pixels[right + c];
                    pixels[right + c] = swapped;
                }
                left += channels;
                right -= channels;
            }
        }
    }
}
