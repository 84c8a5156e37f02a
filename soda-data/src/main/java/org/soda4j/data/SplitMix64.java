package org.soda4j.data;

import org.soda4j.engine.Internal;

/**
 * Random numbers that depend on a key and a counter alone, the same on every machine.
 *
 * <p>The mixing function is SplitMix64's (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
 * Generators", OOPSLA 2014, with Stafford's variant 13).
 */
@Internal
public final class SplitMix64 {

    /** The odd number nearest to 2^64 over the golden ratio: the step between counters. */
    public static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /**
     * Returns 64 well mixed bits for a key and a counter.
     *
     * @param key which stream
     * @param counter which number of it
     * @return the bits
     */
    public static long hash(long key, long counter) {
        return mix(mix(key + GOLDEN_GAMMA) + counter * GOLDEN_GAMMA);
    }

    /**
     * Returns a uniform number with 53 random bits.
     *
     * @param key which stream
     * @param counter which number of it
     * @return in [0, 1)
     */
    public static double uniform(long key, long counter) {
        return (hash(key, counter) >>> 11) * 0x1.0p-53;
    }

    /**
     * Mixes.
     *
     * @param z any bits
     * @return bits each of which depends on all of these
     */
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
