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
 * Self-attention over the pixels of a feature map, added to it: group norm, queries, keys and
 * values, attention, a linear layer. In: float32 {@code [N, C, H, W]}. Out: the same shape.
 */
public final class AttentionBlock extends NamedBlock {

    private final int heads;
    private final NormParameters norm;
    private final AffineParameters projection;
    private final AffineParameters output;

    private AttentionBlock(String name, Builder b) {
        super(name, b.seed, b.initialization.initialValues());
        heads = b.heads;
        int channels = b.channels;
        b.check();
        norm = norm("norm", channels, b.groups);
        projection = affine("projection", 3L * channels, channels);
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

    /** {@code [N, C, H, W]} to the same shape; the input stays open. */
    NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        return Operators.attentionBlock(
                x,
                norm.group(store, x, mode),
                projection.values(store, x, mode),
                output.values(store, x, mode),
                heads,
                mode);
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

    /** Builds an {@link AttentionBlock}. */
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
