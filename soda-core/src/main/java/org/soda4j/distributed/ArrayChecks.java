package org.soda4j.distributed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.EnumSet;
import java.util.Set;
import org.soda4j.engine.PyTorchEngine;

/** What every implementation refuses, before anything is sent. */
final class ArrayChecks {

    private static final Set<DataType> SUMMABLE =
            EnumSet.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64);

    private ArrayChecks() {}

    static void requireSummable(NDArray array) {
        PyTorchEngine.requireArray("an array to sum", array);
        if (!SUMMABLE.contains(array.getDataType())) {
            throw new IllegalArgumentException(
                    "sum: expected %s, found %s; convert with toType"
                            .formatted(SUMMABLE, array.getDataType()));
        }
    }

    static void requireBytes(NDArray array) {
        PyTorchEngine.requireArray("an array to broadcast", array);
        DataType type = array.getDataType();
        if (type == DataType.STRING || type == DataType.UNKNOWN || type.getNumOfBytes() == 0) {
            throw new IllegalArgumentException(
                    "broadcast: expected elements of one size that DJL knows, found " + type);
        }
    }

    static void requireRoot(int root, int size) {
        if (root < 0 || root >= size) {
            throw new IllegalArgumentException(
                    "root: expected a rank 0 .. %d, found %d".formatted(size - 1, root));
        }
    }

    static void requireDevice(NDArray array, Device device) {
        if (!array.getDevice().equals(device)) {
            throw new IllegalArgumentException(
                    "expected an array on %s, found one on %s"
                            .formatted(device, array.getDevice()));
        }
    }
}
