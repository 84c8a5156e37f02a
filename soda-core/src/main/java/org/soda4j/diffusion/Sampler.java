package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.function.Consumer;

/**
 * Turns noise into images by undoing a {@link DiffusionProcess} step by step. Immutable; in JSON
 * {@code kind} is {@code ddpm} or {@code ddim}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DdpmSampler.class, name = "ddpm"),
    @JsonSubTypes.Type(value = DdimSampler.class, name = "ddim")
})
public sealed interface Sampler permits DdpmSampler, DdimSampler {

    /**
     * The times that the sampler visits.
     *
     * @param schedule the schedule of training
     * @return descending, the noisiest first, 0 last; at least two entries
     * @throws IllegalArgumentException if the sampler wants more steps than the schedule has
     */
    long[] times(NoiseSchedule schedule);

    /**
     * Samples.
     *
     * @param process the process the denoiser was trained on
     * @param predictor the denoiser
     * @param start standard normal noise, {@code [N, C, H, W]} float32 or float64; not changed, not
     *     closed
     * @param guidance how the latent steers
     * @param noise where the noise of stochastic steps comes from
     * @param listener called after each step; what it throws ends the sampling
     * @return images, shape and dtype of start, around [-1, 1], not clipped; belongs to the manager
     *     of start, the caller or that manager closes it. Everything else is closed step by step.
     * @throws IllegalArgumentException if start is no batch of images or the sampler wants more
     *     steps than the schedule has
     * @throws IllegalStateException if predictor or noise source answer with another shape or dtype
     */
    NDArray sample(
            DiffusionProcess process,
            NoisePredictor predictor,
            NDArray start,
            Guidance guidance,
            NoiseSource noise,
            Consumer<? super SamplingStep> listener);

    /**
     * Samples with the engine's noise and no listener.
     *
     * @param process the process the denoiser was trained on
     * @param predictor the denoiser
     * @param start standard normal noise, {@code [N, C, H, W]}; not changed, not closed
     * @param guidance how the latent steers
     * @return images; see {@link #sample(DiffusionProcess, NoisePredictor, NDArray, Guidance,
     *     NoiseSource, Consumer)}
     */
    default NDArray sample(
            DiffusionProcess process, NoisePredictor predictor, NDArray start, Guidance guidance) {
        return sample(process, predictor, start, guidance, NoiseSource.engine(), step -> {});
    }
}
