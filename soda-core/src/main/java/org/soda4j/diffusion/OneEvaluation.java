package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;

/** A trajectory of one evaluation a step: predict, estimate x0, clip, update, add noise. */
final class OneEvaluation implements Trajectory {

    private final DiffusionProcess process;
    private final NoiseSource noise;
    private final boolean clip;
    private final Update update;
    private int index;

    /** How a sampler goes from one time to the next. */
    @FunctionalInterface
    interface Update {
        /** The mean of the image at time {@code to}, and the deviation of the noise to add. */
        Result apply(NDArray x, NDArray x0, NDArray epsilon, long from, long to);
    }

    /** What an update gives; sigma = 0 adds no noise. */
    record Result(NDArray mean, double sigma) {}

    OneEvaluation(DiffusionProcess process, NoiseSource noise, boolean clip, Update update) {
        this.process = Objects.requireNonNull(process, "process");
        this.noise = Objects.requireNonNull(noise, "noise");
        this.clip = clip;
        this.update = update;
    }

    @Override
    public Step step(NDArray x, long from, long to, DenoiserFunction denoiser) {
        try (NDArray output = denoiser.predict(x, from)) {
            NDArray x0 = process.toX0(output, x, from);
            NDArray epsilon;
            if (clip) {
                x0 = x0.clip(-1, 1);
                // With x0 clipped, only this eps is consistent with x.
                try (Coefficients at = Coefficients.of(process.schedule(), new long[] {from}, x)) {
                    epsilon = at.solveEpsilon(x, x0);
                }
            } else {
                epsilon = process.toEpsilon(output, x, from);
            }
            Result result = update.apply(x, x0, epsilon, from, to);
            return new Step(withNoise(result, index++, x), x0);
        }
    }

    private NDArray withNoise(Result result, int step, NDArray x) {
        if (result.sigma() == 0) {
            return result.mean();
        }
        try (NDArray drawn = drawn(step, x);
                NDArray scaled = drawn.mul(result.sigma())) {
            return result.mean().add(scaled);
        }
    }

    private NDArray drawn(int step, NDArray x) {
        NDArray drawn = noise.draw(step, x);
        if (!drawn.getShape().equals(x.getShape()) || drawn.getDataType() != x.getDataType()) {
            throw new IllegalStateException(
                    "noise of step %d: expected %s %s, found %s %s"
                            .formatted(
                                    step,
                                    x.getDataType(),
                                    x.getShape(),
                                    drawn.getDataType(),
                                    drawn.getShape()));
        }
        return drawn;
    }

    static void requireImages(NDArray start) {
        Shape shape = start.getShape();
        if (shape.dimension() != 4 || shape.size() == 0 || !start.getDataType().isFloating()) {
            throw new IllegalArgumentException(
                    "start: expected floating [N, C, H, W] with N of at least 1, found %s %s"
                            .formatted(start.getDataType(), shape));
        }
    }
}
