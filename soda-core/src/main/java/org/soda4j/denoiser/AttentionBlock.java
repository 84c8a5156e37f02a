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
        super(name, b.seed);
        groups = b.groups;
        heads = b.heads;
        int channels = b.channels;
        BlockSizes.requireDivisor("groups", groups, "channels", channels);
        BlockSizes.requireDivisor("heads", heads, "channels", channels);
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
        NDArray[] p = values(store, x, mode.training(), parameters);
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
    public static final class Builder {

        private int channels = 128;
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
        public AttentionBlock build() {
            return named("");
        }

        AttentionBlock named(String name) {
            return new AttentionBlock(name, this);
        }
    }
}
