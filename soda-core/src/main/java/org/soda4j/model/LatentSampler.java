package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoisePredictor;
import org.soda4j.diffusion.NoiseSource;
import org.soda4j.engine.Internal;

/** Draws images under given conditions: from noise, by a sampler, to pixels. */
@Internal
public final class LatentSampler {

    /** A sampler with its options: from noise to an image in [-1, 1]. */
    @FunctionalInterface
    public interface Draw {
        /**
         * @param start x_T, stays open
         * @return x_0, like {@code start}
         */
        NDArray from(DiffusionProcess process, NoisePredictor predictor, NDArray start);
    }

    private final SodaModel model;
    private final ModelSettings settings;
    private final ResultCheck results;

    /**
     * @param model encoder and denoiser
     * @param settings that go with them
     */
    public LatentSampler(SodaModel model, ModelSettings settings) {
        this.model = model;
        this.settings = settings;
        results = new ResultCheck(model, settings.precision());
    }

    /**
     * @param caller takes the result, {@code [N, C, H, W] in [0, 1]}
     * @param conditions on the model's device, in a manager that the caller closes afterwards
     * @param seed of the noise to begin with
     * @param draw the sampler
     */
    public NDArray sample(NDManager caller, Conditions conditions, long seed, Draw draw) {
        NDArray z = conditions.latent();
        List<Integer> image = settings.imageShape();
        Shape shape = new Shape(z.getShape().get(0), image.get(0), image.get(1), image.get(2));
        NDArray like = z.getManager().zeros(shape);
        NDArray start = NoiseSource.seeded(~seed).draw(0, like);
        return sample(caller, conditions, start, draw);
    }

    /**
     * @param start the noise to begin with, like the result, on the model's device
     */
    public NDArray sample(NDManager caller, Conditions conditions, NDArray start, Draw draw) {
        try (LatentPredictor predictor = new LatentPredictor(model, settings, conditions)) {
            NDArray x = draw.from(settings.process(), predictor, start);
            // Before the clipping, which would make infinite numbers finite.
            results.finite("drawn images", x, x.getShape().get(0));
            NDArray pixels = x.add(1).mul(0.5).clip(0, 1);
            pixels.attach(caller);
            return pixels;
        }
    }

    /**
     * @param caller takes the result, like {@code x}
     * @param x images in [-1, 1] on the model's device
     */
    public NDArray invert(
            NDManager caller,
            Conditions conditions,
            NDArray x,
            DdimInversion inversion,
            Guidance guidance) {
        try (LatentPredictor predictor = new LatentPredictor(model, settings, conditions)) {
            NDArray noise =
                    inversion.invert(settings.process(), predictor, x, guidance, step -> {});
            results.finite("noise of the inversion", noise, noise.getShape().get(0));
            noise.attach(caller);
            return noise;
        }
    }
}
