package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** A batch of images on the heap: {@code planes} of {@code height x width} values in [0, 1]. */
record ImagePlanes(double[] values, int images, int channels, int height, int width) {

    /** Reads both batches of a comparison; refuses other shapes than one [N, C, H, W]. */
    static ImagePlanes[] pair(NDArray a, NDArray b) {
        if (!a.getShape().equals(b.getShape())) {
            throw new IllegalArgumentException(
                    "expected two batches of one shape, found %s and %s"
                            .formatted(a.getShape(), b.getShape()));
        }
        return new ImagePlanes[] {of(a), of(b)};
    }

    private static ImagePlanes of(NDArray batch) {
        Shape shape = batch.getShape();
        if (shape.dimension() != 4 || shape.size() == 0) {
            throw new IllegalArgumentException(
                    "expected images of shape [N, C, H, W], none of them 0, found " + shape);
        }
        double[] values;
        try (NDArray exact = batch.toType(DataType.FLOAT64, true)) {
            values = exact.toDoubleArray();
        }
        int plane = Math.toIntExact(shape.get(2) * shape.get(3));
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= 1)) {
                throw new IllegalArgumentException(
                        "expected pixels in [0, 1], found %s in image %d, channel %d; clip the images first"
                                .formatted(
                                        values[i],
                                        i / plane / shape.get(1),
                                        i / plane % shape.get(1)));
            }
        }
        return new ImagePlanes(
                values,
                Math.toIntExact(shape.get(0)),
                Math.toIntExact(shape.get(1)),
                Math.toIntExact(shape.get(2)),
                Math.toIntExact(shape.get(3)));
    }
}
