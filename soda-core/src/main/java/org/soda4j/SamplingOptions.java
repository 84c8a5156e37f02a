package org.soda4j;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import java.util.function.Consumer;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.DpmSolver;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoisePredictor;
import org.soda4j.diffusion.NoiseSource;
import org.soda4j.diffusion.Sampler;
import org.soda4j.diffusion.SamplingStep;

/**
 * How images are drawn. Immutable; start from {@link #defaults()} and change what is to change.
 *
 * @param sampler turns noise into an image; default: DPM-Solver++ 2M, 10 steps, which come as close
 *     as 50 of DDIM; published: {@code DdimSampler.builder().build()}, 100 steps
 * @param guidance how the latent steers; default: whole latent with weight 0.3 (published)
 * @param seed of the starting noise and of stochastic samplers; default 0. The same seed gives the
 *     same noise on every device
 * @param listener sees every step, such as to show the estimate so far; what it throws ends the
 *     drawing; default: none
 */
public record SamplingOptions(
        Sampler sampler, Guidance guidance, long seed, Consumer<? super SamplingStep> listener) {

    /** Checks that nothing is missing. */
    public SamplingOptions {
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(guidance, "guidance");
        Objects.requireNonNull(listener, "listener");
    }

    /**
     * Returns the options to begin with.
     *
     * @return the defaults
     */
    public static SamplingOptions defaults() {
        return new SamplingOptions(DpmSolver.builder().build(), Guidance.whole(0.3), 0, step -> {});
    }

    /** Draws from the noise to begin with. */
    NDArray draw(DiffusionProcess process, NoisePredictor predictor, NDArray start) {
        return sampler.sample(
                process, predictor, start, guidance, NoiseSource.seeded(seed), listener);
    }

    /**
     * Returns these options with the default sampler at another number of steps.
     *
     * @param steps 1 .. T
     * @return the changed options
     */
    public SamplingOptions withSteps(int steps) {
        return withSampler(DpmSolver.builder().steps(steps).build());
    }

    /**
     * Returns these options with another sampler.
     *
     * @param other the sampler
     * @return the changed options
     */
    public SamplingOptions withSampler(Sampler other) {
        return new SamplingOptions(other, guidance, seed, listener);
    }

    /**
     * Returns these options with another guidance.
     *
     * @param other the guidance
     * @return the changed options
     */
    public SamplingOptions withGuidance(Guidance other) {
        return new SamplingOptions(sampler, other, seed, listener);
    }

    /**
     * Returns these options with another seed.
     *
     * @param other the seed
     * @return the changed options
     */
    public SamplingOptions withSeed(long other) {
        return new SamplingOptions(sampler, guidance, other, listener);
    }

    /**
     * Returns these options with a listener.
     *
     * @param other called after every step
     * @return the changed options
     */
    public SamplingOptions withListener(Consumer<? super SamplingStep> other) {
        return new SamplingOptions(sampler, guidance, seed, other);
    }
}
