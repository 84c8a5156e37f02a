package org.soda4j.data.transform;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Cuts out the centre, as torchvision's {@code CenterCrop}: where the image is smaller it is
 * surrounded by black (0) first.
 *
 * @param height rows of the result, at least 1
 * @param width columns of the result, at least 1
 */
public record CenterCrop(int height, int width) implements ImageTransform {

    /** Checks the sizes. */
    public CenterCrop {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "expected sizes of at least 1 pixel, found %d x %d".formatted(height, width));
        }
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        int channels = image.channels();
        int fromTop = start(image.height(), height);
        int fromLeft = start(image.width(), width);
        int rows = Math.min(height, image.height());
        int columns = Math.min(width, image.width());
        byte[] in = image.pixels();
        byte[] out = image.spare(height * width * channels);
        Arrays.fill(out, 0, height * width * channels, (byte) 0);
        for (int y = 0; y < rows; y++) {
            System.arraycopy(
                    in,
                    ((y + Math.max(fromTop, 0)) * image.width() + Math.max(fromLeft, 0)) * channels,
                    out,
                    ((y + Math.max(-fromTop, 0)) * width + Math.max(-fromLeft, 0)) * channels,
                    columns * channels);
        }
        image.swap(width, height, channels);
    }

    /** Where the part begins in the image; negative: pixels of black before the image. */
    private static int start(int size, int wanted) {
        return wanted > size ? -((wanted - size) / 2) : (int) Math.rint((size - wanted) / 2.0);
    }
}
