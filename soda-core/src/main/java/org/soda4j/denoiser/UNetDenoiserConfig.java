package org.soda4j.denoiser;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Resample;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** The immutable description of a {@link UNetDenoiser}, whose builder makes it. */
@JsonDeserialize(builder = UNetDenoiserBuilder.class)
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class UNetDenoiserConfig implements DenoiserConfig {

    private final List<Integer> imageShape;
    private final int channels;
    private final List<Integer> multipliers;
    private final int blocks;
    private final List<Integer> attention;
    private final int channelsPerHead;
    private final double dropout;
    private final boolean residualResampling;
    private final double timeDivisor;

    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PublishedGroups.class)
    private final int groups;

    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    private final boolean identityModulation;

    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    private final boolean rescaledSums;

    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PyTorchs.class)
    private final UNetInitialization initialization;

    /** Groups of the last norm, as published. */
    static final int LAST_GROUPS = 8;

    static final int PUBLISHED_GROUPS = 32;

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

    /** The same for initial values. */
    static final class PyTorchs {
        @Override
        public boolean equals(Object value) {
            return value == UNetInitialization.PYTORCH_DEFAULT;
        }

        @Override
        public int hashCode() {
            return UNetInitialization.PYTORCH_DEFAULT.hashCode();
        }
    }

    /** Checks what spans the builder's numbers; its setters checked each. */
    UNetDenoiserConfig(UNetDenoiserBuilder from) {
        imageShape = from.imageShape;
        channels = from.channels;
        multipliers = from.multipliers;
        blocks = from.blocks;
        attention = from.attention.stream().distinct().sorted().toList();
        channelsPerHead = from.channelsPerHead;
        dropout = from.dropout;
        residualResampling = from.residualResampling;
        timeDivisor = from.timeDivisor;
        groups = from.groups;
        identityModulation = from.identityModulation;
        rescaledSums = from.rescaledSums;
        initialization = from.initialization;
        UNetBounds.requireChannels(channels, groups);
        requireLevels();
        requireHeads();
    }

    private void requireLevels() {
        int levels = multipliers.size();
        if (levels == 0) {
            throw new IllegalArgumentException(
                    "multipliers: expected at least one level, found none");
        }
        if (!attention.isEmpty() && Collections.max(attention) >= levels) {
            throw new IllegalArgumentException(
                    "attention: expected levels 0 .. %d (there are %d multipliers), found %s"
                            .formatted(levels - 1, levels, attention));
        }
        long down = 1L << levels - 1;
        if (imageShape.get(1) % down != 0 || imageShape.get(2) % down != 0) {
            throw new IllegalArgumentException(
                    "imageShape: expected height and width divisible by %d, because %d levels halve them %d times, found %s; resize the images or use fewer multipliers"
                            .formatted(down, levels, levels - 1, imageShape));
        }
    }

    private void requireHeads() {
        for (int level = 0; level < multipliers.size(); level++) {
            boolean middle = level == multipliers.size() - 1;
            boolean attends = middle || attention.contains(level);
            if (attends && channelsPerHead > 0 && channels(level) % channelsPerHead != 0) {
                throw new IllegalArgumentException(
                        "channelsPerHead: expected a divisor of the %d channels of level %d, found %d"
                                .formatted(channels(level), level, channelsPerHead));
            }
        }
    }

    @Override
    public List<Integer> imageShape() {
        return imageShape;
    }

    /** {@return channels of the first level, a multiple of {@code groups}} */
    public int channels() {
        return channels;
    }

    /** {@return for each level, its channels as a multiple of {@code channels}} */
    public List<Integer> multipliers() {
        return multipliers;
    }

    /** {@return residual blocks per level on the down path; one more on the up path} */
    public int blocks() {
        return blocks;
    }

    /** {@return the levels, from 0, whose residual blocks are followed by attention, ascending} */
    public List<Integer> attention() {
        return attention;
    }

    /** {@return width of an attention head; 0: one head as wide as the level} */
    public int channelsPerHead() {
        return channelsPerHead;
    }

    /** {@return probability in residual blocks, in training} */
    public double dropout() {
        return dropout;
    }

    /** {@return whether residual blocks change the resolution instead of convolutions} */
    public boolean residualResampling() {
        return residualResampling;
    }

    /** {@return what the time t is divided by before its embedding} */
    public double timeDivisor() {
        return timeDivisor;
    }

    /** {@return of every norm but the last; left out of the text at 32} */
    public int groups() {
        return groups;
    }

    /** {@return whether the scales of the modulation begin near 1 instead of 0} */
    public boolean identityModulation() {
        return identityModulation;
    }

    /** {@return whether the sums that end residual blocks are divided by sqrt(2)} */
    public boolean rescaledSums() {
        return rescaledSums;
    }

    /** {@return how initial values are drawn; left out of the text where it is PyTorch's way} */
    public UNetInitialization initialization() {
        return initialization;
    }

    private List<Object> values() {
        return Arrays.asList(
                imageShape,
                channels,
                multipliers,
                blocks,
                attention,
                channelsPerHead,
                dropout,
                residualResampling,
                timeDivisor,
                groups,
                identityModulation,
                rescaledSums,
                initialization);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UNetDenoiserConfig that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "UNetDenoiserConfig" + values();
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
    public UNetDenoiser newBlock(LatentLayout layout, LayerModulation modulation, long seed) {
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
    public UNetDenoiser newBlock(
            LatentLayout layout, LayerModulation modulation, UNetConditions conditions, long seed) {
        conditions.requireLevels(multipliers.size());
        return new UNetDenoiser(this, layout, modulation, conditions, seed);
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

    /**
     * Returns the groups of the last norm.
     *
     * @return as published, whatever the others have
     */
    @Internal
    public static int lastGroups() {
        return LAST_GROUPS;
    }

    /** A residual block of this U-Net, but for its name and seed. */
    ModulatedResidualBlock.Builder residual(int in, int out, int section, Resample resample) {
        return ModulatedResidualBlock.builder()
                .inChannels(in)
                .outChannels(out)
                .timeSize(4 * channels)
                .latentSize(section)
                .resample(resample)
                .groups(groups)
                .dropout(dropout)
                .identityModulation(identityModulation)
                .rescaledSum(rescaledSums)
                .initialization(initialization);
    }

    /** An attention block of this U-Net, but for its name and seed. */
    AttentionBlock.Builder attention(int width) {
        return AttentionBlock.builder()
                .channels(width)
                .groups(groups)
                .heads(heads(width))
                .initialization(initialization);
    }

    /** A cross-attention block of this U-Net, but for its name and seed. */
    CrossAttentionBlock.Builder crossAttention(int width) {
        return CrossAttentionBlock.builder()
                .channels(width)
                .tokenSize(channels)
                .groups(groups)
                .heads(heads(width))
                .initialization(initialization);
    }

    int channels(int level) {
        return channels * multipliers.get(level);
    }

    int heads(int width) {
        return channelsPerHead == 0 ? 1 : width / channelsPerHead;
    }
}
