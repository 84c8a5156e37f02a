package org.soda4j.denoiser;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Builds a {@link UNetDenoiser}; each setter refuses at once what is wrong by itself. */
@JsonPOJOBuilder(withPrefix = "", buildMethodName = "config")
@JsonAutoDetect(setterVisibility = JsonAutoDetect.Visibility.NONE)
public final class UNetDenoiserBuilder {

    List<Integer> imageShape = List.of(3, 32, 32);
    int channels = 128;
    List<Integer> multipliers = List.of(1, 2, 2, 2);
    int blocks = 2;
    List<Integer> attention = List.of(1);
    int channelsPerHead;
    double dropout = 0.1;
    boolean residualResampling;
    double timeDivisor = 1000;
    int groups = UNetDenoiserConfig.PUBLISHED_GROUPS;
    boolean identityModulation;
    boolean rescaledSums;
    UNetInitialization initialization = UNetInitialization.PYTORCH_DEFAULT;
    private LatentLayout latent;
    private LayerModulation modulation;
    private long seed;

    UNetDenoiserBuilder() {}

    /**
     * Sets the shape of the images that are denoised. Default and published for CIFAR-10: 3, 32,
     * 32.
     *
     * @param channelsHeightWidth three numbers, 1 .. 1024 and twice 1 .. 16,384; height and width
     *     divisible by 2 for every level but one
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder imageShape(int... channelsHeightWidth) {
        imageShape = UNetBounds.requireImageShape("imageShape", list(channelsHeightWidth));
        return this;
    }

    /**
     * Sets the channels of the first level. Default and published: 128.
     *
     * @param channels a multiple of {@link #groups} and of 8, the groups of the last norm; at most
     *     8192
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder channels(int channels) {
        UNetBounds.requireChannels(channels, UNetDenoiserConfig.LAST_GROUPS);
        this.channels = channels;
        return this;
    }

    /**
     * Sets the levels and their channels as multiples of {@link #channels}. Default and published:
     * 1, 2, 2, 2.
     *
     * @param multipliers 1 .. 16 numbers of 1 .. 64
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder multipliers(int... multipliers) {
        this.multipliers = UNetBounds.requireMultipliers(list(multipliers));
        return this;
    }

    /**
     * Sets the residual blocks of a level on the down path. Default and published: 2.
     *
     * @param blocks 1 .. 64
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder blocks(int blocks) {
        UNetBounds.requireBlocks(blocks);
        this.blocks = blocks;
        return this;
    }

    /**
     * Sets the levels with attention, from 0, besides the middle, which always has it. Default and
     * published: 1.
     *
     * @param levels any levels that exist, none for attention in the middle only
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder attention(int... levels) {
        this.attention = UNetBounds.requireAttention(list(levels));
        return this;
    }

    /**
     * Sets the width of an attention head. Default and published: 0, one head as wide as the level.
     *
     * @param channelsPerHead 0, or a divisor of the channels of every level with attention
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder channelsPerHead(int channelsPerHead) {
        UNetBounds.requireChannelsPerHead(channelsPerHead);
        this.channelsPerHead = channelsPerHead;
        return this;
    }

    /**
     * Sets the dropout of residual blocks. Default and published: 0.1.
     *
     * @param dropout at least 0, less than 1
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder dropout(double dropout) {
        UNetBounds.requireDropout(dropout);
        this.dropout = dropout;
        return this;
    }

    /**
     * Lets residual blocks change the resolution. Default and published: false, convolutions do.
     *
     * @param residualResampling whether residual blocks do
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder residualResampling(boolean residualResampling) {
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
    @JsonProperty
    public UNetDenoiserBuilder timeDivisor(double timeDivisor) {
        UNetBounds.requireTimeDivisor(timeDivisor);
        this.timeDivisor = timeDivisor;
        return this;
    }

    /**
     * Sets the groups of every norm but the last. Default and published: 32, with 128 channels four
     * to a group. Keep about as many where there are fewer channels: a norm of one channel a group
     * takes away whatever is the same all over the picture, such as a camera's place.
     *
     * @param groups at least 1, a divisor of {@code channels}
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder groups(int groups) {
        UNetBounds.requireGroups(groups);
        this.groups = groups;
        return this;
    }

    /**
     * Lets the scales of the modulation, those by the time and those by the latent (paper section
     * 3.1, AdaGN), begin near 1, so that a block begins as a plain residual block and the latent
     * reaches the output from the first step on: the biases of the scales begin 1 higher, which is
     * the form {@code (1 + scale) h + shift} of the literature. Default and published: false, they
     * begin near 0.
     *
     * @param identityModulation whether they begin near 1
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder identityModulation(boolean identityModulation) {
        this.identityModulation = identityModulation;
        return this;
    }

    /**
     * Divides the sum that ends a residual block, of its convolutions and its input, by sqrt(2), so
     * that it has their variance (Song et al. 2021). Default and published: false; the paper's, by
     * secondary sources: true. The sums of attention stay as they are.
     *
     * @param rescaledSums whether they are divided
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder rescaledSums(boolean rescaledSums) {
        this.rescaledSums = rescaledSums;
        return this;
    }

    /**
     * Sets how initial values are drawn. Default and published: PyTorch's way; the paper's, by
     * secondary sources: {@link UNetInitialization#TRUNCATED_NORMAL}.
     *
     * @param initialization the way
     * @return this
     */
    @JsonProperty
    public UNetDenoiserBuilder initialization(UNetInitialization initialization) {
        this.initialization = Objects.requireNonNull(initialization, "initialization");
        return this;
    }

    /**
     * Sets the sections of the latent. Default: 128 dimensions, cut as the modulation wants it; in
     * a {@code Soda} what its latent layout says.
     *
     * @param latent usually {@code LatentLayout.of(size)}; the modulation cuts it
     * @return this
     */
    public UNetDenoiserBuilder latent(LatentLayout latent) {
        this.latent = Objects.requireNonNull(latent, "latent");
        return this;
    }

    /**
     * Sets which section of the latent drives which block. Default: whole; in a {@code Soda} what
     * its modulation says.
     *
     * @param modulation whole (published), paired (the paper's) or grouped
     * @return this
     */
    public UNetDenoiserBuilder modulation(LayerModulation modulation) {
        this.modulation = Objects.requireNonNull(modulation, "modulation");
        return this;
    }

    /**
     * Sets the seed of the initial values. Default: 0. The same seed gives the same values on every
     * machine, and those of a {@code Soda} of that seed.
     *
     * @param seed any number
     * @return this
     */
    public UNetDenoiserBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Called by Jackson too. */
    UNetDenoiserConfig config() {
        return new UNetDenoiserConfig(this);
    }

    /**
     * Builds the block.
     *
     * @return a new block, not initialised
     * @throws IllegalArgumentException if attention names a level that is not there, the resolution
     *     cannot be halved often enough, heads do not divide a level's channels, or the latent
     *     cannot be cut as the modulation wants it
     */
    public UNetDenoiser build() {
        return new UNetDenoiser(config(), latent, modulation, UNetConditions.none(), seed);
    }

    private static List<Integer> list(int... values) {
        return Arrays.stream(values).boxed().toList();
    }
}
