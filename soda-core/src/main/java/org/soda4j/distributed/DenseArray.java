package org.soda4j.distributed;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.soda4j.engine.Operators;

/**
 * An array whose elements lie one after another, as the libraries need them: the array itself, or a
 * copy that {@link #finish} writes back.
 */
final class DenseArray {

    private final NDArray array;
    private final NDArray dense;

    private DenseArray(NDArray array, NDArray dense) {
        this.array = array;
        this.dense = dense;
    }

    static DenseArray of(NDArray array, boolean contiguous) {
        if (contiguous) {
            return new DenseArray(array, array);
        }
        NDArray copy = array.getManager().zeros(array.getShape(), array.getDataType());
        Operators.copy(copy, array);
        return new DenseArray(array, copy);
    }

    /** Of an array on the CPU. */
    static DenseArray onHost(NDArray array) {
        return of(array, isContiguousOnHost(array));
    }

    /** DJL silently gives a copy of what is not contiguous, each time another one. */
    private static boolean isContiguousOnHost(NDArray array) {
        return array.isEmpty()
                || address(array.toByteBuffer(true)).equals(address(array.toByteBuffer(true)));
    }

    /** The memory of an array on the CPU; to be kept as long as its address is used. */
    ByteBuffer memory() {
        return dense.toByteBuffer(true);
    }

    static Pointer address(ByteBuffer memory) {
        return Native.getDirectBufferPointer(memory);
    }

    NDArray array() {
        return dense;
    }

    long bytes() {
        return dense.size() * dense.getDataType().getNumOfBytes();
    }

    void finish() {
        if (dense != array) {
            Operators.copy(array, dense);
            dense.close();
        }
    }
}
