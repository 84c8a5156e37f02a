package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/** The noise of a trajectory's steps, drawn where a step asks for some and checked. */
final class StepNoise {

    private final NoiseSource source;
    private int index;

    StepNoise(NoiseSource source) {
        this.source = Objects.requireNonNull(source, "noise");
    }

    /** Ends a step: mean + sigma noise; sigma = 0 draws none. */
    NDArray add(NDArray mean, double sigma) {
        int step = index++;
        if (sigma == 0) {
            return mean;
        }
        try (NDArray drawn = drawn(step, mean);
                NDArray scaled = drawn.mul(sigma)) {
            return mean.add(scaled);
        }
    }

    private NDArray drawn(int step, NDArray like) {
        NDArray drawn = source.draw(step, like);
        if (!drawn.getShape().equals(like.getShape())
                || drawn.getDataType() != like.getDataType()) {
            throw new IllegalStateException(
                    "noise of step %d: expected %s %s, found %s %s"
                            .formatted(
                                    step,
                                    like.getDataType(),
                                    like.getShape(),
                                    drawn.getDataType(),
                                    drawn.getShape()));
        }
        return drawn;
    }
}
