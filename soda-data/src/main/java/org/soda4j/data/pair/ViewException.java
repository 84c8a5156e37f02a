package org.soda4j.data.pair;

import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.engine.Internal;

/** Says that a view could not be made: names the pair, the data set, the file and the index. */
public final class ViewException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int index;

    /** Names data set, file and index of one image of a data set. */
    static String describe(ImageDataset images, int index) {
        String name = images.getClass().getSimpleName();
        String source = images.source(index);
        return source.startsWith(name) ? source : "%s, index %d: %s".formatted(name, index, source);
    }

    /**
     * Names what failed.
     *
     * @param index the pair's
     * @param where the data set, the file and the index in it
     * @param cause what happened there
     */
    @Internal
    public ViewException(int index, String where, Throwable cause) {
        super("pair %d (%s): %s".formatted(index, where, cause), cause);
        this.index = index;
    }

    /**
     * Returns the pair that failed.
     *
     * @return its index in the {@link ViewPairs}
     */
    public int index() {
        return index;
    }
}
