package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/**
 * Self-attention over the pixels of a feature map, added to it: group norm, queries, keys and
 * values, attention, a linear layer. In: float32 {@code [N, C, H, W]}. Out: the same shape.
 */
public final class AttentionBlock extends NamedBlock {

    private final int groups;
    private final int heads;
    private final Parameter[] parameters;

    private AttentionBlock(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        groups = b.groups;
        heads = b.heads;
        int channels = b.channels;
        b.check();
        parameters =
                new Parameter[] {
                    normWeight("norm.weight", channels),
                    normBias("norm.bias", channels),
                    weight("projection.weight", 3L * channels, channels),
                    bias("projection.bias", channels, 3L * channels),
                    weight("output.weight", channels, channels),
                    bias("output.bias", channels, channels)
                };
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@code [N, C, H, W]} to the same shape; the input stays open. */
    NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        NDArray[] p = values(store, x, mode, parameters);
        NDArray[] inputs = {x, p[0], p[1], p[2], p[3], p[4], p[5]};
        return Operators.attentionBlock(inputs, groups, heads, mode);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4);
        return new NDList(apply(store, inputs.get(0), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Collects an {@link AttentionBlock}. */
    public static final class Builder extends AttentionBuilder<Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Builds the block.
         *
         * @return a new block, not initialised
         * @throws IllegalArgumentException if groups or heads do not divide the channels
         */
        public AttentionBlock build() {
            return named("");
        }

        AttentionBlock named(String name) {
            return new AttentionBlock(name, this);
        }
    }
}
