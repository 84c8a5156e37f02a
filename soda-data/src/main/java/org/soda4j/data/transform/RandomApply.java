package org.soda4j.data.transform;

import java.util.List;
import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * Applies all of a list of transforms with a probability, or none of them, as torchvision's {@code
 * RandomApply}.
 *
 * @param probability 0 .. 1
 * @param transforms in order
 */
public record RandomApply(double probability, List<ImageTransform> transforms)
        implements ImageTransform {

    /** Checks the probability. */
    public RandomApply {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "expected a probability in 0 .. 1, found " + probability);
        }
        transforms = List.copyOf(transforms);
    }

    /**
     * Creates the transform.
     *
     * @param probability 0 .. 1
     * @param transforms in order
     * @return the transform
     */
    public static RandomApply of(double probability, ImageTransform... transforms) {
        return new RandomApply(probability, List.of(transforms));
    }

    @Override
    public void apply(PixelBuffer image, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return;
        }
        for (int i = 0; i < transforms.size(); i++) {
            transforms.get(i).apply(image, random);
        }
    }
}
