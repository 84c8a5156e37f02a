package org.soda4j.encoder;

import org.soda4j.engine.Internal;

/** What normalises the encoder's feature maps; torchvision's {@code norm_layer}. */
public enum NormLayer {
    /**
     * Batch norm (Ioffe and Szegedy 2015); published. Each process takes statistics over its own
     * part of a batch, so that several processes are not one with a larger batch.
     */
    BATCH_NORM,
    /**
     * Group norm (Wu and He 2018) in 32 groups, or in fewer so that each has two channels or more.
     * Every example is seen alone: the batch can be cut up in any way.
     */
    GROUP_NORM;

    private static final int GROUPS = 32;

    /**
     * The groups of a norm.
     *
     * @param channels of the feature maps
     * @return 0 for batch norm
     */
    @Internal
    public int groups(int channels) {
        if (this == BATCH_NORM) {
            return 0;
        }
        int groups = Math.max(1, Math.min(GROUPS, channels / 2));
        while (channels % groups != 0) {
            groups--;
        }
        return groups;
    }
}
