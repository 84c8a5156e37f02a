package org.soda4j.data.transform;

import java.util.random.RandomGenerator;
import org.soda4j.data.SplitMix64;

/**
 * Random numbers that depend on (seed, epoch, index, view) alone, so that the number of threads,
 * the size of a batch and the number of ranks do not matter, and the same on every machine and Java
 * version.
 *
 * <p>Counter-based: number i of a stream is {@link SplitMix64}'s mixing function of {@code key + i
 * x golden gamma}, and the key is the same function applied to each of the four parts in turn. Not
 * thread-safe; one object can be {@link #reset} for stream after stream.
 */
public final class ViewRandom implements RandomGenerator {

    private long state;

    /**
     * Creates the generator at the start of a stream.
     *
     * @param seed the seed of the run
     * @param epoch the epoch, from 0
     * @param index the item in the data set, from 0
     * @param view which view of the item, from 0
     */
    public ViewRandom(long seed, long epoch, long index, long view) {
        reset(seed, epoch, index, view);
    }

    /**
     * Goes to the start of a stream.
     *
     * @param seed the seed of the run
     * @param epoch the epoch, from 0
     * @param index the item in the data set, from 0
     * @param view which view of the item, from 0
     */
    public void reset(long seed, long epoch, long index, long view) {
        long key = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
        key = SplitMix64.mix((key ^ epoch) + SplitMix64.GOLDEN_GAMMA);
        key = SplitMix64.mix((key ^ index) + SplitMix64.GOLDEN_GAMMA);
        state = SplitMix64.mix((key ^ view) + SplitMix64.GOLDEN_GAMMA);
    }

    @Override
    public long nextLong() {
        state += SplitMix64.GOLDEN_GAMMA;
        return SplitMix64.mix(state);
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /**
     * {@inheritDoc}
     *
     * <p>By multiplication without rejection: the bias is below bound / 2^32.
     */
    @Override
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("expected a bound of at least 1, found " + bound);
        }
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }

    @Override
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1.0p-24f;
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public double nextGaussian() {
        return Ziggurat.next(this);
    }

    /**
     * Adds independent normal numbers to part of an array, in single precision: quicker than {@link
     * #nextGaussian()} for each, and other numbers than these.
     *
     * @param values the array
     * @param from the first index
     * @param count how many values
     * @param sigma standard deviation
     */
    public void addGaussians(float[] values, int from, int count, float sigma) {
        int end = from + count;
        int i = from;
        for (; i + 1 < end; i += 2) {
            long bits = nextLong();
            values[i] += sigma * Ziggurat.next((int) bits, this);
            values[i + 1] += sigma * Ziggurat.next((int) (bits >>> 32), this);
        }
        if (i < end) {
            values[i] += sigma * Ziggurat.next((int) nextLong(), this);
        }
    }
}
