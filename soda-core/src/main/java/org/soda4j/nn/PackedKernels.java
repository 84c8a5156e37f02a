package org.soda4j.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Parameters for inference, convolution kernels among them in the number format and layout that the
 * CPU library computes in: converted once instead of in every call. Kernels are packed anew after
 * something has written to them. For any number of threads, as long as nothing writes meanwhile.
 *
 * <p>Maps become channels-last on the way, which pays where {@link #areFaster} says so.
 */
public final class PackedKernels extends ParameterStore {

    /** {@code always} or {@code never} instead of what {@link #areFaster} finds out. */
    private static final String PROPERTY = "org.soda4j.packedKernels";

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /**
     * The matrix unit of Intel's server processors since 2023, for which maps are channels-last.
     */
    private static final String MATRIX_UNIT = " amx_bf16";

    private static final boolean HAS_MATRIX_UNIT = hasMatrixUnit();

    private static final int LIBRARY_BLOCK = 16;

    private final NDManager manager;
    private final NumberFormat format;
    private final NDList kernels = new NDList();
    private final Map<Parameter, NDArray> packed = new IdentityHashMap<>();
    private final List<Parameter> parameters;
    private long[] versions;

    /**
     * Packs nothing yet.
     *
     * @param manager owns what is packed
     * @param parameters kernels {@code [out, in, k, k]} and others, which are passed over
     * @param format of feature maps
     */
    public PackedKernels(NDManager manager, Collection<Parameter> parameters, NumberFormat format) {
        super(manager, false);
        this.manager = manager.newSubManager();
        this.format = format;
        this.parameters = parameters.stream().filter(PackedKernels::isPackable).toList();
        for (Parameter parameter : this.parameters) {
            // Handles of our own: other threads may be using the parameters' while we count.
            NDArray kernel = parameter.getArray().stopGradient();
            kernel.attach(this.manager);
            kernels.add(kernel);
        }
    }

    /**
     * Returns whether inference with packed kernels is faster than without: in bfloat16 on
     * processors with matrix units (AMX), where the library computes channels-last whatever it is
     * given.
     *
     * @param device of the model
     * @param format of feature maps
     * @return whether to use them
     */
    public static boolean areFaster(Device device, NumberFormat format) {
        String property = System.getProperty(PROPERTY, "");
        return switch (property) {
            case "always" -> !device.isGpu();
            case "never" -> false;
            case "" -> format == NumberFormat.BFLOAT16 && !device.isGpu() && HAS_MATRIX_UNIT;
            default ->
                    throw new IllegalArgumentException(
                            "-D%s: expected always or never, found %s"
                                    .formatted(PROPERTY, property));
        };
    }

    private static boolean hasMatrixUnit() {
        if (!Files.isReadable(PROCESSOR)) {
            return false; // Not Linux.
        }
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            return lines.anyMatch(
                    line -> line.startsWith("flags") && (line + " ").contains(MATRIX_UNIT + " "));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /**
     * Channels that the library would fill up are left to the operators, which do it themselves.
     */
    private static boolean isPackable(Parameter parameter) {
        long[] shape = parameter.getArray().getShape().getShape();
        return shape.length == 4 && shape[0] % LIBRARY_BLOCK == 0 && shape[1] % LIBRARY_BLOCK == 0;
    }

    /** Looks whether kernels are as they were when they were packed; before every inference. */
    public synchronized void refresh() {
        long[] now = ParameterOperators.versions(kernels);
        if (!Arrays.equals(now, versions)) {
            clear();
            versions = now;
            for (int i = 0; i < kernels.size(); i++) {
                NDArray kernel = Operators.packKernel(kernels.get(i), format);
                kernel.attach(manager);
                packed.put(parameters.get(i), kernel);
            }
        }
    }

    /** Frees what is packed, for which training has no use. */
    public synchronized void clear() {
        packed.values().forEach(NDArray::close);
        packed.clear();
        versions = null;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
        NDArray kernel = training ? null : packed.get(parameter);
        return kernel == null ? super.getValue(parameter, device, training) : kernel;
    }
}
