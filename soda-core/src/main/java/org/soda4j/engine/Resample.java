package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/** A change of resolution without parameters. */
@Internal
public enum Resample {
    /** As it is. */
    NONE,
    /** Half the size, the mean of 2 x 2 pixels. */
    DOWN,
    /** Twice the size, nearest neighbour. */
    UP;

    /**
     * Returns a size after the change.
     *
     * @param before height or width
     * @return the height or width of the result
     */
    public long size(long before) {
        return switch (this) {
            case NONE -> before;
            case DOWN -> before / 2;
            case UP -> before * 2;
        };
    }

    NDArray code() {
        return Operators.constant(ordinal());
    }
}
