package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

/**
 * The parameters of a linear layer or a convolution.
 *
 * @param weight of the shape of {@link Affine#weight}
 * @param bias {@code [out]}
 */
@Internal
public record AffineParameters(Parameter weight, Parameter bias) {

    /**
     * Looks up the values.
     *
     * @param store gives them
     * @param like an array of the device that they are wanted on
     * @param mode of the operator that takes them
     * @return the values, which stay the store's
     */
    public Affine values(ParameterStore store, NDArray like, OperatorMode mode) {
        return new Affine(
                NamedBlock.value(store, weight, like, mode),
                NamedBlock.value(store, bias, like, mode));
    }
}
