package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Makes the image grey with a probability and keeps its number of channels, as torchvision's {@code
 * RandomGrayscale}.
 *
 * @param probability 0 .. 1; 0.1 is torchvision's default
 */
public record RandomGrayscale(double probability) implements ImageTransform {

    /** Checks the probability. */
    public RandomGrayscale {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "expected a probability in 0 .. 1, found " + probability);
        }
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        if (random.nextDouble() < probability && image.channels() == 3) {
            Enhancement.color(image, 0);
        }
    }
}
