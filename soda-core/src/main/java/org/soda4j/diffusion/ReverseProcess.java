package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;
import java.util.function.Consumer;

/** The loop that all samplers share: predict, estimate x0, clip, step, tell the listener. */
record ReverseProcess(
        DiffusionProcess process,
        NoisePredictor predictor,
        Guidance guidance,
        NoiseSource noise,
        Consumer<? super SamplingStep> listener,
        boolean clip) {

    ReverseProcess {
        Objects.requireNonNull(process, "process");
        Objects.requireNonNull(predictor, "predictor");
        Objects.requireNonNull(guidance, "guidance");
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(listener, "listener");
    }

    /** How a sampler goes from one time to the next. */
    @FunctionalInterface
    interface Update {
        /** The mean of the image at time {@code to}, and the deviation of the noise to add. */
        Result apply(NDArray x, NDArray x0, NDArray epsilon, long from, long to);
    }

    /** What an update gives; sigma = 0 adds no noise. */
    record Result(NDArray mean, double sigma) {}

    NDArray run(NDArray start, long[] times, Update update) {
        requireImages(start);
        NDManager owner = start.getManager();
        NDArray x = start.duplicate();
        int count = times.length - 1;
        for (int index = 0; index < count; index++) {
            // Moving x into the step's scope makes everything derived from it die with the step.
            try (NDManager scope = owner.newSubManager()) {
                x.attach(scope);
                x = step(x, index, times, update);
                x.attach(owner);
            }
        }
        return x;
    }

    private NDArray step(NDArray x, int index, long[] times, Update update) {
        long from = times[index];
        long to = times[index + 1];
        try (NDArray output = guidance.predict(predictor, x, from)) {
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
            NDArray next = withNoise(result, index, x);
            listener.accept(new SamplingStep(index, times.length - 1, from, to, next, x0));
            return next;
        }
    }

    private NDArray withNoise(Result result, int index, NDArray x) {
        if (result.sigma() == 0) {
            return result.mean();
        }
        try (NDArray drawn = drawn(index, x);
                NDArray scaled = drawn.mul(result.sigma())) {
            return result.mean().add(scaled);
        }
    }

    private NDArray drawn(int index, NDArray x) {
        NDArray drawn = noise.draw(index, x);
        if (!drawn.getShape().equals(x.getShape()) || drawn.getDataType() != x.getDataType()) {
            throw new IllegalStateException(
                    "noise of step %d: expected %s %s, found %s %s"
                            .formatted(
                                    index,
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
