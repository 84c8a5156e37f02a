package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The forward process x_t = sqrt(alphaBar) x0 + sqrt(1 - alphaBar) eps and the loss of undoing it
 * (DDPM, Ho et al. 2020, eq. 4 and 14; SODA, section 3.1).
 *
 * <p>Everywhere x0, noise, x_t and outputs are {@code [N, C, H, W]}, float32 or float64, of one
 * shape, images in [-1, 1]; times are 1..T, one for each image or a single one for all. They come
 * as Java numbers so that checking them never waits for a device. Results belong to the manager of
 * the first argument; the caller or that manager closes them. Gradients flow through every method.
 *
 * @param schedule the noise levels
 * @param prediction what the denoiser's output stands for
 */
public record DiffusionProcess(
        @JsonProperty(required = true) NoiseSchedule schedule,
        @JsonProperty(required = true) Prediction prediction) {

    /** Checks that nothing is missing. */
    public DiffusionProcess {
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(prediction, "prediction");
    }

    /**
     * Creates a process whose denoiser predicts the noise.
     *
     * @param schedule the noise levels
     */
    public DiffusionProcess(NoiseSchedule schedule) {
        this(schedule, Prediction.EPSILON);
    }

    /**
     * Draws training times, each of 1..T equally likely.
     *
     * @param count how many, at least 0
     * @param random where the choice comes from
     * @return the times
     */
    public long[] drawTimes(int count, RandomGenerator random) {
        return random.longs(count, 1, schedule.steps() + 1L).toArray();
    }

    /**
     * Adds noise: x_t = sqrt(alphaBar) x0 + sqrt(1 - alphaBar) noise.
     *
     * @param x0 clean images
     * @param noise standard normal
     * @param t times
     * @return x_t
     * @throws IllegalArgumentException if shapes differ or a time is out of range
     */
    public NDArray perturb(NDArray x0, NDArray noise, long... t) {
        requireSame("noise", noise, x0);
        try (Coefficients at = Coefficients.of(schedule, t, x0)) {
            return at.mix(x0, noise);
        }
    }

    /**
     * What the denoiser should answer.
     *
     * @param x0 clean images
     * @param noise the noise they were perturbed with
     * @param t the times they were perturbed at
     * @return noise, x0 or v, as {@link #prediction()} says; always an array of its own
     * @throws IllegalArgumentException if shapes differ or a time is out of range
     */
    public NDArray target(NDArray x0, NDArray noise, long... t) {
        requireSame("noise", noise, x0);
        try (Coefficients at = Coefficients.of(schedule, t, x0)) {
            return switch (prediction) {
                case EPSILON -> noise.duplicate();
                case X0 -> x0.duplicate();
                case V -> at.rotate(noise, x0);
            };
        }
    }

    /**
     * The training loss, mean((target - output)^2) over all elements.
     *
     * @param output what the denoiser answered for x_t
     * @param x0 clean images
     * @param noise the noise they were perturbed with
     * @param t the times they were perturbed at
     * @return a scalar; gradients flow to the output
     * @throws IllegalArgumentException if shapes differ or a time is out of range
     */
    public NDArray loss(NDArray output, NDArray x0, NDArray noise, long... t) {
        requireSame("output", output, x0);
        try (NDArray target = target(x0, noise, t);
                NDArray error = output.sub(target);
                NDArray squared = error.square()) {
            return squared.mean();
        }
    }

    /**
     * The clean image that an output implies, not clipped.
     *
     * @param output what the denoiser answered for x_t
     * @param xt the noisy images
     * @param t their times
     * @return the estimate of x0
     * @throws IllegalArgumentException if shapes differ or a time is out of range
     */
    public NDArray toX0(NDArray output, NDArray xt, long... t) {
        requireSame("x_t", xt, output);
        try (Coefficients at = Coefficients.of(schedule, t, output)) {
            return switch (prediction) {
                case EPSILON -> at.solveX0(xt, output);
                case X0 -> output.duplicate();
                case V -> at.rotate(xt, output);
            };
        }
    }

    /**
     * The noise that an output implies.
     *
     * @param output what the denoiser answered for x_t
     * @param xt the noisy images
     * @param t their times
     * @return the estimate of eps
     * @throws IllegalArgumentException if shapes differ or a time is out of range
     */
    public NDArray toEpsilon(NDArray output, NDArray xt, long... t) {
        requireSame("x_t", xt, output);
        try (Coefficients at = Coefficients.of(schedule, t, output)) {
            return switch (prediction) {
                case EPSILON -> output.duplicate();
                case X0 -> at.solveEpsilon(xt, output);
                case V -> at.mix(output, xt);
            };
        }
    }

    private static void requireSame(String name, NDArray array, NDArray like) {
        Shape expected = like.getShape();
        if (!array.getShape().equals(expected)) {
            throw new IllegalArgumentException(
                    "%s: expected shape %s, found %s".formatted(name, expected, array.getShape()));
        }
    }
}
