package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.encoder.EffectiveRank;

/**
 * The latents of one step, of all its micro-batches, before masking. Of one step only, so that a
 * resumed training measures what an uninterrupted one does.
 */
final class StepLatents {

    private final List<float[]> parts = new ArrayList<>();
    private int width;
    private int rows;

    void clear() {
        parts.clear();
        rows = 0;
    }

    void add(NDArray latents) {
        parts.add(latents.toFloatArray());
        width = Math.toIntExact(latents.getShape().get(1));
        rows += Math.toIntExact(latents.getShape().get(0));
    }

    int rows() {
        return rows;
    }

    double effectiveRank(NDManager manager) {
        float[] all = new float[rows * width];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        try (NDArray latents = manager.create(all, new Shape(rows, width))) {
            return EffectiveRank.of(latents);
        }
    }
}
