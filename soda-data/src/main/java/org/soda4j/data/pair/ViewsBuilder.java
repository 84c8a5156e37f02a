package org.soda4j.data.pair;

import ai.djl.training.dataset.RandomAccessDataset;
import org.soda4j.data.IntRange;

/**
 * What builders of training data share, of augmented views and of cameras': the resolutions of
 * source and target, and the seed.
 *
 * @param <T> the builder itself
 */
public abstract class ViewsBuilder<T extends ViewsBuilder<T>>
        extends RandomAccessDataset.BaseBuilder<T> {

    /** Rows and columns of source views; 0 where nothing was set. */
    protected int sourceSize;

    /** Rows and columns of target views; 0 where nothing was set. */
    protected int targetSize;

    /** What the choice and the making of views draw from. */
    protected long seed;

    /** Starts with no resolution and the seed 0. */
    protected ViewsBuilder() {}

    /**
     * Sets one resolution for source and target. No default.
     *
     * @param size rows and columns of the views, at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public T resolution(int size) {
        return resolutions(size, size);
    }

    /**
     * Sets a resolution of its own for the source (the paper encodes at a higher one than it
     * denoises).
     *
     * @param sourceSize rows and columns of source views, at least 1
     * @param targetSize rows and columns of target views, at least 1
     * @return this builder
     * @throws IllegalArgumentException if one is below 1
     */
    public T resolutions(int sourceSize, int targetSize) {
        this.sourceSize = IntRange.atLeastOne("resolution", sourceSize);
        this.targetSize = IntRange.atLeastOne("resolution", targetSize);
        return self();
    }

    /**
     * Sets the seed of the views; a loader takes that of its trainer.
     *
     * @param value any number; 0 by default
     * @return this builder
     */
    public T seed(long value) {
        seed = value;
        return self();
    }

    /**
     * Sets DJL's own sampling, which loaders of views do not use, where {@code setSampling} was not
     * called: shuffled batches.
     *
     * @param batchSize of these batches
     */
    protected final void samplingByDefault(int batchSize) {
        if (sampler == null) {
            setSampling(batchSize, true);
        }
    }
}
