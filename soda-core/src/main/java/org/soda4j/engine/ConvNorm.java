package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.stream.Stream;

/**
 * A convolution without bias and the norm after it: what ResNets are made of.
 *
 * @param kernel {@code [out, in, k, k]}
 * @param weight of the norm, {@code [out]}
 * @param bias of the norm, {@code [out]}
 * @param mean running mean of batch norm, {@code [out]}; null for group norm
 * @param variance running variance of batch norm, {@code [out]}; null for group norm
 * @param groups of group norm, 0 for batch norm
 * @param stride of the convolution
 */
@Internal
public record ConvNorm(
        Parameter kernel,
        Parameter weight,
        Parameter bias,
        Parameter mean,
        Parameter variance,
        int groups,
        int stride) {

    /** Whether the norm is batch norm. */
    boolean isBatchNorm() {
        return groups == 0;
    }

    /** The parameters in the order in which {@link EncoderOperators#convNorm} takes them. */
    Stream<Parameter> parameters() {
        return isBatchNorm()
                ? Stream.of(kernel, weight, bias, mean, variance)
                : Stream.of(kernel, weight, bias);
    }

    /**
     * Convolves and normalises, with ReLU or without.
     *
     * @param store gives the parameters, or in inference what was made of them
     * @param x {@code [N, in, H, W]}, stays open
     * @param relu whether ReLU follows
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}, the caller's to close
     */
    public NDArray apply(ParameterStore store, NDArray x, boolean relu, OperatorMode mode) {
        FoldedConv folded = folded(store, mode);
        return folded != null
                ? folded.apply(x, relu, mode)
                : EncoderOperators.convNorm(x, values(store, x, mode), groups, stride, relu, mode);
    }

    /**
     * {@code relu(convNorm(x) + shortcut)}: the end of a ResNet block.
     *
     * @param store as for {@link #apply}
     * @param x {@code [N, in, H, W]}, stays open
     * @param shortcut {@code [N, out, H', W']}, stays open, may be overwritten in inference
     * @param mode precision and gradients
     * @return like {@code shortcut}, the caller's to close
     */
    public NDArray applyAddRelu(
            ParameterStore store, NDArray x, NDArray shortcut, OperatorMode mode) {
        FoldedConv folded = folded(store, mode);
        return folded != null
                ? folded.applyAddRelu(x, shortcut, mode)
                : EncoderOperators.convNormAddRelu(
                        x, shortcut, values(store, x, mode), groups, mode);
    }

    /**
     * Convolves images and a condition as one, with ReLU; never folded.
     *
     * @param x {@code [N, in + more, H, W]}
     * @param more the kernel of the further channels, {@code [out, more, k, k]}
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}, the caller's to close
     */
    public NDArray applyJoined(NDArray x, NDArray more, OperatorMode mode) {
        // Not from a store, whose kernels may be converted.
        NDArray[] values = parameters().map(Parameter::getArray).toArray(NDArray[]::new);
        try (NDArray joined = values[0].concat(more, 1)) {
            values[0] = joined;
            return EncoderOperators.convNorm(x, values, groups, stride, true, mode);
        }
    }

    private FoldedConv folded(ParameterStore store, OperatorMode mode) {
        return !mode.training() && store instanceof InferenceParameters made
                ? made.folded(this)
                : null;
    }

    private NDArray[] values(ParameterStore store, NDArray like, OperatorMode mode) {
        return parameters()
                .map(p -> store.getValue(p, like.getDevice(), mode.training()))
                .toArray(NDArray[]::new);
    }
}
