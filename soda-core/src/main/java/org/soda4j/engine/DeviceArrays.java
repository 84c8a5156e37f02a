package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Arrays on the device of a model, made from those of a caller. */
@Internal
public final class DeviceArrays {

    private DeviceArrays() {}

    /**
     * A copy on a device of an array made from Java numbers, which it closes: that lies in Java's
     * memory, and neither an array that shares it nor what backward needs keeps it from being
     * collected.
     */
    public static NDArray copied(NDArray created, Device device) {
        try (created) {
            return created.getDevice().equals(device)
                    ? created.duplicate()
                    : created.toDevice(device, true);
        }
    }

    /** Shared or copied onto a device; may be closed. */
    public static NDArray onDevice(NDArray array, Device device) {
        return array.getDevice().equals(device)
                ? array.reshape(array.getShape())
                : array.toDevice(device, true);
    }

    /** Shared or copied onto a device; its manager closes it. */
    public static NDArray owned(NDArray array, Device device, NDManager scope) {
        NDArray own = onDevice(array, device);
        own.attach(scope);
        return own;
    }
}
