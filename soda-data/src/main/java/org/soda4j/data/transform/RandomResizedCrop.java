package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Cuts out a part of random area and proportions and resizes it with antialiased bilinear
 * resampling, as torchvision's {@code RandomResizedCrop}: the area is uniform, the logarithm of the
 * proportions is uniform, and of ten draws the first that fits is taken; if none does, the central
 * part with the nearest allowed proportions.
 *
 * @param height rows of the result, at least 1
 * @param width columns of the result, at least 1
 * @param minScale least area of the part, as a share of the image's area, above 0; 0.08 by default
 * @param maxScale greatest area, at least minScale; 1 by default
 * @param minRatio least width / height of the part, above 0; 3/4 by default
 * @param maxRatio greatest width / height, at least minRatio; 4/3 by default
 */
public record RandomResizedCrop(
        int height, int width, double minScale, double maxScale, double minRatio, double maxRatio)
        implements ImageTransform {

    private static final int DRAWS = 10;

    /** Checks sizes and ranges. */
    public RandomResizedCrop {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "expected sizes of at least 1 pixel, found %d x %d".formatted(height, width));
        }
        if (!(minScale > 0 && maxScale >= minScale && minRatio > 0 && maxRatio >= minRatio)) {
            throw new IllegalArgumentException(
                    "expected ranges above 0 with the lesser end first, found scale %s .. %s, ratio %s .. %s"
                            .formatted(minScale, maxScale, minRatio, maxRatio));
        }
    }

    /**
     * Creates the transform with torchvision's ranges: scale 0.08 .. 1, ratio 3/4 .. 4/3.
     *
     * @param size rows and columns of the result, at least 1
     */
    public RandomResizedCrop(int size) {
        this(size, size, 0.08, 1, 3.0 / 4, 4.0 / 3);
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        draw(image.width(), image.height(), random).apply(image);
    }

    /**
     * Draws the part that is cut out.
     *
     * @param imageWidth columns of the image, at least 1
     * @param imageHeight rows of the image, at least 1
     * @param random where the part is drawn from
     * @return the deterministic transform
     */
    public ResizedCrop draw(int imageWidth, int imageHeight, RandomGenerator random) {
        double area = (double) imageWidth * imageHeight;
        double minLog = StrictMath.log(minRatio);
        double maxLog = StrictMath.log(maxRatio);
        for (int draw = 0; draw < DRAWS; draw++) {
            double target = area * (minScale + (maxScale - minScale) * random.nextDouble());
            double ratio = StrictMath.exp(minLog + (maxLog - minLog) * random.nextDouble());
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            if (w > 0 && w <= imageWidth && h > 0 && h <= imageHeight) {
                int top = random.nextInt(imageHeight - h + 1);
                int left = random.nextInt(imageWidth - w + 1);
                return new ResizedCrop(top, left, h, w, height, width);
            }
        }
        int w = imageWidth;
        int h = imageHeight;
        double ratio = (double) imageWidth / imageHeight;
        if (ratio < minRatio) {
            h = (int) Math.rint(w / minRatio);
        } else if (ratio > maxRatio) {
            w = (int) Math.rint(h * maxRatio);
        }
        return new ResizedCrop((imageHeight - h) / 2, (imageWidth - w) / 2, h, w, height, width);
    }
}
