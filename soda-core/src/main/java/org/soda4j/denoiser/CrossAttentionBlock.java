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
 * Attention of the pixels of a feature map (queries) to tokens (keys and values), added to the map:
 * as {@link AttentionBlock}, with keys and values from elsewhere. In: the map, float32 {@code [N,
 * C, H, W]}; tokens, float32 {@code [N, T, D]}. Out: the shape of the map.
 */
public final class CrossAttentionBlock extends NamedBlock {

    private final int groups;
    private final int heads;
    private final Parameter[] parameters;

    private CrossAttentionBlock(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        int tokenSize = b.tokenSize;
        groups = b.groups;
        heads = b.heads;
        int channels = b.channels;
        b.check();
        parameters =
                new Parameter[] {
                    normWeight("norm.weight", channels),
                    normBias("norm.bias", channels),
                    weight("query.weight", channels, channels),
                    bias("query.bias", channels, channels),
                    weight("key_value.weight", 2L * channels, tokenSize),
                    bias("key_value.bias", tokenSize, 2L * channels),
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

    /** {@code [N, C, H, W]} and tokens {@code [N, T, D]} to the first's shape; both stay open. */
    NDArray apply(ParameterStore store, NDArray x, NDArray tokens, OperatorMode mode) {
        NDArray[] p = values(store, tokens, mode, parameters);
        NDArray[] inputs = {x, tokens, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]};
        return Operators.crossAttentionBlock(inputs, groups, heads, mode);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4, 3);
        return new NDList(apply(store, inputs.get(0), inputs.get(1), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Collects a {@link CrossAttentionBlock}. */
    public static final class Builder extends AttentionBuilder<Builder> {

        private int tokenSize = 128;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the width D of a token. Default: 128.
         *
         * @param tokenSize at least 1
         * @return this
         */
        public Builder tokenSize(int tokenSize) {
            BlockSizes.require("tokenSize", tokenSize);
            this.tokenSize = tokenSize;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return a new block, not initialised
         * @throws IllegalArgumentException if groups or heads do not divide the channels
         */
        public CrossAttentionBlock build() {
            return named("");
        }

        CrossAttentionBlock named(String name) {
            return new CrossAttentionBlock(name, this);
        }
    }
}
