package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Blurs with a Gaussian of random width, as torchvision's {@code GaussianBlur}: the kernel is the
 * density at whole pixels, normalised; the border is mirrored without its outermost pixel; sums are
 * rounded to nearest.
 *
 * @param kernelSize pixels of the kernel's side, odd, at least 1; the image's sides must be longer
 *     than half of it
 * @param minSigma least standard deviation in pixels, above 0; 0.1 is torchvision's default
 * @param maxSigma greatest standard deviation in pixels, at least minSigma; 2 is torchvision's
 */
public record GaussianBlur(int kernelSize, double minSigma, double maxSigma)
        implements ImageTransform {

    /** Checks the numbers. */
    public GaussianBlur {
        if (kernelSize < 1 || kernelSize % 2 == 0) {
            throw new IllegalArgumentException(
                    "expected an odd kernel size of at least 1, found " + kernelSize);
        }
        if (!(minSigma > 0 && maxSigma >= minSigma)) {
            throw new IllegalArgumentException(
                    "expected 0 < minSigma <= maxSigma, found %s, %s"
                            .formatted(minSigma, maxSigma));
        }
    }

    /**
     * Creates the transform with torchvision's range of widths, 0.1 .. 2 pixels.
     *
     * @param kernelSize pixels of the kernel's side, odd, at least 1
     */
    public GaussianBlur(int kernelSize) {
        this(kernelSize, 0.1, 2);
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        apply(image, minSigma + (maxSigma - minSigma) * random.nextDouble());
    }

    /**
     * Changes the image in place with a given width.
     *
     * @param image the image
     * @param sigma standard deviation in pixels, above 0
     * @throws IllegalArgumentException if the image is too small for the kernel
     */
    public void apply(PixelBuffer image, double sigma) {
        int half = kernelSize / 2;
        int width = image.width();
        int height = image.height();
        if (width <= half || height <= half) {
            throw new IllegalArgumentException(
                    "expected sides longer than half the kernel (%d), found %d x %d"
                            .formatted(half, height, width));
        }
        int channels = image.channels();
        int stride = width * channels;
        float[] memory = image.floats(kernelSize + image.length());
        kernel(memory, half, sigma);
        byte[] pixels = image.pixels();
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < stride; i++) {
                int x = i / channels;
                float sum = 0;
                for (int k = -half; k <= half; k++) {
                    int from = y * stride + mirrored(x + k, width) * channels + i % channels;
                    sum += (pixels[from] & 0xFF) * memory[k + half];
                }
                memory[kernelSize + y * stride + i] = sum;
            }
        }
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < stride; i++) {
                float sum = 0;
                for (int k = -half; k <= half; k++) {
                    int from = kernelSize + mirrored(y + k, height) * stride + i;
                    sum += memory[from] * memory[k + half];
                }
                pixels[y * stride + i] = (byte) Math.max(0, Math.min(255, Math.rint(sum)));
            }
        }
    }

    private void kernel(float[] weights, int half, double sigma) {
        double sum = 0;
        for (int k = -half; k <= half; k++) {
            sum += StrictMath.exp(-0.5 * (k / sigma) * (k / sigma));
        }
        for (int k = -half; k <= half; k++) {
            weights[k + half] = (float) (StrictMath.exp(-0.5 * (k / sigma) * (k / sigma)) / sum);
        }
    }

    private static int mirrored(int position, int size) {
        int folded = Math.abs(position);
        return folded < size ? folded : 2 * (size - 1) - folded;
    }
}
