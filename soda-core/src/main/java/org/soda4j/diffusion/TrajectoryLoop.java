package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.Consumer;

/** All steps of a trajectory one after another, from noise to images or from images to noise. */
final class TrajectoryLoop {

    private TrajectoryLoop() {}

    static void requireImages(NDArray start) {
        Shape shape = start.getShape();
        if (shape.dimension() != 4 || shape.size() == 0 || !start.getDataType().isFloating()) {
            throw new IllegalArgumentException(
                    "start: expected floating [N, C, H, W] with N of at least 1, found %s %s"
                            .formatted(start.getDataType(), shape));
        }
    }

    /**
     * @param start not changed, not closed
     * @param times that the trajectory visits, in order
     * @param listener called after each step
     * @return like {@code start}, in its manager; everything else is closed step by step
     */
    static NDArray run(
            NDArray start,
            long[] times,
            Trajectory trajectory,
            DenoiserFunction denoiser,
            Consumer<? super SamplingStep> listener) {
        int count = times.length - 1;
        NDManager owner = start.getManager();
        NDArray x = start.duplicate();
        for (int index = 0; index < count; index++) {
            long from = times[index];
            long to = times[index + 1];
            // Moving x into the step's scope makes everything derived from it die with the step.
            try (NDManager scope = owner.newSubManager()) {
                x.attach(scope);
                Trajectory.Step step = trajectory.step(x, from, to, denoiser);
                x = step.image();
                listener.accept(new SamplingStep(index, count, from, to, x, step.x0()));
                x.attach(owner);
            }
        }
        return x;
    }
}
