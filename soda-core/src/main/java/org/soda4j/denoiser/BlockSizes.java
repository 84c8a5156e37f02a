package org.soda4j.denoiser;

/** What the sizes of a block have to do with each other. */
final class BlockSizes {

    private BlockSizes() {}

    static void requireDivisor(String name, int found, String of, int whole) {
        if (whole % found != 0) {
            throw new IllegalArgumentException(
                    "%s: expected a divisor of %s, %d, found %d".formatted(name, of, whole, found));
        }
    }
}
