package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Mirrors the image left to right with a probability, as torchvision's {@code
 * RandomHorizontalFlip}.
 *
 * @param probability 0 .. 1; 0.5 is torchvision's default
 */
public record RandomHorizontalFlip(double probability) implements ImageTransform {

    private static final HorizontalFlip FLIP = new HorizontalFlip();

    /** Checks the probability. */
    public RandomHorizontalFlip {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "expected a probability in 0 .. 1, found " + probability);
        }
    }

    /** Creates the transform with probability 0.5. */
    public RandomHorizontalFlip() {
        this(0.5);
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        if (random.nextDouble() < probability) {
            FLIP.apply(image);
        }
    }
}
