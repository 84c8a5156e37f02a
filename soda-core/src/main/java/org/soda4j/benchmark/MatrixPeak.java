package org.soda4j.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;
import org.soda4j.Precision;
import org.soda4j.engine.Internal;
import org.soda4j.engine.MatrixOperators;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.Operators;
import org.soda4j.engine.PyTorchEngine;

/** The fastest that this machine multiplies matrices, to hold other work against. */
@Internal
public final class MatrixPeak {

    private static final int SIZE = 2048;
    private static final int ROUNDS = 10;

    private MatrixPeak() {}

    /**
     * Multiplies two matrices of 2048 x 2048 some times, by the engine's library for matrices and
     * as a 1 x 1 convolution by its library for convolutions, since either may be the slower one.
     *
     * @param device where
     * @param precision of the matrices; sums are in float32
     * @return operations a second, two for each multiplication with its addition, of the best round
     */
    public static double measure(Device device, Precision precision) {
        NumberFormat format = precision.format();
        try (NDManager manager = PyTorchEngine.require().newBaseManager(device)) {
            NDArray a = manager.randomNormal(new Shape(SIZE, SIZE));
            NDArray b = manager.randomNormal(new Shape(SIZE, SIZE));
            NDArray left = Operators.cast(a, format);
            NDArray right = Operators.cast(b, format);
            NDArray image = Operators.cast(b.reshape(1, SIZE, 32, SIZE / 32), format);
            NDArray kernel = Operators.cast(a.reshape(SIZE, SIZE, 1, 1), format);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < ROUNDS; i++) {
                best = Math.min(best, seconds(() -> MatrixOperators.product(left, right, format)));
                best =
                        Math.min(
                                best,
                                seconds(() -> MatrixOperators.product(kernel, image, format)));
            }
            return 2.0 * SIZE * SIZE * SIZE / best;
        }
    }

    private static double seconds(Supplier<NDArray> work) {
        long start = System.nanoTime();
        try (NDArray result = work.get();
                NDArray one = Operators.cast(result, NumberFormat.FLOAT32).flatten().get("0")) {
            one.getFloat(); // Waits for a GPU.
            return (System.nanoTime() - start) * 1e-9;
        }
    }
}
