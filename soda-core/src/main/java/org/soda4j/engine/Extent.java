package org.soda4j.engine;

/**
 * How many and how large maps a kernel is tried on.
 *
 * @param batch images
 * @param height of the input map
 * @param width of the input map
 */
@Internal
public record Extent(int batch, int height, int width) {

    /** Enough for every tap of a kernel, borders on all sides, and more than one image. */
    static final Extent SMALL = new Extent(2, 5, 4);
}
