package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.stream.Stream;

/**
 * A norm and the ReLU after it, in front of a convolution: what pre-activation ResNets are made of.
 * No fast kernel holds it.
 *
 * @param weight of the norm, {@code [C]}
 * @param bias of the norm, {@code [C]}
 * @param mean running mean of batch norm, {@code [C]}; null for group norm
 * @param variance running variance of batch norm, {@code [C]}; null for group norm
 * @param groups of group norm, 0 for batch norm
 */
@Internal
public record NormRelu(
        Parameter weight, Parameter bias, Parameter mean, Parameter variance, int groups) {

    /**
     * Normalises.
     *
     * @param store gives the parameters
     * @param x {@code [N, C, H, W]}, stays open
     * @param mode precision and gradients
     * @return like {@code x}, the caller's to close
     */
    public NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        Stream<Parameter> parameters =
                groups > 0 ? Stream.of(weight, bias) : Stream.of(weight, bias, mean, variance);
        NDArray[] values =
                parameters
                        .map(p -> store.getValue(p, x.getDevice(), mode.training()))
                        .toArray(NDArray[]::new);
        return EncoderOperators.normRelu(x, values, groups, mode);
    }
}
