package org.soda4j.data.transform;

import java.util.random.RandomGenerator;

/**
 * A transform of the float array made of an image: {@link Normalize}, {@link Denormalize}, {@link
 * GaussianNoise}, or one of your own. Immutable and thread-safe: threads of a loader share it.
 */
public interface ArrayTransform {

    /**
     * Changes an image in place.
     *
     * @param image {@code [channels, height, width]}, the first {@code channels x height x width}
     *     numbers of an array that may be longer; in [0, 1] unless a transform before this one did
     *     otherwise
     * @param channels 1 or 3
     * @param height rows
     * @param width columns
     * @param random the only source of chance, so that a seed decides
     * @throws IllegalArgumentException if it is for another number of channels
     */
    void apply(float[] image, int channels, int height, int width, RandomGenerator random);
}
