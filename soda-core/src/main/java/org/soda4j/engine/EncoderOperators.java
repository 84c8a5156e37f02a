package org.soda4j.engine;

import static org.soda4j.engine.Operators.call;
import static org.soda4j.engine.Operators.constant;
import static org.soda4j.engine.Operators.flag;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * The operators of residual networks, on the terms of {@link Operators}: convolutions with their
 * norm, and pooling.
 */
@Internal
public final class EncoderOperators {

    private EncoderOperators() {}

    /**
     * Convolution without bias, then a norm.
     *
     * @param x {@code [N, C, H, W]}
     * @param kernel {@code [out, C, k, k]}
     * @param norm of out channels
     * @param stride of the convolution
     * @param relu whether ReLU follows
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}
     */
    public static NDArray convNorm(
            NDArray x, NDArray kernel, Norm norm, int stride, boolean relu, OperatorMode mode) {
        return convNorm(relu ? "_relu" : "", mode, norm, stride, x, kernel);
    }

    /**
     * {@code relu(convNorm(x) + shortcut)}: the end of a ResNet block.
     *
     * @param x {@code [N, C, H, W]}
     * @param shortcut {@code [N, out, H, W]}
     * @param kernel {@code [out, C, k, k]}, of stride 1
     * @param norm of out channels
     * @param mode precision and gradients
     * @return like {@code shortcut}
     */
    public static NDArray convNormAddRelu(
            NDArray x, NDArray shortcut, NDArray kernel, Norm norm, OperatorMode mode) {
        return convNorm("_add_relu", mode, norm, 1, x, shortcut, kernel);
    }

    /** Arrays, then those of the norm, then numbers. */
    private static NDArray convNorm(
            String end, OperatorMode mode, Norm norm, int stride, NDArray... first) {
        List<NDArray> all = new ArrayList<>(List.of(first));
        String method;
        if (norm instanceof Norm.Group n) {
            method = "conv_group_norm";
            all.addAll(List.of(n.weight(), n.bias(), constant(n.groups()), constant(stride)));
        } else {
            Norm.Batch n = (Norm.Batch) norm;
            method = "conv_norm";
            all.addAll(List.of(n.weight(), n.bias(), n.mean(), n.variance(), constant(stride)));
            all.add(flag(mode.training()));
        }
        all.add(mode.format().code());
        return call(method + end, mode, all.toArray(NDArray[]::new));
    }

    /**
     * A norm, then ReLU.
     *
     * @param x {@code [N, C, H, W]}
     * @param norm of C channels
     * @param mode whether batch norm takes and keeps statistics, and gradients are wanted
     * @return like {@code x}
     */
    public static NDArray normRelu(NDArray x, Norm norm, OperatorMode mode) {
        if (norm instanceof Norm.Group n) {
            NDArray groups = constant(n.groups());
            return call("group_norm_relu", mode, x, n.weight(), n.bias(), groups);
        }
        Norm.Batch n = (Norm.Batch) norm;
        NDArray training = flag(mode.training());
        return call("norm_relu", mode, x, n.weight(), n.bias(), n.mean(), n.variance(), training);
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
        return call("bare_conv", mode, x, kernel, constant(stride), mode.format().code());
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
        return call("bare_conv_add", mode, x, shortcut, kernel, mode.format().code());
    }

    /**
     * Maximum over 3 x 3 windows, stride 2, padding 1: the standard ResNet stem's pooling.
     *
     * @param x {@code [N, C, H, W]}
     * @param mode whether gradients are wanted
     * @return {@code [N, C, ceil(H / 2), ceil(W / 2)]}
     */
    public static NDArray maxPool(NDArray x, OperatorMode mode) {
        return call("max_pool", mode, x);
    }

    /**
     * The mean over all pixels; DJL's mean takes one axis only.
     *
     * @param x {@code [N, C, H, W]}
     * @param mode whether gradients are wanted
     * @return {@code [N, C]}, in float32 also where {@code x} is in bfloat16 or float16
     */
    public static NDArray globalPool(NDArray x, OperatorMode mode) {
        return call("global_pool", mode, x);
    }
}
