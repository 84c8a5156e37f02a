package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Applies operations drawn from all fourteen of {@link ImageOperation}, with replacement, at one
 * magnitude, as torchvision's {@code RandAugment}; operations with a sign get a random one.
 *
 * @param operations how many a time, at least 0; 2 by default
 * @param magnitude the step of the magnitude, 0 .. bins - 1; 9 by default
 * @param bins the number of steps, at least 2; 31 by default
 */
public record RandAugment(int operations, int magnitude, int bins) implements ImageTransform {

    /** Checks the numbers. */
    public RandAugment {
        if (operations < 0 || bins < 2 || magnitude < 0 || magnitude >= bins) {
            throw new IllegalArgumentException(
                    "expected 0 or more operations, 2 or more bins and a magnitude below their number, found %d operations at %d of %d"
                            .formatted(operations, magnitude, bins));
        }
    }

    /** Creates the transform with torchvision's numbers: 2 operations at magnitude 9 of 31. */
    public RandAugment() {
        this(2, 9, 31);
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        for (int i = 0; i < operations; i++) {
            ImageOperation operation =
                    ImageOperation.all().get(random.nextInt(ImageOperation.all().size()));
            double strength = operation.magnitude(magnitude, bins, image.width(), image.height());
            boolean negative = operation.signed() && random.nextBoolean();
            operation.apply(image, negative ? -strength : strength);
        }
    }
}
