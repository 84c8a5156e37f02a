package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Optional;

/** Looks for numbers in arrays that are NaN or infinite. */
@Internal
public final class FiniteValues {

    private FiniteValues() {}

    /**
     * An element of an array.
     *
     * @param flat its place in row-major order
     * @param index its place in each dimension, such as {@code [1, 0, 3]}
     * @param value what is there
     */
    public record Element(int flat, String index, float value) {
        @Override
        public String toString() {
            return value + " at index " + index;
        }
    }

    /**
     * Returns whether all numbers are finite; cheap where they are.
     *
     * @param array float32, on any device
     * @return true if none is NaN or infinite
     */
    public static boolean areFinite(NDArray array) {
        // A sum stays NaN or infinite once it is. Finite numbers may reach that too: then look.
        try (NDArray sum = array.sum()) {
            return Float.isFinite(sum.getFloat()) || firstNonFinite(array).isEmpty();
        }
    }

    /**
     * Finds the first number that is not finite.
     *
     * @param array float32, on any device
     * @return the first in row-major order, or empty
     */
    public static Optional<Element> firstNonFinite(NDArray array) {
        float[] values = values(array);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                return Optional.of(element(array, i, values[i]));
            }
        }
        return Optional.empty();
    }

    /**
     * Finds the least number.
     *
     * @param array float32, on any device, without NaN
     * @return the first of the least, or empty for an empty array
     */
    public static Optional<Element> least(NDArray array) {
        float[] values = values(array);
        int least = 0;
        for (int i = 1; i < values.length; i++) {
            least = values[i] < values[least] ? i : least;
        }
        return values.length == 0
                ? Optional.empty()
                : Optional.of(element(array, least, values[least]));
    }

    /**
     * Returns the place of an element in each dimension.
     *
     * @param shape of the array
     * @param flat its place in row-major order
     * @return one number a dimension, in brackets
     */
    public static String index(long[] shape, long flat) {
        long[] index = new long[shape.length];
        long rest = flat;
        for (int i = shape.length - 1; i >= 0; i--) {
            index[i] = rest % shape[i];
            rest /= shape[i];
        }
        return Arrays.toString(index);
    }

    private static Element element(NDArray array, int flat, float value) {
        return new Element(flat, index(array.getShape().getShape(), flat), value);
    }

    private static float[] values(NDArray array) {
        try (NDArray floats = array.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }
}
