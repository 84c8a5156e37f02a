package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.engine.FiniteValues;
import org.soda4j.engine.Internal;
import org.soda4j.engine.PyTorchEngine;

/** Refuses images and latents that the model does not take, before any long work. */
@Internal
public final class ImageChecks {

    /** What resizing may add to [0, 1] by round-off. */
    private static final float MARGIN = 1e-3f;

    private ImageChecks() {}

    /** Images for the encoder: any size, pixels in [0, 1]. */
    public static void requireImages(String what, NDArray images, int channels) {
        requireImages(what, images, channels, true);
    }

    /** Images for the encoder: any size; {@code range}: whether pixels must be in [0, 1]. */
    public static void requireImages(String what, NDArray images, int channels, boolean range) {
        requireFloats(what, images, 4);
        Shape shape = images.getShape();
        if (shape.get(0) < 1 || shape.get(1) != channels || shape.get(2) < 1 || shape.get(3) < 1) {
            throw new IllegalArgumentException(
                    "%s: expected shape [N, %d, H, W] with N, H and W of at least 1, found %s"
                            .formatted(what, channels, shape));
        }
        if (range) {
            requireRange(what, images);
        }
    }

    /**
     * Images for the denoiser: its own size; values are not read, which training has no time for.
     */
    public static void requireImages(String what, NDArray images, List<Integer> size) {
        requireFloats(what, images, 4);
        Shape shape = images.getShape();
        Shape expected = new Shape(shape.get(0), size.get(0), size.get(1), size.get(2));
        if (!shape.equals(expected)) {
            throw new IllegalArgumentException(
                    "%s: expected shape %s, the denoiser's imageShape, found %s"
                            .formatted(what, expected, shape));
        }
    }

    /** Latents of this model. */
    public static void requireLatents(NDArray latents, int size) {
        requireFloats("latents", latents, 2);
        Shape shape = latents.getShape();
        if (shape.get(0) < 1 || shape.get(1) != size) {
            throw new IllegalArgumentException(
                    "latents: expected shape [N, %d] with N of at least 1, found %s"
                            .formatted(size, shape));
        }
        requireFinite("latents", latents);
    }

    /** Source views of a model with cameras. */
    public static void requireViews(String what, NDArray images, int channels, boolean range) {
        requireFloats(what, images, 5);
        Shape shape = images.getShape();
        boolean fits = shape.get(2) == channels;
        for (int i = 0; i < 5; i++) {
            fits &= shape.get(i) >= 1;
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: expected shape [N, S, %d, H, W] with all of at least 1, found %s"
                            .formatted(what, channels, shape));
        }
        if (range) {
            requireRange(what, images);
        }
    }

    /** Diffusion times, one for each example; read, because they are few. */
    public static void requireTimes(NDArray times, long examples, int steps) {
        PyTorchEngine.requireArray("times", times);
        if (!times.getShape().equals(new Shape(examples))) {
            throw new IllegalArgumentException(
                    "times: expected shape [%d], one for each example, found %s"
                            .formatted(examples, times.getShape()));
        }
        try (NDArray exact = times.toType(DataType.FLOAT64, true)) {
            for (double t : exact.toDoubleArray()) {
                if (!(t >= 1 && t <= steps)) {
                    throw new IllegalArgumentException(
                            "times: expected 1 .. %d, found %s".formatted(steps, t));
                }
            }
        }
    }

    /** The random draws, for as many examples as there are images. */
    public static void requireDraw(
            long[] times, NDArray noise, boolean[][] keep, Shape target, long examples) {
        if (target.get(0) != examples) {
            throw new IllegalArgumentException(
                    "target: expected %d examples, as many as in the source, found %d"
                            .formatted(examples, target.get(0)));
        }
        if (times.length != examples || keep.length != examples) {
            throw new IllegalArgumentException(
                    "draw: expected times and keep for %d examples, found %d and %d"
                            .formatted(examples, times.length, keep.length));
        }
        requireFloats("noise", noise, 4);
        if (!noise.getShape().equals(target)) {
            throw new IllegalArgumentException(
                    "noise: expected shape %s, the target's, found %s"
                            .formatted(target, noise.getShape()));
        }
    }

    /** float32 of so many dimensions, from the PyTorch engine. */
    public static void requireFloats(String what, NDArray array, int dimensions) {
        PyTorchEngine.requireArray(what, array);
        if (array.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                    "%s: expected float32, found %s; convert with toType(DataType.FLOAT32, false), and bytes with a division by 255"
                            .formatted(what, array.getDataType()));
        }
        if (array.getShape().dimension() != dimensions) {
            throw new IllegalArgumentException(
                    "%s: expected %d dimensions, found shape %s"
                            .formatted(what, dimensions, array.getShape()));
        }
    }

    /** Reads all numbers. */
    public static void requireFinite(String what, NDArray array) {
        if (!FiniteValues.areFinite(array)) {
            throw notFinite(what, array);
        }
    }

    private static IllegalArgumentException notFinite(String what, NDArray array) {
        FiniteValues.Element first = FiniteValues.firstNonFinite(array).orElseThrow();
        long perRow = array.getShape().size() / array.getShape().get(0);
        return new IllegalArgumentException(
                "%s: expected finite numbers, found %s, in row %d of the batch; look at where this row comes from"
                        .formatted(what, first, first.flat() / perRow));
    }

    private static void requireRange(String what, NDArray images) {
        try (NDArray min = images.min();
                NDArray max = images.max()) {
            float least = min.getFloat();
            float most = max.getFloat();
            if (!Float.isFinite(least) || !Float.isFinite(most)) {
                throw notFinite(what, images);
            }
            if (!(least >= -MARGIN && most <= 1 + MARGIN)) {
                throw new IllegalArgumentException(
                        "%s: expected pixels in [0, 1], found values from %s to %s; divide bytes by 255"
                                .formatted(what, least, most));
            }
        }
    }
}
