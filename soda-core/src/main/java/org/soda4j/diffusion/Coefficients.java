package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * The two factors of x_t = signal x0 + noise eps as columns that broadcast over images, {@code [N,
 * 1, ...]}; computed in double, rounded once.
 */
record Coefficients(NDArray signal, NDArray noise) implements AutoCloseable {

    /**
     * Creates the columns for a batch.
     *
     * @param schedule gives alphaBar
     * @param t one time for each image, or one for all
     * @param like the images, {@code [N, ...]}; gives device, dtype and manager
     */
    static Coefficients of(NoiseSchedule schedule, long[] t, NDArray like) {
        Shape shape = like.getShape();
        if (shape.dimension() < 1 || (t.length != 1 && t.length != shape.get(0))) {
            throw new IllegalArgumentException(
                    "expected one time for each image of %s or one for all, found %d"
                            .formatted(shape, t.length));
        }
        double[] signal = new double[t.length];
        double[] noise = new double[t.length];
        for (int i = 0; i < t.length; i++) {
            double alphaBar = schedule.alphaBar(schedule.checked(t[i], 1));
            signal[i] = Math.sqrt(alphaBar);
            noise[i] = Math.sqrt(1 - alphaBar);
        }
        long[] column = new long[shape.dimension()];
        Arrays.fill(column, 1);
        column[0] = t.length;
        NDManager manager = like.getManager();
        boolean isDouble = like.getDataType() == DataType.FLOAT64;
        return new Coefficients(
                column(manager, signal, new Shape(column), isDouble),
                column(manager, noise, new Shape(column), isDouble));
    }

    private static NDArray column(
            NDManager manager, double[] values, Shape shape, boolean isDouble) {
        if (isDouble) {
            return manager.create(values, shape);
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return manager.create(floats, shape);
    }

    /** signal a + noise b. */
    NDArray mix(NDArray a, NDArray b) {
        try (NDArray first = a.mul(signal);
                NDArray second = b.mul(noise)) {
            return first.add(second);
        }
    }

    /** signal a - noise b. */
    NDArray rotate(NDArray a, NDArray b) {
        try (NDArray first = a.mul(signal);
                NDArray second = b.mul(noise)) {
            return first.sub(second);
        }
    }

    /** The x0 in x_t = signal x0 + noise eps. */
    NDArray solveX0(NDArray xt, NDArray epsilon) {
        try (NDArray part = epsilon.mul(noise);
                NDArray rest = xt.sub(part)) {
            return rest.div(signal);
        }
    }

    /** The eps in x_t = signal x0 + noise eps. */
    NDArray solveEpsilon(NDArray xt, NDArray x0) {
        try (NDArray part = x0.mul(signal);
                NDArray rest = xt.sub(part)) {
            return rest.div(noise);
        }
    }

    @Override
    public void close() {
        signal.close();
        noise.close();
    }
}
