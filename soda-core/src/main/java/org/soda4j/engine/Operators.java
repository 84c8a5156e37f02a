package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;

/**
 * The operators that DJL lacks, on DJL arrays. Each is one call of the engine, differentiable, and
 * described in {@code operators.py}.
 *
 * <p>Parameters, times and latents are float32; feature maps are in the mode's {@link NumberFormat}
 * (float64 throughout works too, for gradient checks). DJL has no name for bfloat16: such a map can
 * go into other operators and be closed, but Java cannot read it before {@link #float32}. The
 * result belongs to the manager of the first argument. Where norms, SiLU, linear layers and the
 * like keep their input's format, the {@link OperatorMode} says only whether autograd records the
 * call.
 */
@Internal
public final class Operators {

    private static final TorchScriptModule MODULE =
            TorchScriptModule.load("Operators", "operators.py", "kernels.py");

    /** The code that asks for doubling as part of a convolution. */
    private static final int DOUBLING = 3;

    private Operators() {}

    /** Compiles the operators, so that the first call of one does not wait for that. */
    public static void load() {
        Objects.requireNonNull(MODULE);
    }

    /**
     * Group normalisation with affine parameters, epsilon 1e-5.
     *
     * @param x {@code [N, C, ...]}
     * @param norm of C channels
     * @param mode whether gradients are wanted
     * @return like {@code x}
     */
    public static NDArray groupNorm(NDArray x, Norm.Group norm, OperatorMode mode) {
        return call("group_norm", mode, x, norm.weight(), norm.bias(), constant(norm.groups()));
    }

    /**
     * SiLU, {@code x sigmoid(x)}, in one kernel.
     *
     * @param x any shape
     * @param mode whether gradients are wanted
     * @return like {@code x}
     */
    public static NDArray silu(NDArray x, OperatorMode mode) {
        return call("silu", mode, x);
    }

    /**
     * Adaptive group normalisation (AdaGN) and SiLU: {@code silu(z_s (t_s norm(h) + t_b) + z_b)}.
     *
     * @param h {@code [N, C, H, W]}
     * @param time {@code [N, 2C]}: t_s, then t_b
     * @param latent {@code [N, 2C]}: z_s, then z_b
     * @param norm of C channels
     * @param mode whether gradients are wanted
     * @return like {@code h}
     */
    public static NDArray modulatedNormSilu(
            NDArray h, NDArray time, NDArray latent, Norm.Group norm, OperatorMode mode) {
        return call(
                "modulated_norm_silu",
                mode,
                h,
                time,
                latent,
                norm.weight(),
                norm.bias(),
                constant(norm.groups()));
    }

    /**
     * Linear layer, {@code x weight^T + bias}.
     *
     * @param x {@code [..., in]}
     * @param layer its weight {@code [out, in]} and bias
     * @param mode whether gradients are wanted
     * @return {@code [..., out]}
     */
    public static NDArray linear(NDArray x, Affine layer, OperatorMode mode) {
        return call("linear", mode, x, layer.weight(), layer.bias());
    }

    /**
     * Convolution with a square odd kernel k and padding k / 2.
     *
     * @param x {@code [N, in, H, W]}
     * @param layer its kernel {@code [out, in, k, k]} and bias
     * @param stride 1 or more
     * @param mode precision and gradients
     * @return {@code [N, out, ceil(H / stride), ceil(W / stride)]}
     */
    public static NDArray conv(NDArray x, Affine layer, int stride, OperatorMode mode) {
        return call(
                "conv",
                mode,
                x,
                layer.weight(),
                layer.bias(),
                constant(stride),
                mode.format().code());
    }

    /**
     * Changes the resolution without parameters.
     *
     * @param x {@code [N, C, H, W]}
     * @param resample how
     * @param mode whether gradients are wanted
     * @return {@code x} at the new resolution
     */
    public static NDArray resize(NDArray x, Resample resample, OperatorMode mode) {
        return call("resize", mode, x, resample.code());
    }

    /**
     * {@code conv(resize(silu(groupNorm(x))))}: the first half of a residual block, and the end of
     * the denoiser.
     *
     * @param x {@code [N, C, H, W]}
     * @param norm of C channels
     * @param layer the convolution's kernel {@code [out, C, k, k]} and bias
     * @param resample before the convolution
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}
     */
    public static NDArray normSiluConv(
            NDArray x, Norm.Group norm, Affine layer, Resample resample, OperatorMode mode) {
        return call(
                "norm_silu_conv",
                mode,
                x,
                norm.weight(),
                norm.bias(),
                layer.weight(),
                layer.bias(),
                constant(norm.groups()),
                code(resample, x, layer, mode),
                mode.format().code());
    }

    /**
     * The second half of a residual block: {@code conv(dropout(modulatedNormSilu(h))) + shortcut}.
     *
     * @param h {@code [N, C, H, W]}
     * @param shortcut {@code [N, C, H, W]}
     * @param time what drives t_s and t_b
     * @param latent what drives z_s and z_b
     * @param norm of C channels
     * @param layer the convolution's kernel {@code [C, C, k, k]} and bias
     * @param dropout probability, active in training
     * @param mode precision and gradients
     * @return {@code [K N, C, H, W]}: h and shortcut are taken K times
     */
    public static NDArray modulatedConv(
            NDArray h,
            NDArray shortcut,
            Modulation time,
            Modulation latent,
            Norm.Group norm,
            Affine layer,
            double dropout,
            OperatorMode mode) {
        return call(
                "modulated_conv",
                mode,
                h,
                shortcut,
                time.input(),
                latent.input(),
                time.layer().weight(),
                time.layer().bias(),
                latent.layer().weight(),
                latent.layer().bias(),
                norm.weight(),
                norm.bias(),
                layer.weight(),
                layer.bias(),
                constant(norm.groups()),
                number(dropout),
                dropCode(h, dropout, mode),
                mode.format().code());
    }

    /**
     * Changes the resolution, then convolves.
     *
     * @param x {@code [N, C, H, W]}
     * @param layer the convolution's kernel {@code [out, C, k, k]} and bias
     * @param resample before the convolution
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}
     */
    public static NDArray resizeConv(
            NDArray x, Affine layer, Resample resample, OperatorMode mode) {
        return call(
                "resize_conv",
                mode,
                x,
                layer.weight(),
                layer.bias(),
                code(resample, x, layer, mode),
                mode.format().code());
    }

    /**
     * {@code x + output(attention(projection(groupNorm(x))))} over the pixels.
     *
     * @param x {@code [N, C, H, W]}
     * @param norm of C channels
     * @param projection {@code [3C, C]}: query, key and value of one head after another
     * @param output {@code [C, C]}
     * @param heads a divisor of C
     * @param mode precision and gradients
     * @return {@code [N, C, H, W]}
     */
    public static NDArray attentionBlock(
            NDArray x,
            Norm.Group norm,
            Affine projection,
            Affine output,
            int heads,
            OperatorMode mode) {
        return call(
                "attention_block",
                mode,
                x,
                norm.weight(),
                norm.bias(),
                projection.weight(),
                projection.bias(),
                output.weight(),
                output.bias(),
                constant(norm.groups()),
                constant(heads),
                mode.format().code());
    }

    /**
     * {@code x + output(attention(query(groupNorm(x)), keyValue(tokens)))}: the pixels of x attend
     * to tokens.
     *
     * @param x {@code [N, C, H, W]}
     * @param tokens {@code [N, T, D]}
     * @param norm of C channels
     * @param query {@code [C, C]}
     * @param keyValue {@code [2C, D]}: key and value of one head after another
     * @param output {@code [C, C]}
     * @param heads a divisor of C
     * @param mode precision and gradients
     * @return {@code [N, C, H, W]}
     */
    public static NDArray crossAttentionBlock(
            NDArray x,
            NDArray tokens,
            Norm.Group norm,
            Affine query,
            Affine keyValue,
            Affine output,
            int heads,
            OperatorMode mode) {
        return call(
                "cross_attention_block",
                mode,
                x,
                tokens,
                norm.weight(),
                norm.bias(),
                query.weight(),
                query.bias(),
                keyValue.weight(),
                keyValue.bias(),
                output.weight(),
                output.bias(),
                constant(norm.groups()),
                constant(heads),
                mode.format().code());
    }

    /**
     * Multiplies a map by a number, in place.
     *
     * @param x any array that nothing else needs as it was; the result is the same memory
     * @param factor the number
     * @param mode whether gradients are wanted
     * @return {@code factor x}
     */
    public static NDArray scaled(NDArray x, double factor, OperatorMode mode) {
        return call("scaled", mode, x, number(factor));
    }

    /**
     * Converts a feature map that Java is to read, without gradients.
     *
     * @param x in any {@link NumberFormat}
     * @return in float32
     */
    public static NDArray float32(NDArray x) {
        return cast(x, NumberFormat.FLOAT32);
    }

    /**
     * Converts a feature map to float32.
     *
     * @param x in any {@link NumberFormat}
     * @param mode whether gradients are wanted
     * @return in float32
     */
    public static NDArray float32(NDArray x, OperatorMode mode) {
        return call("cast", mode, x, NumberFormat.FLOAT32.code());
    }

    /**
     * Converts to a number format, without gradients.
     *
     * @param x any array
     * @param format what to convert to
     * @return {@code x} in that format
     */
    public static NDArray cast(NDArray x, NumberFormat format) {
        return call("cast", x, format.code());
    }

    /**
     * Converts to the format of a mode.
     *
     * @param x any array
     * @param mode what to convert to, and whether gradients are wanted
     * @return {@code x} in that format
     */
    public static NDArray cast(NDArray x, OperatorMode mode) {
        return call("cast", mode, x, mode.format().code());
    }

    /**
     * Overwrites an array in place, a parameter too, converting data type and device.
     *
     * @param target what is overwritten
     * @param source the new values, of the same shape
     */
    public static void copy(NDArray target, NDArray source) {
        call("copy", target, source).close();
    }

    /** Calls a method on whole lists, without gradients. */
    static NDList onLists(String method, NDList scalars, NDList... lists) {
        return MODULE.callOnLists(method, scalars, lists);
    }

    static NDArray constant(int value) {
        return MODULE.constant((long) value);
    }

    static NDArray number(double value) {
        return MODULE.constant(value);
    }

    static NDArray flag(boolean value) {
        return constant(value ? 1 : 0);
    }

    /** Without gradients. */
    static NDArray call(String method, NDArray... inputs) {
        return MODULE.call(method, false, inputs).get(0);
    }

    static NDArray call(String method, OperatorMode mode, NDArray... inputs) {
        return MODULE.call(method, mode.training(), inputs).get(0);
    }

    /** Without gradients, all results. */
    static NDList callAll(String method, NDArray... inputs) {
        return MODULE.call(method, false, inputs);
    }

    /** Doubling as part of the convolution, where that may be. */
    private static NDArray code(Resample resample, NDArray x, Affine layer, OperatorMode mode) {
        if (resample != Resample.UP) {
            return resample.code();
        }
        Shape shape = layer.weight().getShape();
        KernelShape kernel = new KernelShape(shape.get(0), shape.get(1), shape.get(2), 1);
        return FastKernel.DOUBLING.takes(kernel, mode.format())
                        && Qualification.allows(
                                FastKernel.DOUBLING, kernel, mode.format(), x.getDevice())
                ? constant(DOUBLING)
                : resample.code();
    }

    /** No dropout, the engine's, or the one from random bits. */
    private static NDArray dropCode(NDArray x, double dropout, OperatorMode mode) {
        if (!mode.training() || dropout == 0) {
            return constant(0);
        }
        boolean bits =
                Qualification.allows(
                        FastKernel.DROPOUT, KernelShape.ANY, mode.format(), x.getDevice());
        return constant(bits ? 2 : 1);
    }
}
