package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.soda4j.engine.FastOperators.WinogradKernel;

/**
 * One input for a fast kernel and for the plain operators that it stands for. The input is the same
 * on every machine and draws no random numbers; nothing of it takes part in autograd. Its arrays
 * belong to the manager that it was made with.
 */
@Internal
public final class KernelTrial {

    /** Output channels that are computed at once, where memory counts. */
    private static final long PART = 64;

    private final Supplier<List<NDArray>> fast;
    private final Supplier<List<NDArray>> exact;
    private final Supplier<List<NDArray>> plain;

    KernelTrial(
            Supplier<List<NDArray>> fast,
            Supplier<List<NDArray>> exact,
            Supplier<List<NDArray>> plain) {
        this.fast = fast;
        this.exact = exact;
        this.plain = plain;
    }

    private static KernelTrial of(
            Supplier<List<NDArray>> fast,
            Function<OperatorMode, List<NDArray>> plain,
            OperatorMode mode) {
        OperatorMode high = new OperatorMode(false, NumberFormat.FLOAT32);
        return new KernelTrial(fast, () -> plain.apply(high), () -> plain.apply(mode));
    }

    /**
     * Makes the input, and what a kernel is prepared into.
     *
     * @param family what is tried
     * @param manager owns the arrays
     * @param shape that the family takes
     * @param format of feature maps; what the result is compared with is computed in float32, from
     *     weights and maps that it holds exactly
     * @param extent of the maps
     * @return the trial
     */
    public static KernelTrial of(
            FastKernel family,
            NDManager manager,
            KernelShape shape,
            NumberFormat format,
            Extent extent) {
        return switch (family) {
            case FOLDED -> folded(manager, shape, format, extent);
            case PACKED -> packed(manager, shape, format, extent);
            case WINOGRAD -> winograd(manager, shape, extent);
            case DOUBLING -> doubling(manager, shape, format, extent);
            case DROPOUT -> dropout(manager, format);
            case ADAMW -> adamw(manager);
        };
    }

    /**
     * Computes both ways.
     *
     * @return the greatest difference of any result, relative to that result's greatest value; NaN
     *     if one is not finite
     */
    public double error() {
        double error = 0;
        List<NDArray> found = fast.get();
        List<NDArray> expected = exact.get();
        for (int i = 0; i < found.size(); i++) {
            NDArray difference = Operators.float32(found.get(i)).sub(expected.get(i)).abs();
            float greatest = expected.get(i).abs().max().getFloat();
            error = Math.max(error, difference.max().getFloat() / Math.max(greatest, 1e-6f));
        }
        return error;
    }

    /** Computes the fast way, to be timed. */
    public void runFast() {
        fast.get().forEach(NDArray::close);
    }

    /** Computes the plain way in the same format, to be timed. */
    public void runPlain() {
        plain.get().forEach(NDArray::close);
    }

    private static KernelTrial folded(
            NDManager manager, KernelShape shape, NumberFormat format, Extent extent) {
        long out = shape.outputs();
        NDArray x = map(manager, shape, extent, format);
        NDArray kernel = kernel(manager, shape, NumberFormat.FLOAT32);
        Norm.Batch norm =
                new Norm.Batch(
                        vector(manager, 3, out),
                        vector(manager, 4, out),
                        vector(manager, 5, out),
                        vector(manager, 6, out).add(1.5f));
        Affine made = FastOperators.foldBatchNorm(kernel, norm);
        Affine rounded = new Affine(Operators.cast(made.weight(), format), made.bias());
        FoldedConv conv = FoldedConv.plain(rounded, shape.stride());
        OperatorMode low = new OperatorMode(false, format);
        return of(
                () -> List.of(conv.apply(x, false, low)),
                mode ->
                        List.of(
                                EncoderOperators.convNorm(
                                        x, kernel, norm, shape.stride(), false, mode)),
                low);
    }

    private static KernelTrial packed(
            NDManager manager, KernelShape shape, NumberFormat format, Extent extent) {
        NDArray x = map(manager, shape, extent, format);
        Affine layer = layer(manager, shape, format);
        NDArray own = FastOperators.packKernel(layer.weight(), format);
        FoldedConv plain = FoldedConv.plain(layer, shape.stride());
        FoldedConv packed = FoldedConv.packed(new Affine(own, layer.bias()), shape.stride());
        OperatorMode low = new OperatorMode(false, format);
        NDArray sums = exactSums(x, layer, shape.stride());
        return new KernelTrial(
                () ->
                        List.of(
                                packed.apply(x, true, low),
                                packed.applyAddRelu(x, copy(sums, low), low)),
                () -> List.of(relu(sums), relu(sums.mul(2))),
                () ->
                        List.of(
                                plain.apply(x, true, low),
                                plain.applyAddRelu(x, copy(sums, low), low)));
    }

    /**
     * The convolution in float32, a few output channels at a time: touching fresh memory for all of
     * a large kernel takes longer than its products on a small map.
     */
    private static NDArray exactSums(NDArray x, Affine layer, int stride) {
        OperatorMode high = new OperatorMode(false, NumberFormat.FLOAT32);
        NDList parts = new NDList();
        long outputs = layer.weight().getShape().get(0);
        for (long from = 0; from < outputs; from += PART) {
            NDIndex rows = new NDIndex("{}:{}", from, Math.min(from + PART, outputs));
            try (NDManager scope = x.getManager().newSubManager()) {
                Affine part =
                        new Affine(
                                Operators.float32(layer.weight().get(scope, rows)),
                                layer.bias().get(scope, rows));
                NDArray sums = FoldedConv.plain(part, stride).apply(x, false, high);
                sums.attach(x.getManager());
                parts.add(sums);
            }
        }
        return NDArrays.concat(parts, 1);
    }

    private static NDArray relu(NDArray sums) {
        return sums.maximum(0f);
    }

    /** What may be overwritten. */
    private static NDArray copy(NDArray shortcut, OperatorMode mode) {
        return Operators.cast(shortcut.mul(1), mode.format());
    }

    private static KernelTrial winograd(NDManager manager, KernelShape shape, Extent extent) {
        NDArray x = map(manager, shape, extent, NumberFormat.FLOAT32);
        Affine layer = layer(manager, shape, NumberFormat.FLOAT32);
        FoldedConv plain = FoldedConv.plain(layer, 1);
        WinogradKernel winograd = FastOperators.winogradKernel(layer.weight());
        OperatorMode mode = new OperatorMode(false, NumberFormat.FLOAT32);
        return of(
                () -> List.of(FastOperators.winogradConv(x, winograd, layer.bias(), true)),
                same -> List.of(plain.apply(x, true, same)),
                mode);
    }

    /** In float32: taps are summed before they are rounded. */
    private static KernelTrial doubling(
            NDManager manager, KernelShape shape, NumberFormat format, Extent extent) {
        NDArray x = map(manager, shape, extent, format);
        NDArray kernel = exact(kernel(manager, shape, format));
        NDArray bias = exact(FastOperators.pattern(manager, 4, format, shape.outputs()));
        long height = 2L * extent.height();
        long width = 2L * extent.width();
        long[] result = {extent.batch(), shape.outputs(), height, width};
        NDArray gradient = exact(FastOperators.pattern(manager, 5, format, result));
        return of(
                () -> FastOperators.doublingTrial(format, x, kernel, bias, gradient),
                mode -> FastOperators.doublingPlain(mode.format(), x, kernel, bias, gradient),
                new OperatorMode(false, format));
    }

    private static NDArray exact(NDArray numbers) {
        return Operators.float32(numbers);
    }

    /** Of all random words as many must drop as there are to be; what is kept stays as it was. */
    private static KernelTrial dropout(NDManager manager, NumberFormat format) {
        int words = 1 << Short.SIZE;
        NDArray ones = Operators.cast(manager.ones(new Shape(words)), format);
        double[] shares = {0.1, 0.25, 0.5, 0.75};
        return of(
                () -> Arrays.stream(shares).mapToObj(p -> kept(ones, p)).toList(),
                mode ->
                        Arrays.stream(shares)
                                .mapToObj(p -> new float[] {(float) (words * (1 - p)), 1})
                                .map(manager::create)
                                .toList(),
                new OperatorMode(false, format));
    }

    /** How many ones are left of ones, and the greatest number. */
    private static NDArray kept(NDArray ones, double p) {
        NDArray left = Operators.float32(FastOperators.keptOfAllWords(ones, p));
        float[] sums = {left.sum().getFloat(), left.max().getFloat()};
        return ones.getManager().create(sums);
    }

    private static KernelTrial adamw(NDManager manager) {
        return of(
                () -> FastOperators.adamWTrial(manager, true),
                mode -> FastOperators.adamWTrial(manager, false),
                new OperatorMode(false, NumberFormat.FLOAT32));
    }

    private static NDArray map(
            NDManager manager, KernelShape shape, Extent extent, NumberFormat format) {
        long[] sizes = {extent.batch(), shape.inputs(), extent.height(), extent.width()};
        return exact(FastOperators.pattern(manager, 1, format, sizes));
    }

    private static Affine layer(NDManager manager, KernelShape shape, NumberFormat format) {
        return new Affine(kernel(manager, shape, format), vector(manager, 4, shape.outputs()));
    }

    private static NDArray kernel(NDManager manager, KernelShape shape, NumberFormat format) {
        long side = shape.size();
        return FastOperators.pattern(
                manager, 2, format, shape.outputs(), shape.inputs(), side, side);
    }

    private static NDArray vector(NDManager manager, int start, long length) {
        return FastOperators.pattern(manager, start, NumberFormat.FLOAT32, length);
    }
}
