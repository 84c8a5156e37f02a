package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Turns noise into images by undoing a {@link DiffusionProcess} step by step. Immutable; what
 * changes from step to step is in its {@link Trajectory}. A sampler of your own needs {@link
 * #times} and {@link #trajectory}; a loop of your own takes the steps itself:
 *
 * <pre>{@code
 * long[] times = sampler.times(process.schedule());
 * Trajectory trajectory = sampler.trajectory(process, NoiseSource.seeded(0), manager);
 * for (int i = 0; i + 1 < times.length; i++) {
 *     x = trajectory.step(x, times[i], times[i + 1], denoiser).image();
 * }
 * }</pre>
 *
 * <p>In JSON {@code kind} is {@code ddpm}, {@code ddim}, {@code dpm-solver}, {@code heun} or {@code
 * unipc}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DdpmSampler.class, name = "ddpm"),
    @JsonSubTypes.Type(value = DdimSampler.class, name = "ddim"),
    @JsonSubTypes.Type(value = DpmSolver.class, name = "dpm-solver"),
    @JsonSubTypes.Type(value = HeunSampler.class, name = "heun"),
    @JsonSubTypes.Type(value = UniPc.class, name = "unipc")
})
public interface Sampler {

    /**
     * The times that the sampler visits.
     *
     * @param schedule the schedule of training
     * @return descending, the noisiest first, 0 last; at least two entries
     * @throws IllegalArgumentException if the sampler wants more steps than the schedule has
     */
    long[] times(NoiseSchedule schedule);

    /**
     * Begins a trajectory.
     *
     * @param process the process the denoiser was trained on
     * @param noise where the noise of stochastic steps comes from, by the step's index from 0
     * @param memory owns what is kept from step to step, and is closed after the last
     * @return the trajectory, before its first step
     * @throws IllegalArgumentException if the sampler wants more steps than the schedule has
     */
    Trajectory trajectory(DiffusionProcess process, NoiseSource noise, NDManager memory);

    /**
     * Samples: the loop that all samplers share.
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
    default NDArray sample(
            DiffusionProcess process,
            NoisePredictor predictor,
            NDArray start,
            Guidance guidance,
            NoiseSource noise,
            Consumer<? super SamplingStep> listener) {
        Objects.requireNonNull(predictor, "predictor");
        Objects.requireNonNull(guidance, "guidance");
        Objects.requireNonNull(listener, "listener");
        TrajectoryLoop.requireImages(start);
        long[] times = times(process.schedule());
        try (NDManager memory = start.getManager().newSubManager()) {
            Trajectory trajectory = trajectory(process, noise, memory);
            return TrajectoryLoop.run(
                    start,
                    times,
                    trajectory,
                    (x, t) -> guidance.predict(predictor, x, t),
                    listener);
        }
    }

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
