package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoiseSource;

/** Draws images under given conditions: from noise, by a sampler, to pixels. */
final class LatentSampler {

    private final SodaConfig config;
    private final SodaModel model;
    private final DiffusionProcess process;
    private final Precision precision;
    private final ResultCheck results;

    LatentSampler(
            SodaConfig config, SodaModel model, DiffusionProcess process, Precision precision) {
        this.config = config;
        this.model = model;
        this.process = process;
        this.precision = precision;
        results = new ResultCheck(model, precision);
    }

    /**
     * @param caller takes the result, {@code [N, C, H, W] in [0, 1]}
     * @param conditions on the model's device, in a manager that the caller closes afterwards
     */
    NDArray sample(NDManager caller, Conditions conditions, SamplingOptions options) {
        List<Integer> image = config.denoiser().imageShape();
        NDArray z = conditions.latent();
        Shape shape = new Shape(z.getShape().get(0), image.get(0), image.get(1), image.get(2));
        NDArray like = z.getManager().zeros(shape);
        NDArray start = NoiseSource.seeded(~options.seed()).draw(0, like);
        return sample(caller, conditions, start, options);
    }

    /**
     * @param start the noise to begin with, like the result, on the model's device
     */
    NDArray sample(
            NDManager caller, Conditions conditions, NDArray start, SamplingOptions options) {
        try (LatentPredictor predictor =
                new LatentPredictor(model, config.latent(), precision, conditions)) {
            NDArray x =
                    options.sampler()
                            .sample(
                                    process,
                                    predictor,
                                    start,
                                    options.guidance(),
                                    NoiseSource.seeded(options.seed()),
                                    options.listener());
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
    NDArray invert(
            NDManager caller,
            Conditions conditions,
            NDArray x,
            DdimInversion inversion,
            Guidance guidance) {
        try (LatentPredictor predictor =
                new LatentPredictor(model, config.latent(), precision, conditions)) {
            NDArray noise = inversion.invert(process, predictor, x, guidance, step -> {});
            results.finite("noise of the inversion", noise, noise.getShape().get(0));
            noise.attach(caller);
            return noise;
        }
    }
}
