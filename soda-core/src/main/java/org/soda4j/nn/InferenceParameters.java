package org.soda4j.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.nn.NamedBlock.BatchNormed;

/**
 * Parameters for inference: batch norm folded into the kernels before it, and kernels in the number
 * format and layout that the CPU library computes in, converted once instead of in every call. They
 * are made anew after something has written to what they come from. For any number of threads, as
 * long as nothing writes meanwhile.
 *
 * <p>Where kernels are packed, maps become channels-last on the way. The property {@code
 * org.soda4j.packedKernels} is {@code never} for neither folding nor packing, {@code always} for
 * packing wherever the library can: in float32, and in bfloat16 with AVX-512. Without it kernels
 * are packed where that was measured to be faster: where batch norm is folded, in bfloat16 on
 * processors with instructions for it, in float32 with AVX2 and below 512 channels; other kernels
 * in bfloat16 with a matrix unit (AMX). Folded 3 x 3 kernels of stride 1 and 128 to 511 channels
 * are held for Winograd's algorithm as well, which large enough batches take in float32; its
 * results were found to differ by up to 2e-6 of the greatest.
 */
public final class InferenceParameters extends ParameterStore {

    private static final String PROPERTY = "org.soda4j.packedKernels";

    private static final int LIBRARY_BLOCK = 16;

    private static final int IMAGE_CHANNELS = 4;

    /**
     * From here on the library's float32 kernels for channels-last maps are slower, and Winograd's,
     * which are four times as large, take too much memory.
     */
    private static final int MANY_CHANNELS = 512;

    /** Below, transforming maps for Winograd's algorithm takes as long as it saves. */
    private static final int WINOGRAD_CHANNELS = 128;

    private final NDManager manager;
    private final NumberFormat format;
    private final Runnable check;
    private final ParameterVersions sources;
    private final Map<Parameter, NDArray> made = new IdentityHashMap<>();
    private final List<Parameter> kernels;
    private final List<BatchNormed> batchNorms;
    private long[] versions;

    /**
     * Makes nothing yet.
     *
     * @param manager owns what is made
     * @param block whose parameters they are; on a CPU
     * @param format of feature maps
     * @param check looks at the block's parameters before anything is made from them; what it
     *     throws, {@link #refresh} throws
     */
    public InferenceParameters(
            NDManager manager, NamedBlock block, NumberFormat format, Runnable check) {
        super(manager, false);
        this.check = check;
        this.manager = manager.newSubManager();
        this.format = format;
        batchNorms = block.batchNorms();
        Set<Parameter> folded = Collections.newSetFromMap(new IdentityHashMap<>());
        batchNorms.forEach(norm -> folded.add(norm.parameters()[0]));
        kernels =
                block.namedParameters().values().stream()
                        .filter(p -> !folded.contains(p) && isConverted(p))
                        .toList();
        // All, also those that nothing is made of, for the check.
        sources = new ParameterVersions(this.manager, block.namedParameters().values());
    }

    /**
     * Returns whether inference is to use these parameters at all.
     *
     * @param device of the model
     * @return true on a CPU, unless the property says {@code never}
     * @throws IllegalArgumentException if the property has an unknown value
     */
    public static boolean areUsed(Device device) {
        return !device.isGpu() && !packing().equals("never");
    }

    private static String packing() {
        String property = System.getProperty(PROPERTY, "");
        if (!List.of("", "always", "never").contains(property)) {
            throw new IllegalArgumentException(
                    "-D%s: expected always or never, found %s".formatted(PROPERTY, property));
        }
        return property;
    }

    /**
     * Channels that the library would fill up are left to the operators, which do it themselves.
     */
    private boolean isPackable(Parameter parameter, boolean folded) {
        long[] shape = parameter.getArray().getShape().getShape();
        if (shape.length != 4 || shape[0] % LIBRARY_BLOCK != 0) {
            return false;
        }
        // Images are filled up, so that maps are channels-last from the first on.
        boolean image = folded && shape[1] <= IMAGE_CHANNELS;
        if (!image && shape[1] % LIBRARY_BLOCK != 0) {
            return false;
        }
        boolean low = format == NumberFormat.BFLOAT16;
        if (packing().equals("always")) {
            return format == NumberFormat.FLOAT32 || low && Processor.hasAvx512();
        }
        if (!folded) {
            return low && Processor.hasMatrixUnit();
        }
        boolean few = Math.max(shape[0], shape[1]) < MANY_CHANNELS;
        return low
                ? Processor.hasBfloat16()
                : format == NumberFormat.FLOAT32 && few && Processor.hasAvx2();
    }

    private boolean isForWinograd(BatchNormed norm) {
        long[] shape = norm.parameters()[0].getArray().getShape().getShape();
        return format == NumberFormat.FLOAT32
                && norm.stride() == 1
                && shape[2] == 3
                && Math.min(shape[0], shape[1]) >= WINOGRAD_CHANNELS
                && Math.max(shape[0], shape[1]) < MANY_CHANNELS
                && isPackable(norm.parameters()[0], true);
    }

    /** In low precision every kernel is held as it is computed with, packed or not. */
    private boolean isConverted(Parameter parameter) {
        boolean kernel = parameter.getArray().getShape().dimension() == 4;
        return kernel && format != NumberFormat.FLOAT32 || isPackable(parameter, false);
    }

    /** Looks whether parameters are as they were when these were made; before every inference. */
    public synchronized void refresh() {
        long[] now = sources.now();
        if (!Arrays.equals(now, versions)) {
            clear();
            check.run();
            kernels.forEach(
                    kernel -> put(kernel, convert(kernel.getArray(), isPackable(kernel, false))));
            batchNorms.forEach(this::fold);
            versions = now; // Last: what has failed half-way is made anew.
        }
    }

    private void fold(BatchNormed norm) {
        Parameter[] p = norm.parameters();
        NDArray[] values = Arrays.stream(p).map(Parameter::getArray).toArray(NDArray[]::new);
        NDList folded = Operators.foldBatchNorm(values);
        try (NDArray kernel = folded.get(0)) {
            put(p[0], convert(kernel, isPackable(p[0], true)));
            if (isForWinograd(norm)) {
                NDList winograd = Operators.winogradKernel(kernel);
                put(p[1], winograd.get(0));
                put(p[3], winograd.get(1));
            }
        }
        put(p[2], folded.get(1));
        put(p[4], folded.get(2));
    }

    private NDArray convert(NDArray kernel, boolean pack) {
        return pack ? Operators.packKernel(kernel, format) : Operators.cast(kernel, format, false);
    }

    private void put(Parameter parameter, NDArray value) {
        value.attach(manager);
        made.put(parameter, value);
    }

    /** Frees what was made, for which training has no use. */
    public synchronized void clear() {
        made.values().forEach(NDArray::close);
        made.clear();
        versions = null;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
        NDArray own = training ? null : made.get(parameter);
        return own == null ? super.getValue(parameter, device, training) : own;
    }
}
