package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NormParameters;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/**
 * Attention of the pixels of a feature map (queries) to tokens (keys and values), added to the map:
 * as {@link AttentionBlock}, with keys and values from elsewhere. In: the map, float32 {@code [N,
 * C, H, W]}; tokens, float32 {@code [N, T, D]}. Out: the shape of the map.
 */
public final class CrossAttentionBlock extends NamedBlock {

    private final int heads;
    private final NormParameters norm;
    private final AffineParameters query;
    private final AffineParameters keyValue;
    private final AffineParameters output;

    private CrossAttentionBlock(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        heads = b.heads;
        int channels = b.channels;
        b.check();
        norm = norm("norm", channels, b.groups);
        query = affine("query", channels, channels);
        keyValue = affine("key_value", 2L * channels, b.tokenSize);
        output = affine("output", channels, channels);
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
        return Operators.crossAttentionBlock(
                x,
                tokens,
                norm.group(store, tokens, mode),
                query.values(store, tokens, mode),
                keyValue.values(store, tokens, mode),
                output.values(store, tokens, mode),
                heads,
                mode);
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

    /** Builds a {@link CrossAttentionBlock}. */
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
