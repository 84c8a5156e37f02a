package org.soda4j.novelview;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The random draws of one training step that concern cameras.
 *
 * @param sources how many source views of each example are used, at least 1
 * @param keepCamera for each example, whether the denoiser sees the target camera
 */
public record ViewDraw(int sources, boolean[] keepCamera) {

    /**
     * Draws the number of sources, 1 .. {@link ViewConditioning#sources()} equally likely, and the
     * camera masks.
     *
     * @param views of the model
     * @param examples of the batch
     * @param random the source of randomness
     * @return the draw
     */
    public static ViewDraw random(ViewConditioning views, int examples, RandomGenerator random) {
        int sources = random.nextInt(1, views.sources() + 1);
        boolean[] keep = new boolean[examples];
        for (int i = 0; i < examples; i++) {
            keep[i] = random.nextDouble() >= views.cameraMasking();
        }
        return new ViewDraw(sources, keep);
    }

    /**
     * Returns the draw of a run of examples.
     *
     * @param from the first example
     * @param to the example after the last
     * @return their draw
     */
    public ViewDraw part(int from, int to) {
        return new ViewDraw(sources, Arrays.copyOfRange(keepCamera, from, to));
    }

    @Override
    public String toString() {
        return "%d sources, cameras kept: %s".formatted(sources, Arrays.toString(keepCamera));
    }
}
