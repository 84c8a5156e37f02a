package org.soda4j.encoder;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Objects;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;

/**
 * The encoder E (paper section 3.1): a ResNet whose last layer gives the latent z. This is its
 * immutable description; {@link #newBlock} makes the network.
 *
 * <p>Everything is optional: {@code ResNetEncoder.builder().build()} is the published ResNet-18
 * with the standard stem and three input channels.
 *
 * @param depth 18, 34 (basic blocks), 50 or 101 (bottleneck blocks)
 * @param widthMultiplier factor on every channel count, as in the paper's ResNet-50x2
 * @param smallImages whether the stem is a 3 x 3 convolution at stride 1 without pooling (for
 *     images of about 32 pixels) instead of 7 x 7 at stride 2 with pooling
 * @param inputChannels channels of the images
 * @param latentSize length of z; 0 means: what the model's {@code LatentLayout} says
 * @param norm of the feature maps
 */
@JsonDeserialize(builder = ResNetEncoder.Builder.class)
public record ResNetEncoder(
        int depth,
        double widthMultiplier,
        boolean smallImages,
        int inputChannels,
        int latentSize,
        NormLayer norm) {

    /** Checks every component, as the builder does. */
    public ResNetEncoder {
        blocksPerStage(depth);
        requireWidthMultiplier(widthMultiplier);
        requireAtLeast("inputChannels", 1, inputChannels);
        requireAtLeast("latentSize", 0, latentSize);
        Objects.requireNonNull(norm, "norm");
    }

    /**
     * Starts from the published defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns this description with another latent size.
     *
     * @param size length of z, at least 1
     * @return the changed description
     */
    public ResNetEncoder withLatentSize(int size) {
        requireAtLeast("latentSize", 1, size);
        return new ResNetEncoder(depth, widthMultiplier, smallImages, inputChannels, size, norm);
    }

    /**
     * Makes the network as a DJL block: channel-normalised images, float32 {@code [N, C, H, W]},
     * in; the latent {@code [N, latentSize]} and the pooled features before the last layer {@code
     * [N, featureSize]} out. Its parameters carry torchvision's names.
     *
     * @param seed of the initial values
     * @return a new block, not initialised
     * @throws IllegalStateException if the latent size is still open
     */
    @Internal
    public NamedBlock newBlock(long seed) {
        return newBlock(seed, 0);
    }

    /**
     * Makes the network for images that further channels join, such as the rays of a camera. Their
     * part of the first kernel is a parameter of its own, {@code views.conv1.weight}, so that the
     * others stay what they are without.
     *
     * @param seed of the initial values
     * @param conditionChannels R, at least 0; above 0 the block takes a second array, float32
     *     {@code [N, R, H, W]}
     * @return a new block, not initialised
     * @throws IllegalStateException if the latent size is still open
     */
    @Internal
    public NamedBlock newBlock(long seed, int conditionChannels) {
        if (latentSize == 0) {
            throw new IllegalStateException(
                    "latentSize is open; expected at least 1: set latentSize(n) on the builder");
        }
        return new ResNet(this, conditionChannels, seed);
    }

    /**
     * Returns the length of the pooled features before the last layer.
     *
     * @return 512 x width for depths 18 and 34, 2048 x width for 50 and 101
     */
    public int featureSize() {
        return channels(3) * expansion();
    }

    /**
     * Counts the multiplications of one image's pass.
     *
     * @param height of the image
     * @param width of the image
     * @return multiplications, each with its addition, of convolutions and the last layer
     */
    public long multiplyAdds(int height, int width) {
        return EncoderCost.multiplyAdds(this, height, width);
    }

    /**
     * Counts those of them that belong to the first convolution.
     *
     * @param height of the image
     * @param width of the image
     * @return multiplications, each with its addition
     */
    public long firstMultiplyAdds(int height, int width) {
        return EncoderCost.firstConvolution(this, height, width);
    }

    /** Output channels of a block are this many times its inner channels. */
    int expansion() {
        return depth >= 50 ? 4 : 1;
    }

    /** Inner channels of a stage 0 .. 3. */
    int channels(int stage) {
        return (int) Math.rint(64 * widthMultiplier) << stage;
    }

    int[] blocksPerStage() {
        return blocksPerStage(depth);
    }

    private static int[] blocksPerStage(int depth) {
        return switch (depth) {
            case 18 -> new int[] {2, 2, 2, 2};
            case 34, 50 -> new int[] {3, 4, 6, 3};
            case 101 -> new int[] {3, 4, 23, 3};
            default ->
                    throw new IllegalArgumentException(
                            "depth: expected 18, 34, 50 or 101, found " + depth);
        };
    }

    private static void requireWidthMultiplier(double widthMultiplier) {
        if (!(widthMultiplier > 0 && widthMultiplier <= 16)) {
            throw new IllegalArgumentException(
                    "widthMultiplier: expected more than 0 and at most 16, found "
                            + widthMultiplier);
        }
        if (64 * widthMultiplier != Math.rint(64 * widthMultiplier)) {
            throw new IllegalArgumentException(
                    "widthMultiplier: expected a multiple of 1/64, so that channels are whole, found "
                            + widthMultiplier);
        }
    }

    private static void requireAtLeast(String field, int least, int found) {
        if (found < least) {
            throw new IllegalArgumentException(
                    field + ": expected at least " + least + ", found " + found);
        }
    }

    /** Collects a {@link ResNetEncoder}; every setter refuses at once what is wrong. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {

        private int depth = 18;
        private double widthMultiplier = 1;
        private boolean smallImages;
        private int inputChannels = 3;
        private int latentSize;
        private NormLayer norm = NormLayer.BATCH_NORM;

        private Builder() {}

        /**
         * Sets the number of layers: 18, 34, 50 or 101. Default and published for small images: 18.
         *
         * @param depth the depth
         * @return this
         */
        public Builder depth(int depth) {
            blocksPerStage(depth);
            this.depth = depth;
            return this;
        }

        /**
         * Sets the factor on all channel counts. Default 1; the paper's ImageNet encoder has 2.
         *
         * @param widthMultiplier more than 0, at most 16, a multiple of 1/64
         * @return this
         */
        public Builder widthMultiplier(double widthMultiplier) {
            requireWidthMultiplier(widthMultiplier);
            this.widthMultiplier = widthMultiplier;
            return this;
        }

        /**
         * Chooses the stem for images of about 32 pixels. Default false; published for CIFAR: true.
         *
         * @param smallImages whether to keep the resolution in the stem
         * @return this
         */
        public Builder smallImages(boolean smallImages) {
            this.smallImages = smallImages;
            return this;
        }

        /**
         * Sets the channels of the images. Default 3.
         *
         * @param inputChannels at least 1
         * @return this
         */
        public Builder inputChannels(int inputChannels) {
            requireAtLeast("inputChannels", 1, inputChannels);
            this.inputChannels = inputChannels;
            return this;
        }

        /**
         * Sets the length of z. Default: what the model's latent layout says; published: 128.
         *
         * @param latentSize at least 1, or 0 to leave it open
         * @return this
         */
        public Builder latentSize(int latentSize) {
            requireAtLeast("latentSize", 0, latentSize);
            this.latentSize = latentSize;
            return this;
        }

        /**
         * Sets what normalises feature maps. Default and published: batch norm. Parameters keep
         * torchvision's names ({@code bn1.weight}), as its {@code norm_layer} does; group norm has
         * no running statistics.
         *
         * @param norm the layer
         * @return this
         */
        public Builder norm(NormLayer norm) {
            this.norm = Objects.requireNonNull(norm, "norm");
            return this;
        }

        /**
         * Builds the description.
         *
         * @return the immutable description
         */
        public ResNetEncoder build() {
            return new ResNetEncoder(
                    depth, widthMultiplier, smallImages, inputChannels, latentSize, norm);
        }
    }
}
