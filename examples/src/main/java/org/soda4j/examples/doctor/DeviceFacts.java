package org.soda4j.examples.doctor;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.util.Locale;
import org.soda4j.engine.PyTorchEngine;

/** What the engine says of a device. */
final class DeviceFacts {

    private DeviceFacts() {}

    /** Versions, threads or what CUDA knows, in one line. */
    static String of(Device device) {
        String version = PyTorchEngine.require().getVersion();
        if (!device.isGpu()) {
            return "libtorch %s, %d threads".formatted(version, PyTorchEngine.threads());
        }
        String cuda = "CUDA unknown";
        try {
            cuda =
                    "CUDA %s, compute capability %s"
                            .formatted(
                                    CudaUtils.getCudaVersionString(),
                                    CudaUtils.getComputeCapability(device.getDeviceId()));
        } catch (RuntimeException | LinkageError e) {
            cuda += " (" + e.getMessage() + ")";
        }
        return "libtorch %s, %s, %s, %s".formatted(version, device, cuda, memory(device));
    }

    /**
     * Memory of a GPU that is in use, by all processes; the engine keeps what it once took, so that
     * at the end of a process this is its peak.
     */
    static String memory(Device device) {
        try {
            var memory = CudaUtils.getGpuMemory(device);
            return String.format(
                    Locale.ROOT,
                    "%.1f of %.1f GB",
                    memory.getCommitted() * 1e-9,
                    memory.getMax() * 1e-9);
        } catch (RuntimeException | LinkageError e) {
            return "memory unknown";
        }
    }
}
