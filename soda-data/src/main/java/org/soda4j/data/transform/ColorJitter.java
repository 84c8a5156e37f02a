package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Changes brightness, contrast, saturation and hue by random factors in random order, as
 * torchvision's {@code ColorJitter}: the first three factors are uniform in [max(0, 1 - x), 1 + x],
 * the hue's shift is uniform in [-x, x]. What is 0 is left out.
 *
 * @param brightness x of the brightness, at least 0
 * @param contrast x of the contrast, at least 0
 * @param saturation x of the saturation, at least 0
 * @param hue x of the hue in turns, 0 .. 0.5
 */
public record ColorJitter(double brightness, double contrast, double saturation, double hue)
        implements ImageTransform {

    private static final ColorAdjustment[] ALL = ColorAdjustment.values();

    /** Checks the numbers. */
    public ColorJitter {
        if (!(brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5)) {
            throw new IllegalArgumentException(
                    "expected numbers of at least 0 and a hue of at most 0.5, found brightness %s, contrast %s, saturation %s, hue %s"
                            .formatted(brightness, contrast, saturation, hue));
        }
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        // A random order without an array: bits of `left` are the adjustments still to come.
        int left = 0b1111;
        for (int remaining = ALL.length; remaining > 0; remaining--) {
            int skip = random.nextInt(remaining);
            int chosen = 0;
            while ((left >> chosen & 1) == 0 || skip-- > 0) {
                chosen++;
            }
            left &= ~(1 << chosen);
            double uniform = random.nextDouble();
            double range = range(ALL[chosen]);
            if (range > 0) {
                double low = ALL[chosen] == ColorAdjustment.HUE ? -range : Math.max(0, 1 - range);
                double high = ALL[chosen] == ColorAdjustment.HUE ? range : 1 + range;
                ALL[chosen].apply(image, low + (high - low) * uniform);
            }
        }
    }

    private double range(ColorAdjustment adjustment) {
        return switch (adjustment) {
            case BRIGHTNESS -> brightness;
            case CONTRAST -> contrast;
            case SATURATION -> saturation;
            case HUE -> hue;
        };
    }
}
