package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.Guidance;
import org.soda4j.eval.quality.Psnr;

/**
 * The noise that reproduces images under their latents, and how well it does. Edits that start from
 * this noise keep the details that z does not hold.
 *
 * @param latents float32 {@code [N, d]}
 * @param noise float32 {@code [N, C, H, W]}
 * @param reproduced float32 {@code [N, C, H, W] in [0, 1]}, drawn from both
 * @param psnr of each reproduction against its image, in decibel
 * @param options with which {@code Soda.sample(latents, noise, options)} reproduces them
 */
public record ImageInversion(
        NDArray latents,
        NDArray noise,
        NDArray reproduced,
        List<Double> psnr,
        SamplingOptions options)
        implements AutoCloseable {

    /**
     * Inverts images and draws them again.
     *
     * @param soda the model; stays open
     * @param images float32 {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution
     * @param inversion steps and evaluations
     * @return the inversion; its arrays belong to the manager of the images, the caller or that
     *     manager closes them
     */
    public static ImageInversion of(Soda soda, NDArray images, DdimInversion inversion) {
        NDArray latents = soda.encode(images);
        NDArray noise = soda.invert(images, latents, inversion, Guidance.none());
        SamplingOptions options =
                SamplingOptions.defaults()
                        .withSampler(inversion.sampler())
                        .withGuidance(Guidance.none());
        NDArray again = soda.sample(latents, noise, options);
        List<Double> psnr = Arrays.stream(Psnr.of(images, again)).boxed().toList();
        return new ImageInversion(latents, noise, again, psnr, options);
    }

    @Override
    public void close() {
        latents.close();
        noise.close();
        reproduced.close();
    }
}
