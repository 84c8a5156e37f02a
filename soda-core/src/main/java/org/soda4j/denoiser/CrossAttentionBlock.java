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
        super(name, b.seed);
        int tokenSize = b.tokenSize;
        groups = b.groups;
        heads = b.heads;
        int channels = b.channels;
        BlockSizes.requireDivisor("groups", groups, "channels", channels);
        BlockSizes.requireDivisor("heads", heads, "channels", channels);
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
        NDArray[] p = values(store, tokens, mode.training(), parameters);
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
    public static final class Builder {

        private int channels = 128;
        private int tokenSize = 128;
        private int groups = 32;
        private int heads = 1;
        private long seed;

        private Builder() {}

        /**
         * Sets the channels C. Default: 128.
         *
         * @param channels at least 1
         * @return this
         */
        public Builder channels(int channels) {
            UNetDenoiserConfig.requireAtLeast("channels", 1, channels);
            this.channels = channels;
            return this;
        }

        /**
         * Sets the width D of a token. Default: 128.
         *
         * @param tokenSize at least 1
         * @return this
         */
        public Builder tokenSize(int tokenSize) {
            UNetDenoiserConfig.requireAtLeast("tokenSize", 1, tokenSize);
            this.tokenSize = tokenSize;
            return this;
        }

        /**
         * Sets the groups of the norm. Default and published: 32.
         *
         * @param groups a divisor of the channels
         * @return this
         */
        public Builder groups(int groups) {
            UNetDenoiserConfig.requireAtLeast("groups", 1, groups);
            this.groups = groups;
            return this;
        }

        /**
         * Sets the heads. Default and published: 1.
         *
         * @param heads a divisor of the channels
         * @return this
         */
        public Builder heads(int heads) {
            UNetDenoiserConfig.requireAtLeast("heads", 1, heads);
            this.heads = heads;
            return this;
        }

        /**
         * Sets the seed of the initial values. Default: 0.
         *
         * @param seed any number
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
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
