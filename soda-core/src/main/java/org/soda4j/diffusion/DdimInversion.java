package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Runs DDIM backwards: from an image to the noise that {@link DdimSampler} (eta 0, no clipping, the
 * same steps and guidance) turns into it again (Song et al. 2021, section 4.3).
 *
 * <p>A sampling step from time t to t' reads the denoiser at (x_t, t), which an inversion does not
 * know yet. The first guess evaluates it at x_t' instead, which is the usual, approximate
 * inversion; each further evaluation puts the current guess of x_t in (a fixed-point iteration, Pan
 * et al. 2023, "Effective real image editing with accelerated iterative diffusion inversion").
 * Where the iteration contracts, its limit is the exact inverse of the sampler at any number of
 * steps; where the denoiser hardly depends on x_t it need not contract, so measure the round trip.
 *
 * <p>The cost is {@code steps x evaluations} evaluations of the guidance.
 *
 * @param steps the wanted number of steps, 1 .. T, as in {@link DdimSampler}; default 100
 * @param evaluations of the denoiser a step, at least 1: one is the usual inversion; default 4
 */
public record DdimInversion(int steps, int evaluations) {

    /** Checks the ranges. */
    public DdimInversion {
        if (steps < 1 || evaluations < 1) {
            throw new IllegalArgumentException(
                    "expected at least 1 step and 1 evaluation a step, found %d and %d"
                            .formatted(steps, evaluations));
        }
    }

    /**
     * The default: 100 steps of 4 evaluations.
     *
     * @return the inversion
     */
    public static DdimInversion defaults() {
        return new DdimInversion(100, 4);
    }

    /**
     * The sampler that undoes this inversion.
     *
     * @return DDIM with the same steps, eta 0, no clipping
     */
    public DdimSampler sampler() {
        return DdimSampler.builder().steps(steps).clip(false).build();
    }

    /**
     * Finds the noise.
     *
     * @param process the process the denoiser was trained on
     * @param predictor the denoiser
     * @param images {@code [N, C, H, W] in [-1, 1]}, float32 or float64; not changed, not closed
     * @param guidance what the noise is to be sampled with again; far from {@link Guidance#none()}
     *     the iteration may diverge
     * @param listener called after each step, with times that ascend; its x0 is the estimate that
     *     the step used
     * @return the noise, like {@code images}; belongs to their manager, the caller or that manager
     *     closes it
     * @throws IllegalArgumentException if images is no batch of images or there are more steps than
     *     the schedule has
     */
    public NDArray invert(
            DiffusionProcess process,
            NoisePredictor predictor,
            NDArray images,
            Guidance guidance,
            Consumer<? super SamplingStep> listener) {
        Objects.requireNonNull(process, "process");
        Objects.requireNonNull(predictor, "predictor");
        Objects.requireNonNull(guidance, "guidance");
        Objects.requireNonNull(listener, "listener");
        TrajectoryLoop.requireImages(images);
        long[] times = sampler().times(process.schedule());
        long[] ascending = LongStream.of(times).sorted().toArray();
        return TrajectoryLoop.run(
                images,
                ascending,
                (x, from, to, denoiser) -> step(process, x, from, to, denoiser),
                (x, t) -> guidance.predict(predictor, x, t),
                listener);
    }

    private Trajectory.Step step(
            DiffusionProcess process,
            NDArray clean,
            long from,
            long to,
            DenoiserFunction denoiser) {
        double a = process.schedule().alphaBar(from);
        double next = process.schedule().alphaBar(to);
        // From x = sqrt(a) x0 + sqrt(1 - a) eps and x' = sqrt(a') x0 + sqrt(1 - a') eps.
        double ofX = Math.sqrt(next / a);
        double ofEpsilon = Math.sqrt(1 - next) - ofX * Math.sqrt(1 - a);
        NDArray guess = clean;
        NDArray x0 = null;
        for (int k = 0; k < evaluations; k++) {
            // The first guess stands at the noise level of the time before; 0 has no denoiser.
            long t = k == 0 ? Math.max(from, 1) : to;
            NDArray output = denoiser.predict(guess, t);
            NDArray epsilon = process.toEpsilon(output, guess, t);
            x0 = process.toX0(output, guess, t);
            guess = clean.mul(ofX).add(epsilon.mul(ofEpsilon));
        }
        return new Trajectory.Step(guess, x0);
    }
}
