package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.latent.LatentLayout;

/** Latents on the heap: {@code n} rows of {@code width} values. */
record LatentRows(float[] values, int size, int width) {

    static LatentRows of(String name, NDArray latents, int width) {
        Shape shape = latents.getShape();
        boolean single = shape.dimension() == 1;
        if ((!single && shape.dimension() != 2)
                || latents.getDataType() != DataType.FLOAT32
                || shape.size() == 0
                || shape.get(shape.dimension() - 1) != width) {
            throw new IllegalArgumentException(
                    "%s: expected float32 latents of shape [N, %d], found %s %s"
                            .formatted(name, width, latents.getDataType(), shape));
        }
        return new LatentRows(
                latents.toFloatArray(), single ? 1 : Math.toIntExact(shape.get(0)), width);
    }

    static LatentRows zeros(int size, int width) {
        return new LatentRows(new float[Math.multiplyExact(size, width)], size, width);
    }

    float get(int row, int column) {
        return values[row * width + column];
    }

    void set(int row, int column, float value) {
        values[row * width + column] = value;
    }

    NDArray toArray(NDManager manager) {
        return manager.create(values, new Shape(size, width));
    }

    /** One flag for each dimension of z: whether its section is chosen. */
    static boolean[] chosen(LatentLayout layout, SectionKeep sections) {
        boolean[] flags = sections.flags(layout.sections());
        boolean[] chosen = new boolean[layout.size()];
        for (int s = 0; s < flags.length; s++) {
            for (int j = 0; j < layout.size(s); j++) {
                chosen[layout.offset(s) + j] = flags[s];
            }
        }
        return chosen;
    }
}
