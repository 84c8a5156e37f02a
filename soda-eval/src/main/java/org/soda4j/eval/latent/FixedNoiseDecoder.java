package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Objects;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.diffusion.NoiseSource;

/**
 * Draws every latent from one and the same starting noise. Immutable; holds the noise on the heap,
 * so there is nothing to close. With a stochastic sampler the noise of the steps differs from row
 * to row, so use a deterministic one, as the default is.
 *
 * <pre>{@code
 * LatentDecoder decoder = FixedNoiseDecoder.of(soda, SamplingOptions.defaults().withSteps(10));
 * }</pre>
 */
public final class FixedNoiseDecoder implements LatentDecoder {

    private static final int BATCH = 64;

    private final Soda soda;
    private final SamplingOptions options;
    private final float[] noise;

    private FixedNoiseDecoder(Soda soda, SamplingOptions options, float[] noise) {
        this.soda = Objects.requireNonNull(soda, "soda");
        this.options = Objects.requireNonNull(options, "options");
        this.noise = noise;
    }

    /**
     * Starts from noise that the options' seed decides.
     *
     * @param soda the model; stays open
     * @param options sampler, guidance, seed, listener (called for every batch of 64)
     * @return the decoder
     */
    public static FixedNoiseDecoder of(Soda soda, SamplingOptions options) {
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDArray like = manager.zeros(shape(soda, 1));
            // Soda.sample's own: a single image of this seed starts the same.
            NDArray noise = NoiseSource.seeded(~options.seed()).draw(0, like);
            return new FixedNoiseDecoder(soda, options, noise.toFloatArray());
        }
    }

    /**
     * Starts from given noise, such as that of an inversion.
     *
     * @param soda the model; stays open
     * @param options sampler, guidance, listener
     * @param noise float32 {@code [1, C, H, W]} at the denoiser's resolution; copied
     * @return the decoder
     * @throws IllegalArgumentException if the shape is another one
     */
    public static FixedNoiseDecoder of(Soda soda, SamplingOptions options, NDArray noise) {
        if (!noise.getShape().equals(shape(soda, 1))) {
            throw new IllegalArgumentException(
                    "noise: expected shape %s, found %s"
                            .formatted(shape(soda, 1), noise.getShape()));
        }
        return new FixedNoiseDecoder(soda, options, noise.toFloatArray());
    }

    /**
     * The same noise with other options.
     *
     * @param other sampler, guidance, listener; its seed does not change the starting noise
     * @return the changed decoder
     */
    public FixedNoiseDecoder withOptions(SamplingOptions other) {
        return new FixedNoiseDecoder(soda, other, noise);
    }

    @Override
    public NDArray decode(NDArray latents) {
        NDManager caller = latents.getManager();
        long count = latents.getShape().get(0);
        try (NDManager scope = caller.newSubManager()) {
            NDArray start = scope.create(noise, shape(soda, 1));
            NDList parts = new NDList();
            for (long from = 0; from < count; from += BATCH) {
                long rows = Math.min(BATCH, count - from);
                NDArray z = latents.get(from + ":" + (from + rows));
                z.attach(scope);
                parts.add(soda.sample(z, start.repeat(0, rows), options));
            }
            NDArray images = parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts);
            images.attach(caller);
            return images;
        }
    }

    private static Shape shape(Soda soda, long count) {
        List<Integer> image = soda.config().denoiser().imageShape();
        return new Shape(count, image.get(0), image.get(1), image.get(2));
    }
}
