package org.soda4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.FastOperators.WinogradKernel;

/**
 * Parameters for inference: batch norm folded into the kernels before it, and kernels in the number
 * format and layout that the CPU library computes in, converted once instead of in every call. They
 * are made anew after something has written to what they come from. For any number of threads, as
 * long as nothing writes meanwhile.
 *
 * <p>Where kernels are packed, maps become channels-last on the way. Kernels are packed where that
 * was measured to be faster: where batch norm is folded, in bfloat16 on processors with
 * instructions for it, in float32 with AVX2; other kernels in bfloat16 with a matrix unit (AMX).
 * Folded 3 x 3 kernels of stride 1 and 128 to 511 channels are held for Winograd's algorithm as
 * well from the first batch on that is large enough for it, in float32; its results were found to
 * differ by up to 2e-6 of the greatest. Each of these is tried before it is used, and can be left
 * out ({@link FastKernel}).
 */
@Internal
public final class InferenceParameters extends ParameterStore {

    private final NDManager manager;
    private final Device device;
    private final NumberFormat format;
    private final Runnable check;
    private final ParameterVersions sources;
    private final Map<Parameter, NDArray> converted = new IdentityHashMap<>();
    private final Map<ConvNorm, FoldedConv> folded = new IdentityHashMap<>();
    private final List<Parameter> kernels;
    private final List<ConvNorm> batchNorms;
    private long[] versions;
    private int failures;

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
        device = manager.getDevice();
        batchNorms = block.batchNorms();
        kernels =
                block.namedParameters().values().stream()
                        .filter(p -> p.getArray().getShape().dimension() == 4)
                        .toList();
        // All, also those that nothing is made of, for the check.
        sources = new ParameterVersions(this.manager, block.namedParameters().values());
    }

    /**
     * Returns whether inference is to use these parameters at all.
     *
     * @param device of the model
     * @return true on a CPU
     */
    public static boolean areUsed(Device device) {
        return !device.isGpu();
    }

    /** Looks whether sources are as they were when these were made; before every inference. */
    public synchronized void refresh() {
        long[] now = sources.now();
        if (!Arrays.equals(now, versions) || failures != Qualification.failures()) {
            clear();
            check.run();
            batchNorms.forEach(this::fold);
            kernels.forEach(this::convert);
            failures = Qualification.failures();
            versions = now; // Last: what has failed half-way is made anew.
        }
    }

    private void fold(ConvNorm norm) {
        KernelShape shape = shape(norm.kernel(), norm.stride());
        if (!allows(FastKernel.FOLDED, shape)) {
            return;
        }
        Affine made = withoutNorm(norm);
        NDArray bias = attached(made.bias());
        try (NDArray kernel = made.weight()) {
            if (!isPacked(shape, true)) {
                NDArray own = attached(Operators.cast(kernel, format));
                folded.put(norm, FoldedConv.plain(new Affine(own, bias), norm.stride()));
                return;
            }
            NDArray own = attached(FastOperators.packKernel(kernel, format));
            FoldedConv packed = FoldedConv.packed(new Affine(own, bias), norm.stride());
            if (FastKernel.WINOGRAD.takes(shape, format)) {
                packed = packed.withWinograd(() -> winograd(norm, shape));
            }
            folded.put(norm, packed);
        }
    }

    private static Affine withoutNorm(ConvNorm convolution) {
        NormParameters norm = convolution.norm();
        Norm.Batch values =
                new Norm.Batch(
                        norm.weight().getArray(),
                        norm.bias().getArray(),
                        norm.mean().getArray(),
                        norm.variance().getArray());
        return FastOperators.foldBatchNorm(convolution.kernel().getArray(), values);
    }

    /** Beside a packed kernel, which small batches take; null where that is the better one. */
    private WinogradKernel winograd(ConvNorm norm, KernelShape shape) {
        if (!allows(FastKernel.WINOGRAD, shape)) {
            return null;
        }
        Affine made = withoutNorm(norm);
        made.bias().close();
        try (NDArray kernel = made.weight()) {
            WinogradKernel winograd = FastOperators.winogradKernel(kernel);
            winograd.kernel().attach(manager);
            winograd.matrices().attach(manager);
            return winograd;
        }
    }

    /** In low precision every kernel is held as it is computed with, packed or not. */
    private void convert(Parameter kernel) {
        if (folded.keySet().stream().anyMatch(norm -> norm.kernel() == kernel)) {
            return;
        }
        if (isPacked(shape(kernel, 1), false)) {
            put(kernel, FastOperators.packKernel(kernel.getArray(), format));
        } else if (format != NumberFormat.FLOAT32) {
            put(kernel, Operators.cast(kernel.getArray(), format));
        }
    }

    private static KernelShape shape(Parameter kernel, int stride) {
        Shape shape = kernel.getArray().getShape();
        return new KernelShape(shape.get(0), shape.get(1), shape.get(2), stride);
    }

    private boolean allows(FastKernel family, KernelShape shape) {
        return Qualification.allows(family, shape, format, device);
    }

    private boolean isPacked(KernelShape shape, boolean isFolded) {
        return isPackable(shape, isFolded) && allows(FastKernel.PACKED, shape);
    }

    /** Where packing was measured to be faster, or is asked for. */
    private boolean isPackable(KernelShape shape, boolean isFolded) {
        boolean image = shape.inputs() <= FastKernel.IMAGE_CHANNELS;
        if (!FastKernel.PACKED.takes(shape, format) || image && !isFolded) {
            return false;
        }
        if (FastKernel.isPackingForced()) {
            return true;
        }
        boolean low = format == NumberFormat.BFLOAT16;
        if (!isFolded) {
            return low && Processor.hasMatrixUnit();
        }
        return !low || Processor.hasBfloat16();
    }

    private NDArray attached(NDArray value) {
        value.attach(manager);
        return value;
    }

    private void put(Parameter parameter, NDArray value) {
        converted.put(parameter, attached(value));
    }

    /** Frees what was made, for which training has no use. */
    public synchronized void clear() {
        converted.values().forEach(NDArray::close);
        folded.values().forEach(FoldedConv::close);
        converted.clear();
        folded.clear();
        versions = null;
    }

    /** The convolution that holds this batch norm; null where it is not folded. */
    FoldedConv folded(ConvNorm norm) {
        return folded.get(norm);
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
        NDArray own = training ? null : converted.get(parameter);
        return own == null ? super.getValue(parameter, device, training) : own;
    }
}
