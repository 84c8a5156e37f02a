package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

/**
 * The parameters of a norm.
 *
 * @param weight {@code [C]}
 * @param bias {@code [C]}
 * @param mean running mean of batch norm, {@code [C]}; null for group norm
 * @param variance running variance of batch norm, {@code [C]}; null for group norm
 * @param groups of group norm, 0 for batch norm
 */
@Internal
public record NormParameters(
        Parameter weight, Parameter bias, Parameter mean, Parameter variance, int groups) {

    /** Whether it is batch norm. */
    boolean isBatchNorm() {
        return groups == 0;
    }

    /**
     * Looks up the values.
     *
     * @param store gives them
     * @param like an array of the device that they are wanted on
     * @param mode of the operator that takes them
     * @return the values, which stay the store's
     */
    public Norm values(ParameterStore store, NDArray like, OperatorMode mode) {
        return isBatchNorm()
                ? new Norm.Batch(
                        NamedBlock.value(store, weight, like, mode),
                        NamedBlock.value(store, bias, like, mode),
                        NamedBlock.value(store, mean, like, mode),
                        NamedBlock.value(store, variance, like, mode))
                : group(store, like, mode);
    }

    /**
     * Looks up the values of group norm.
     *
     * @param store gives them
     * @param like an array of the device that they are wanted on
     * @param mode of the operator that takes them
     * @return the values, which stay the store's
     */
    public Norm.Group group(ParameterStore store, NDArray like, OperatorMode mode) {
        return new Norm.Group(
                NamedBlock.value(store, weight, like, mode),
                NamedBlock.value(store, bias, like, mode),
                groups);
    }
}
