package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.SplittableRandom;

/** Where the noise of a stochastic sampler comes from. */
@FunctionalInterface
public interface NoiseSource {

    /**
     * Draws standard normal noise.
     *
     * @param step the sampling step, 0 for the first (the noisiest); a step draws at most once, the
     *     last step never
     * @param like images; gives the shape, dtype, device and manager of the result
     * @return noise, {@code [N, C, H, W]}; the sampler closes it
     */
    NDArray draw(int step, NDArray like);

    /**
     * The engine's own generator, on the device of the images, as seeded by {@code
     * Engine.setRandomSeed}.
     *
     * @return the default source of the samplers
     */
    static NoiseSource engine() {
        return (step, like) ->
                like.getManager().randomNormal(0, 1, like.getShape(), like.getDataType());
    }

    /**
     * Noise that depends on the seed and the step alone: the same on every device and whatever else
     * draws random numbers.
     *
     * @param seed any number
     * @return the source
     */
    static NoiseSource seeded(long seed) {
        return (step, like) -> {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < step; i++) {
                random.split();
            }
            SplittableRandom own = random.split();
            float[] values = new float[Math.toIntExact(like.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) own.nextGaussian();
            }
            NDArray noise = like.getManager().create(values, like.getShape());
            if (like.getDataType() == DataType.FLOAT32) {
                return noise;
            }
            try (noise) {
                return noise.toType(like.getDataType(), true);
            }
        };
    }
}
