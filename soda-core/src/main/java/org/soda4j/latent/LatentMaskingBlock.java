package org.soda4j.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;

/**
 * Hides the latent, or sections of it, from the denoiser in training (paper section 3.2, layer
 * masking). Like dropout, it does something only in training, and draws from the engine's random
 * numbers ({@code Engine.setRandomSeed}); unlike dropout, what stays is not scaled.
 *
 * <p>In: z, float32 {@code [N, d]}. Out: z, float32 {@code [N, d]}, zero where it is hidden: all of
 * an example's with the probability {@link LatentMasking#latent}, each of its sections with the
 * probability {@link LatentMasking#section}, independently. Gradients flow through what stays. It
 * has no parameters.
 */
public final class LatentMaskingBlock extends AbstractBlock {

    private final LatentLayout layout;
    private final LatentMasking masking;

    private LatentMaskingBlock(LatentLayout layout, LatentMasking masking) {
        this.layout = layout;
        this.masking = masking;
    }

    /**
     * Starts from the published values.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray z = inputs.singletonOrThrow();
        Shape shape = z.getShape();
        if (shape.dimension() != 2 || shape.get(1) != layout.size()) {
            throw new IllegalArgumentException(
                    "latent: expected [N, %d], found %s".formatted(layout.size(), shape));
        }
        if (!training) {
            return new NDList(z);
        }
        NDManager manager = z.getManager();
        long n = shape.get(0);
        try (NDArray whole = kept(manager, masking.latent(), new Shape(n, 1));
                NDArray each = kept(manager, masking.section(), new Shape(n, layout.sections()));
                NDArray sections = each.mul(whole);
                NDArray mask = layout.spread(sections)) {
            return new NDList(z.mul(mask));
        }
    }

    /** 1 with the probability to stay, else 0. */
    private static NDArray kept(NDManager manager, double hidden, Shape shape) {
        try (NDArray drawn = manager.randomUniform(0, 1, shape);
                NDArray stays = drawn.gte(hidden)) {
            return stays.toType(DataType.FLOAT32, true);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Builds a {@link LatentMaskingBlock}. */
    public static final class Builder {

        private LatentLayout layout = LatentLayout.of(128);
        private LatentMasking masking = new LatentMasking(0.1, 0);

        private Builder() {}

        /**
         * Sets the sections of the latent. Default: one section of 128 dimensions. Those of a
         * U-Net: {@code unet.layout()}.
         *
         * @param layout the sections
         * @return this
         */
        public Builder layout(LatentLayout layout) {
            this.layout = Objects.requireNonNull(layout, "layout");
            return this;
        }

        /**
         * Sets the probabilities. Default and published: all of the latent with 0.1.
         *
         * @param masking of the whole latent and of each section
         * @return this
         */
        public Builder masking(LatentMasking masking) {
            this.masking = Objects.requireNonNull(masking, "masking");
            return this;
        }

        /**
         * Builds the block.
         *
         * @return a new block
         */
        public LatentMaskingBlock build() {
            return new LatentMaskingBlock(layout, masking);
        }
    }
}
