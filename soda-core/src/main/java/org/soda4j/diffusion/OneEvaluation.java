package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/** A trajectory of one evaluation a step: predict, estimate x0, clip, update, add noise. */
final class OneEvaluation implements Trajectory {

    private final DiffusionProcess process;
    private final StepNoise noise;
    private final boolean clip;
    private final Update update;

    /** How a sampler goes from one time to the next. */
    @FunctionalInterface
    interface Update {
        /** The mean of the image at time {@code to}, and the deviation of the noise to add. */
        Result apply(
                NoiseSchedule schedule, NDArray x, NDArray x0, NDArray epsilon, long from, long to);
    }

    /** What an update gives; sigma = 0 adds no noise. */
    record Result(NDArray mean, double sigma) {}

    OneEvaluation(DiffusionProcess process, NoiseSource noise, boolean clip, Update update) {
        this.process = Objects.requireNonNull(process, "process");
        this.noise = new StepNoise(noise);
        this.clip = clip;
        this.update = update;
    }

    @Override
    public Step step(NDArray x, long from, long to, DenoiserFunction denoiser) {
        try (NDArray output = denoiser.predict(x, from)) {
            NDArray x0 = process.toX0(output, x, from);
            NDArray epsilon;
            if (clip) {
                x0 = Thresholding.CLIP.apply(x0);
                // With x0 clipped, only this eps is consistent with x.
                try (Coefficients at = Coefficients.of(process.schedule(), new long[] {from}, x)) {
                    epsilon = at.solveEpsilon(x, x0);
                }
            } else {
                epsilon = process.toEpsilon(output, x, from);
            }
            Result result = update.apply(process.schedule(), x, x0, epsilon, from, to);
            return new Step(noise.add(result.mean(), result.sigma()), x0);
        }
    }
}
