package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/**
 * The operators of residual networks, on the terms of {@link Operators}: convolutions with their
 * norm, and pooling.
 */
@Internal
public final class EncoderOperators {

    private EncoderOperators() {}

    /**
     * Convolution without bias, then batch norm (momentum 0.1, epsilon 1e-5) or group norm (epsilon
     * 1e-5); in training the running statistics of batch norm are updated in place.
     *
     * @param x {@code [N, C, H, W]}
     * @param parameters the kernel {@code [out, C, k, k]}, then {@code [out]} each: weight and bias
     *     of the norm, and for batch norm its running mean and running variance
     * @param groups a divisor of out for group norm, 0 for batch norm
     * @param stride of the convolution
     * @param relu whether ReLU follows
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}
     */
    public static NDArray convNorm(
            NDArray x,
            NDArray[] parameters,
            int groups,
            int stride,
            boolean relu,
            OperatorMode mode) {
        NDArray[] all = Operators.append(new NDArray[] {x}, parameters);
        return convNorm(relu ? "_relu" : "", all, groups, stride, mode);
    }

    /**
     * {@code relu(convNorm(x) + shortcut)}: the end of a ResNet block.
     *
     * @param x {@code [N, C, H, W]}
     * @param shortcut {@code [N, out, H', W']}
     * @param parameters as for {@link #convNorm}
     * @param groups as for {@link #convNorm}
     * @param mode precision and gradients
     * @return like {@code shortcut}
     */
    public static NDArray convNormAddRelu(
            NDArray x, NDArray shortcut, NDArray[] parameters, int groups, OperatorMode mode) {
        NDArray[] all = Operators.append(new NDArray[] {x, shortcut}, parameters);
        return convNorm("_add_relu", all, groups, 1, mode);
    }

    /**
     * Batch norm or group norm, as in {@link #convNorm}, then ReLU.
     *
     * @param x {@code [N, C, H, W]}
     * @param parameters {@code [C]} each: weight and bias, and for batch norm running mean and
     *     running variance
     * @param groups a divisor of C for group norm, 0 for batch norm
     * @param mode whether batch norm takes and keeps statistics, and gradients are wanted
     * @return like {@code x}
     */
    public static NDArray normRelu(NDArray x, NDArray[] parameters, int groups, OperatorMode mode) {
        NDArray[] all = Operators.append(new NDArray[] {x}, parameters);
        return groups > 0
                ? Operators.call(
                        "group_norm_relu", mode, Operators.append(all, Operators.constant(groups)))
                : Operators.call(
                        "norm_relu", mode, Operators.append(all, Operators.flag(mode.training())));
    }

    /**
     * Convolution without bias, with a square odd kernel k and padding k / 2.
     *
     * @param x {@code [N, C, H, W]}
     * @param kernel {@code [out, C, k, k]}
     * @param stride 1 or more
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}
     */
    public static NDArray conv(NDArray x, NDArray kernel, int stride, OperatorMode mode) {
        return Operators.call(
                "bare_conv", mode, x, kernel, Operators.constant(stride), mode.format().code());
    }

    /**
     * {@code conv(x) + shortcut}: the end of a pre-activation ResNet block.
     *
     * @param x {@code [N, C, H, W]}
     * @param shortcut {@code [N, out, H, W]}
     * @param kernel {@code [out, C, k, k]}, of stride 1
     * @param mode precision and gradients
     * @return like {@code shortcut}
     */
    public static NDArray convAdd(NDArray x, NDArray shortcut, NDArray kernel, OperatorMode mode) {
        return Operators.call("bare_conv_add", mode, x, shortcut, kernel, mode.format().code());
    }

    private static NDArray convNorm(
            String end, NDArray[] inputs, int groups, int stride, OperatorMode mode) {
        NDArray code = mode.format().code();
        return groups > 0
                ? Operators.call(
                        "conv_group_norm" + end,
                        mode,
                        Operators.append(
                                inputs,
                                Operators.constant(groups),
                                Operators.constant(stride),
                                code))
                : Operators.call(
                        "conv_norm" + end,
                        mode,
                        Operators.append(
                                inputs,
                                Operators.constant(stride),
                                Operators.flag(mode.training()),
                                code));
    }

    /**
     * Maximum over 3 x 3 windows, stride 2, padding 1: the standard ResNet stem's pooling.
     *
     * @param x {@code [N, C, H, W]}
     * @param mode whether gradients are wanted
     * @return {@code [N, C, ceil(H / 2), ceil(W / 2)]}
     */
    public static NDArray maxPool(NDArray x, OperatorMode mode) {
        return Operators.call("max_pool", mode, x);
    }

    /**
     * The mean over all pixels; DJL's mean takes one axis only.
     *
     * @param x {@code [N, C, H, W]}
     * @param mode whether gradients are wanted
     * @return {@code [N, C]}, in float32 also where {@code x} is in bfloat16 or float16
     */
    public static NDArray globalPool(NDArray x, OperatorMode mode) {
        return Operators.call("global_pool", mode, x);
    }
}
