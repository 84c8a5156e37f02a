package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.image.PixelBuffer;

/**
 * A transform of an 8-bit image, possibly with random parameters.
 *
 * <p>Implementations are immutable and thread-safe; all that changes is the buffer and the
 * generator. Given the numbers that it draws, a transform is deterministic.
 */
@FunctionalInterface
public interface ImageTransform {

    /**
     * Changes the image in place.
     *
     * @param image the image
     * @param random where random parameters are drawn from; deterministic transforms draw nothing
     */
    void apply(PixelBuffer image, RandomGenerator random);
}
