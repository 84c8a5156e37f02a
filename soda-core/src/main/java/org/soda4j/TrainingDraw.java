package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.soda4j.novelview.ViewDraw;

/**
 * The random draws of one training step, so that a step can be repeated.
 *
 * @param times of each example, 1 .. T, length N
 * @param noise standard normal, float32 {@code [N, C, H, W]}; the caller closes it
 * @param keep for each example and section of the latent, whether the denoiser sees it: {@code
 *     [N][sections]}
 * @param views number of sources and camera masks; null for a model without cameras
 */
public record TrainingDraw(long[] times, NDArray noise, boolean[][] keep, ViewDraw views) {

    /**
     * A draw for a model without cameras.
     *
     * @param times of each example
     * @param noise standard normal
     * @param keep masks
     */
    public TrainingDraw(long[] times, NDArray noise, boolean[][] keep) {
        this(times, noise, keep, null);
    }

    /**
     * Draws as the paper trains: uniform times, Gaussian noise, masks as configured.
     *
     * @param config of the model
     * @param target images {@code [N, C, H, W]}, for shape, device and manager of the noise
     * @param random source of times and masks; noise comes from the engine's generator ({@code
     *     Engine.setRandomSeed})
     * @return the draw
     */
    public static TrainingDraw random(SodaConfig config, NDArray target, RandomGenerator random) {
        int n = Math.toIntExact(target.getShape().get(0));
        long[] times = random.longs(n, 1, config.schedule().steps() + 1L).toArray();
        boolean[][] keep = config.masking().draw(n, config.latent().sections(), random);
        NDArray noise =
                target.getManager()
                        .randomNormal(
                                0, 1, target.getShape(), DataType.FLOAT32, target.getDevice());
        // After everything else, so that a model without cameras draws what it always drew.
        ViewDraw views = config.views() == null ? null : ViewDraw.random(config.views(), n, random);
        return new TrainingDraw(times, noise, keep, views);
    }

    @Override
    public String toString() {
        return "times %s, noise %s, sections kept: %s, views: %s"
                .formatted(
                        Arrays.toString(times),
                        noise == null ? null : noise.getShape(),
                        Arrays.deepToString(keep),
                        views);
    }
}
