package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.soda4j.nn.FiniteValues;
import org.soda4j.nn.FiniteValues.Element;
import org.soda4j.nn.PyTorchEngine;

/** Refuses images and latents that the model does not take, before any long work. */
final class ImageChecks {

    /** What resizing may add to [0, 1] by round-off. */
    private static final float MARGIN = 1e-3f;

    private ImageChecks() {}

    /** Images for the encoder: any size, pixels in [0, 1]. */
    static void requireImages(String what, NDArray images, int channels) {
        requireImages(what, images, channels, true);
    }

    /** Images for the encoder: any size; {@code range}: whether pixels must be in [0, 1]. */
    static void requireImages(String what, NDArray images, int channels, boolean range) {
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
    static void requireImages(String what, NDArray images, List<Integer> size) {
        requireFloats(what, images, 4);
        Shape shape = images.getShape();
        Shape expected = new Shape(shape.get(0), size.get(0), size.get(1), size.get(2));
        if (!shape.equals(expected)) {
            throw new IllegalArgumentException(
                    "%s: expected shape %s, the denoiser's imageShape, found %s"
                            .formatted(what, expected, shape));
        }
    }

    static void requireLatents(NDArray latents, int size) {
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
    static void requireViews(String what, NDArray images, int channels, boolean range) {
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

    /** Encoded views of this model's latent size. */
    static void requireViewLatents(EncodedViews views, int size) {
        requireFloats("view latents", views.latents(), 3);
        requireFloats("pooled latents", views.pooled(), 2);
        Shape shape = views.latents().getShape();
        Shape pooled = views.pooled().getShape();
        boolean fits = shape.get(0) >= 1 && shape.get(1) >= 1 && shape.get(2) == size;
        fits &= pooled.equals(new Shape(shape.get(0), size));
        fits &= views.references().size() == shape.get(0);
        if (!fits) {
            throw new IllegalArgumentException(
                    "views: expected latents [N, S, %d], pooled [N, %d] and N references, found %s, %s and %d"
                            .formatted(size, size, shape, pooled, views.references().size()));
        }
        requireFinite("view latents", views.latents());
        requireFinite("pooled latents", views.pooled());
    }

    /** What chance decided about cameras, for a batch of source views. */
    static void requireViewDraw(TrainingDraw draw, Shape sources) {
        ViewDraw views = draw.views();
        if (views == null || views.keepCamera().length != sources.get(0)) {
            throw new IllegalArgumentException(
                    "draw: expected views with camera masks for %d examples, found %s"
                            .formatted(
                                    sources.get(0),
                                    views == null ? "none" : views.keepCamera().length));
        }
        if (views.sources() < 1 || views.sources() > sources.get(1)) {
            throw new IllegalArgumentException(
                    "sources: expected at least %d source views of each example, as many as the model's training asks for, found %d"
                            .formatted(views.sources(), sources.get(1)));
        }
    }

    /** Diffusion times, one for each example; read, because they are few. */
    static void requireTimes(NDArray times, long examples, int steps) {
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

    /** What chance decided, for as many examples as there are images. */
    static void requireDraw(TrainingDraw draw, Shape target, long examples) {
        if (target.get(0) != examples) {
            throw new IllegalArgumentException(
                    "target: expected %d examples, as many as in the source, found %d"
                            .formatted(examples, target.get(0)));
        }
        if (draw.times().length != examples || draw.keep().length != examples) {
            throw new IllegalArgumentException(
                    "draw: expected times and keep for %d examples, found %d and %d"
                            .formatted(examples, draw.times().length, draw.keep().length));
        }
        requireFloats("noise", draw.noise(), 4);
        if (!draw.noise().getShape().equals(target)) {
            throw new IllegalArgumentException(
                    "noise: expected shape %s, the target's, found %s"
                            .formatted(target, draw.noise().getShape()));
        }
    }

    private static void requireFloats(String what, NDArray array, int dimensions) {
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
    static void requireFinite(String what, NDArray array) {
        if (!FiniteValues.areFinite(array)) {
            throw notFinite(what, array);
        }
    }

    private static IllegalArgumentException notFinite(String what, NDArray array) {
        Element first = FiniteValues.firstNonFinite(array).orElseThrow();
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
