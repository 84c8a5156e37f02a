package org.soda4j.engine;

import static org.soda4j.engine.Operators.call;
import static org.soda4j.engine.Operators.callAll;
import static org.soda4j.engine.Operators.constant;
import static org.soda4j.engine.Operators.flag;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** The operators of fast kernels, on a CPU in inference where nothing else is said. */
final class FastOperators {

    private FastOperators() {}

    /** A kernel as the CPU library computes with it; belongs to the manager of {@code kernel}. */
    static NDArray packKernel(NDArray kernel, NumberFormat format) {
        return call("pack_kernel", kernel, format.code());
    }

    /**
     * Transforms a folded kernel of stride 1 for Winograd's algorithm, in float32.
     *
     * @param kernel {@code [out, in, 3, 3]}, multiples of 16
     * @return in the manager of {@code kernel}
     */
    static WinogradKernel winogradKernel(NDArray kernel) {
        NDList made = callAll("winograd_kernel", kernel);
        return new WinogradKernel(made.get(0), made.get(1));
    }

    /**
     * What Winograd's algorithm computes with.
     *
     * @param kernel the transformed one
     * @param matrices that transform tiles
     */
    record WinogradKernel(NDArray kernel, NDArray matrices) implements AutoCloseable {

        @Override
        public void close() {
            kernel.close();
            matrices.close();
        }
    }

    /**
     * Folds batch norm into the convolution before it.
     *
     * @param kernel {@code [out, in, k, k]}
     * @param n of out channels
     * @return in the manager of {@code kernel}
     */
    static Affine foldBatchNorm(NDArray kernel, Norm.Batch n) {
        NDList made =
                callAll("fold_batch_norm", kernel, n.weight(), n.bias(), n.mean(), n.variance());
        return new Affine(made.get(0), made.get(1));
    }

    /** A folded convolution, packed or plain; {@code [N, in, H, W]} to {@code [N, out, H', W']}. */
    static NDArray foldedConv(
            NDArray x, Affine layer, boolean packed, int stride, boolean relu, OperatorMode mode) {
        String method = packed ? "packed_folded_conv" : "folded_conv";
        NDArray code = mode.format().code();
        return call(method, x, layer.weight(), layer.bias(), constant(stride), flag(relu), code);
    }

    /** The same with a shortcut, which may be overwritten, before ReLU. */
    static NDArray foldedConvAddRelu(
            NDArray x,
            NDArray shortcut,
            Affine layer,
            boolean packed,
            int stride,
            OperatorMode mode) {
        String method = packed ? "packed_folded_conv_add_relu" : "folded_conv_add_relu";
        NDArray code = mode.format().code();
        return call(method, x, shortcut, layer.weight(), layer.bias(), constant(stride), code);
    }

    /** A folded convolution by Winograd's algorithm, in float32. */
    static NDArray winogradConv(NDArray x, WinogradKernel made, NDArray bias, boolean relu) {
        return call("winograd_folded_conv", x, made.kernel(), made.matrices(), bias, flag(relu));
    }

    /** The same with a shortcut before ReLU. */
    static NDArray winogradConvAddRelu(
            NDArray x, NDArray shortcut, WinogradKernel made, NDArray bias) {
        return call(
                "winograd_folded_conv_add_relu", x, shortcut, made.kernel(), made.matrices(), bias);
    }

    // ---- trials ----

    /** Numbers between -1 and 1 in a format, the same on every machine and for every call. */
    static NDArray pattern(NDManager manager, int start, NumberFormat format, long... shape) {
        Shape all = new Shape(shape);
        NDArray like = manager.zeros(new Shape(1));
        NDArray count = constant(Math.toIntExact(all.size()));
        NDArray code = format.code();
        return call("pattern", like, count, constant(start), code).reshape(all);
    }

    /** Result and gradients of input, kernel and bias of doubling and convolution, in float32. */
    static NDList doublingTrial(
            NumberFormat format, NDArray x, NDArray kernel, NDArray bias, NDArray gradient) {
        return callAll("doubling_trial", x, kernel, bias, gradient, format.code());
    }

    /** The same by plain operators. */
    static NDList doublingPlain(
            NumberFormat format, NDArray x, NDArray kernel, NDArray bias, NDArray gradient) {
        return callAll("doubling_plain", x, kernel, bias, gradient, format.code());
    }

    /** What dropout keeps of 65,536 numbers, with each random word of 16 bits for one of them. */
    static NDArray keptOfAllWords(NDArray x, double p) {
        return call("drop_trial", x, Operators.number(p));
    }

    /** Parameters, first and second moments after three AdamW steps, fused or not. */
    static NDList adamWTrial(NDManager manager, boolean fused) {
        NDArray parameters = pattern(manager, 0, NumberFormat.FLOAT32, 1000);
        NDArray first = pattern(manager, 1, NumberFormat.FLOAT32, 1000);
        NDArray gradient = pattern(manager, 9, NumberFormat.FLOAT32, 1000);
        try (NDArray signed = pattern(manager, 2, NumberFormat.FLOAT32, 1000)) {
            NDArray second = signed.square();
            return callAll("adamw_trial", parameters, first, second, gradient, flag(fused));
        }
    }
}
