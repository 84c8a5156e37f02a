package org.soda4j.denoiser;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.soda4j.engine.Internal;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/**
 * The denoiser D (paper section 3.1): a U-Net of residual blocks that time and latent modulate
 * (AdaGN). This is its immutable description; {@link #newBlock} makes the network.
 *
 * <p>Everything is optional: {@code UNetDenoiser.builder().build()} is the published CIFAR-10
 * U-Net.
 *
 * @param imageShape channels, height and width of the images that are denoised
 * @param channels channels of the first level, a multiple of {@code groups}
 * @param multipliers for each level, its channels as a multiple of {@code channels}
 * @param blocks residual blocks per level on the way down; one more on the way up
 * @param attention the levels, from 0, whose residual blocks are followed by attention, ascending
 * @param channelsPerHead width of an attention head; 0: one head as wide as the level
 * @param dropout probability in residual blocks, in training
 * @param residualResampling whether residual blocks change the resolution instead of convolutions
 * @param timeDivisor what the time t is divided by before its embedding
 * @param groups of every norm but the last; left out of the text at 32
 */
@JsonDeserialize(builder = UNetDenoiser.Builder.class)
public record UNetDenoiser(
        List<Integer> imageShape,
        int channels,
        List<Integer> multipliers,
        int blocks,
        List<Integer> attention,
        int channelsPerHead,
        double dropout,
        boolean residualResampling,
        double timeDivisor,
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PublishedGroups.class)
                int groups) {

    /** Groups of the last norm, as published. */
    static final int LAST_GROUPS = 8;

    private static final int PUBLISHED_GROUPS = 32;

    /** Keeps the text of a published network what it was before groups could be chosen. */
    static final class PublishedGroups {
        @Override
        public boolean equals(Object value) {
            return Integer.valueOf(PUBLISHED_GROUPS).equals(value);
        }

        @Override
        public int hashCode() {
            return PUBLISHED_GROUPS;
        }
    }

    /** Checks each component and what spans several. */
    public UNetDenoiser {
        imageShape = requireImageShape(imageShape);
        requireAtLeast("groups", 1, groups);
        requireChannels(channels, LAST_GROUPS);
        requireChannels(channels, groups);
        multipliers = requireAll("multipliers", 1, multipliers);
        requireAtLeast("blocks", 1, blocks);
        attention = requireAll("attention", 0, attention).stream().distinct().sorted().toList();
        requireAtLeast("channelsPerHead", 0, channelsPerHead);
        requireDropout(dropout);
        requireTimeDivisor(timeDivisor);
        if (multipliers.isEmpty()) {
            throw new IllegalArgumentException(
                    "multipliers: expected at least one level, found none");
        }
        if (!attention.isEmpty() && Collections.max(attention) >= multipliers.size()) {
            throw new IllegalArgumentException(
                    "attention: expected levels 0 .. %d (there are %d multipliers), found %s"
                            .formatted(multipliers.size() - 1, multipliers.size(), attention));
        }
        long down = 1L << Math.min(multipliers.size() - 1, Long.SIZE - 2);
        if (imageShape.get(1) % down != 0 || imageShape.get(2) % down != 0) {
            throw new IllegalArgumentException(
                    "imageShape: expected height and width divisible by %d, because %d levels halve them %d times, found %s; resize the images or use fewer multipliers"
                            .formatted(
                                    down, multipliers.size(), multipliers.size() - 1, imageShape));
        }
        if (channelsPerHead > 0) {
            List<Integer> attended = new ArrayList<>(attention);
            attended.add(multipliers.size() - 1); // the middle attends too
            for (int level : attended) {
                if (channels * multipliers.get(level) % channelsPerHead != 0) {
                    throw new IllegalArgumentException(
                            "channelsPerHead: expected a divisor of the %d channels of level %d, found %d"
                                    .formatted(
                                            channels * multipliers.get(level),
                                            level,
                                            channelsPerHead));
                }
            }
        }
    }

    /**
     * Starts from the published CIFAR-10 values.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the depths of this U-Net, m + 1: the activations that it pushes on its skip stack and
     * the middle (see {@link LayerModulation}).
     *
     * @return the number of depths
     */
    public int depths() {
        // The input, the blocks of each level, the change of resolution between levels, the middle.
        return 1 + multipliers.size() * blocks + (multipliers.size() - 1) + 1;
    }

    /**
     * Makes the network as a DJL block. In: noised images, float32 {@code [N, C, H, W]}; times 1 ..
     * T {@code [N]}; the latent {@code [N, layout.size()]}. Out: the prediction {@code [N, C, H,
     * W]}. With K N latents, K times the images' number, the images are denoised under each N of
     * them, and the prediction has K N rows: cheaper than K N images; not with cross-attention. Its
     * parameters carry the names of the PyTorch implementation.
     *
     * @param layout the sections of the latent
     * @param modulation which section drives which block
     * @param seed of the initial values
     * @return a new block, not initialised
     */
    @Internal
    public UNet newBlock(LatentLayout layout, LayerModulation modulation, long seed) {
        return newBlock(layout, modulation, UNetConditions.none(), seed);
    }

    /**
     * Makes the network with further conditions beside time and latent. Their parameters are named
     * {@code views.*} and {@code *.views.*}; the others stay what they are without.
     *
     * @param layout the sections of the latent
     * @param modulation which section drives which block
     * @param conditions what further arrays the block takes, after the latent
     * @param seed of the initial values
     * @return a new block, not initialised
     * @throws IllegalArgumentException if the conditions name a level that is not there
     */
    @Internal
    public UNet newBlock(
            LatentLayout layout, LayerModulation modulation, UNetConditions conditions, long seed) {
        conditions.requireLevels(multipliers.size());
        return new UNet(this, layout, modulation, conditions, seed);
    }

    /**
     * Counts the multiplications of one image's pass.
     *
     * @param latent the sections of the latent
     * @param modulation which section drives which block
     * @return multiplications, each with its addition, of convolutions, linear layers and attention
     */
    public long multiplyAdds(LatentLayout latent, LayerModulation modulation) {
        return DenoiserCost.multiplyAdds(this, latent, modulation);
    }

    /**
     * Counts those of them that belong to the first convolution.
     *
     * @return multiplications, each with its addition
     */
    public long firstMultiplyAdds() {
        return DenoiserCost.firstConvolution(this);
    }

    int channels(int level) {
        return channels * multipliers.get(level);
    }

    int heads(int width) {
        return channelsPerHead == 0 ? 1 : width / channelsPerHead;
    }

    private static List<Integer> requireImageShape(List<Integer> shape) {
        if (shape.size() != 3 || Collections.min(shape) < 1) {
            throw new IllegalArgumentException(
                    "imageShape: expected channels, height and width of at least 1, found "
                            + shape);
        }
        return List.copyOf(shape);
    }

    private static void requireChannels(int channels, int groups) {
        if (channels < groups || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "channels: expected a multiple of %d, the groups of the norms, found %d"
                            .formatted(groups, channels));
        }
    }

    private static List<Integer> requireAll(String field, int least, List<Integer> values) {
        for (int value : values) {
            if (value < least) {
                throw new IllegalArgumentException(
                        "%s: expected values of at least %d, found %s"
                                .formatted(field, least, values));
            }
        }
        return List.copyOf(values);
    }

    private static void requireAtLeast(String field, int least, int found) {
        if (found < least) {
            throw new IllegalArgumentException(
                    "%s: expected at least %d, found %d".formatted(field, least, found));
        }
    }

    private static void requireDropout(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "dropout: expected a probability of at least 0 and less than 1, found "
                            + dropout);
        }
    }

    private static void requireTimeDivisor(double divisor) {
        if (!(divisor > 0 && divisor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "timeDivisor: expected a positive number, found " + divisor);
        }
    }

    /** Collects a {@link UNetDenoiser}; each setter refuses at once what is wrong by itself. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {

        private List<Integer> imageShape = List.of(3, 32, 32);
        private int channels = 128;
        private List<Integer> multipliers = List.of(1, 2, 2, 2);
        private int blocks = 2;
        private List<Integer> attention = List.of(1);
        private int channelsPerHead;
        private double dropout = 0.1;
        private boolean residualResampling;
        private double timeDivisor = 1000;
        private int groups = PUBLISHED_GROUPS;

        private Builder() {}

        /**
         * Sets the shape of the images that are denoised. Default and published for CIFAR-10: 3,
         * 32, 32.
         *
         * @param channelsHeightWidth three numbers of at least 1; height and width divisible by 2
         *     for every level but one
         * @return this
         */
        public Builder imageShape(int... channelsHeightWidth) {
            imageShape = requireImageShape(list(channelsHeightWidth));
            return this;
        }

        /**
         * Sets the channels of the first level. Default and published: 128.
         *
         * @param channels a multiple of {@link #groups} and of 8, the groups of the last norm
         * @return this
         */
        public Builder channels(int channels) {
            requireChannels(channels, LAST_GROUPS);
            this.channels = channels;
            return this;
        }

        /**
         * Sets the levels and their channels as multiples of {@link #channels}. Default and
         * published: 1, 2, 2, 2.
         *
         * @param multipliers at least one number of at least 1
         * @return this
         */
        public Builder multipliers(int... multipliers) {
            this.multipliers = requireAll("multipliers", 1, list(multipliers));
            return this;
        }

        /**
         * Sets the residual blocks of a level on the way down. Default and published: 2.
         *
         * @param blocks at least 1
         * @return this
         */
        public Builder blocks(int blocks) {
            requireAtLeast("blocks", 1, blocks);
            this.blocks = blocks;
            return this;
        }

        /**
         * Sets the levels with attention, from 0, besides the middle, which always has it. Default
         * and published: 1.
         *
         * @param levels any levels that exist, none for attention in the middle only
         * @return this
         */
        public Builder attention(int... levels) {
            this.attention = requireAll("attention", 0, list(levels));
            return this;
        }

        /**
         * Sets the width of an attention head. Default and published: 0, one head as wide as the
         * level.
         *
         * @param channelsPerHead 0, or a divisor of the channels of every level with attention
         * @return this
         */
        public Builder channelsPerHead(int channelsPerHead) {
            requireAtLeast("channelsPerHead", 0, channelsPerHead);
            this.channelsPerHead = channelsPerHead;
            return this;
        }

        /**
         * Sets the dropout of residual blocks. Default and published: 0.1.
         *
         * @param dropout at least 0, less than 1
         * @return this
         */
        public Builder dropout(double dropout) {
            requireDropout(dropout);
            this.dropout = dropout;
            return this;
        }

        /**
         * Lets residual blocks change the resolution. Default and published: false, convolutions
         * do.
         *
         * @param residualResampling whether residual blocks do
         * @return this
         */
        public Builder residualResampling(boolean residualResampling) {
            this.residualResampling = residualResampling;
            return this;
        }

        /**
         * Sets what the time is divided by before its embedding. Default 1000: the PyTorch
         * implementation embeds t / T; the literature embeds t, divisor 1.
         *
         * @param timeDivisor a positive number
         * @return this
         */
        public Builder timeDivisor(double timeDivisor) {
            requireTimeDivisor(timeDivisor);
            this.timeDivisor = timeDivisor;
            return this;
        }

        /**
         * Sets the groups of every norm but the last. Default and published: 32, with 128 channels
         * four to a group. Keep about as many where there are fewer channels: a norm of one channel
         * a group takes away whatever is the same all over the picture, such as a camera's place.
         *
         * @param groups at least 1, a divisor of {@code channels}
         * @return this
         */
        public Builder groups(int groups) {
            requireAtLeast("groups", 1, groups);
            this.groups = groups;
            return this;
        }

        /**
         * Builds the description.
         *
         * @return the immutable description
         * @throws IllegalArgumentException if attention names a level that is not there, the
         *     resolution cannot be halved often enough, or heads do not divide a level's channels
         */
        public UNetDenoiser build() {
            return new UNetDenoiser(
                    imageShape,
                    channels,
                    multipliers,
                    blocks,
                    attention,
                    channelsPerHead,
                    dropout,
                    residualResampling,
                    timeDivisor,
                    groups);
        }

        private static List<Integer> list(int... values) {
            return Arrays.stream(values).boxed().toList();
        }
    }
}
