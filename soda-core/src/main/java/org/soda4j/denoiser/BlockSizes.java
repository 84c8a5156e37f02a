package org.soda4j.denoiser;

import org.soda4j.engine.Bounds;

/** What the sizes of a block have to do with each other. */
final class BlockSizes {

    private static final int MOST = 1 << 20;

    private BlockSizes() {}

    static void require(String name, int found) {
        Bounds.require(name, 1, MOST, found);
    }

    static void requireDivisor(String name, int found, String of, int whole) {
        if (whole % found != 0) {
            throw new IllegalArgumentException(
                    "%s: expected a divisor of %s, %d, found %d".formatted(name, of, whole, found));
        }
    }
}
