package org.soda4j.denoiser;

import java.util.Objects;

/**
 * What attention among pixels and attention to tokens are built from alike.
 *
 * @param <B> the builder itself
 */
abstract sealed class AttentionBuilder<B extends AttentionBuilder<B>>
        permits AttentionBlock.Builder, CrossAttentionBlock.Builder {

    int channels = 128;
    int groups = 32;
    int heads = 1;
    UNetInitialization initialization = UNetInitialization.PYTORCH_DEFAULT;
    long seed;

    abstract B self();

    /** Groups and heads must divide the channels. */
    void check() {
        BlockSizes.requireDivisor("groups", groups, "channels", channels);
        BlockSizes.requireDivisor("heads", heads, "channels", channels);
    }

    /**
     * Sets the channels C. Default: 128.
     *
     * @param channels at least 1
     * @return this
     */
    public B channels(int channels) {
        BlockSizes.require("channels", channels);
        this.channels = channels;
        return self();
    }

    /**
     * Sets the groups of the norm. Default and published: 32.
     *
     * @param groups a divisor of the channels
     * @return this
     */
    public B groups(int groups) {
        BlockSizes.require("groups", groups);
        this.groups = groups;
        return self();
    }

    /**
     * Sets the heads. Default and published: 1.
     *
     * @param heads a divisor of the channels
     * @return this
     */
    public B heads(int heads) {
        BlockSizes.require("heads", heads);
        this.heads = heads;
        return self();
    }

    /**
     * Sets how initial values are drawn. Default and published: PyTorch's way.
     *
     * @param initialization the way
     * @return this
     */
    public B initialization(UNetInitialization initialization) {
        this.initialization = Objects.requireNonNull(initialization, "initialization");
        return self();
    }

    /**
     * Sets the seed of the initial values. Default: 0.
     *
     * @param seed any number
     * @return this
     */
    public B seed(long seed) {
        this.seed = seed;
        return self();
    }
}
