package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

/**
 * A convolution without bias and the norm after it: what ResNets are made of.
 *
 * @param kernel {@code [out, in, k, k]}
 * @param norm of out channels
 * @param stride of the convolution
 */
@Internal
public record ConvNorm(Parameter kernel, NormParameters norm, int stride) {

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
                : EncoderOperators.convNorm(
                        x,
                        NamedBlock.value(store, kernel, x, mode),
                        norm.values(store, x, mode),
                        stride,
                        relu,
                        mode);
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
                        x,
                        shortcut,
                        NamedBlock.value(store, kernel, x, mode),
                        norm.values(store, x, mode),
                        mode);
    }

    /**
     * Convolves images and a condition as one, with ReLU; never folded.
     *
     * @param store gives the norm's parameters
     * @param x {@code [N, in + more, H, W]}
     * @param more the kernel of the further channels, {@code [out, more, k, k]}
     * @param mode precision and gradients
     * @return {@code [N, out, H', W']}, the caller's to close
     */
    public NDArray applyJoined(ParameterStore store, NDArray x, NDArray more, OperatorMode mode) {
        // Not from the store, whose kernels may be converted.
        try (NDArray joined = kernel.getArray().concat(more, 1)) {
            return EncoderOperators.convNorm(
                    x, joined, norm.values(store, x, mode), stride, true, mode);
        }
    }

    private FoldedConv folded(ParameterStore store, OperatorMode mode) {
        return !mode.training() && store instanceof InferenceParameters made
                ? made.folded(this)
                : null;
    }
}
