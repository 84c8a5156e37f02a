package org.soda4j.data.pair;

import org.soda4j.data.transform.ViewRandom;
import org.soda4j.engine.Internal;

/**
 * Which pairs a rank gets at which step of an epoch.
 *
 * <p>All ranks share one permutation of the pairs, and rank r of n takes every n-th of them from
 * the r-th on: the pairs of one step, over all ranks, are those that a single rank would get with
 * an n-times larger batch.
 */
@Internal
public final class EpochOrder {

    /** Keeps the shuffle's numbers apart from those of the views. */
    private static final long SHUFFLE_STREAM = -1;

    private final int size;
    private final int batchSize;
    private final int rank;
    private final int ranks;

    /** Pairs that each rank gets in an epoch, the same number for all. */
    private final int perRank;

    /**
     * Plans an epoch.
     *
     * @param size the number of pairs, at least 1
     * @param batchSize pairs a batch, of each rank
     * @param rank this rank, 0..ranks - 1
     * @param ranks how many share the pairs
     * @param dropLast leaves out what does not fill a batch on every rank
     * @throws IllegalArgumentException if there are too few pairs for one batch on each rank
     */
    public EpochOrder(int size, int batchSize, int rank, int ranks, boolean dropLast) {
        this.size = size;
        this.batchSize = batchSize;
        this.rank = rank;
        this.ranks = ranks;
        long step = (long) batchSize * ranks;
        perRank =
                dropLast
                        ? (int) (size / step * batchSize)
                        : (int) (((long) size + ranks - 1) / ranks);
        if (perRank == 0) {
            throw new IllegalArgumentException(
                    "batchSize: expected at most %d (of %d pairs, on ranks: %d), found %d; lower it, in a run's configuration training.batchSize"
                            .formatted(size / ranks, size, ranks, batchSize));
        }
    }

    /**
     * Refuses a start that no epoch has.
     *
     * @param epoch at least 0
     * @param fromStep 0..steps
     * @throws IllegalArgumentException if one is out of range
     */
    public void requireStart(int epoch, int fromStep) {
        if (epoch < 0 || fromStep < 0 || fromStep > steps()) {
            throw new IllegalArgumentException(
                    "expected an epoch of at least 0 and a step in 0..%d, found epoch %d, step %d"
                            .formatted(steps(), epoch, fromStep));
        }
    }

    /**
     * Returns the number of batches.
     *
     * @return the same for all ranks
     */
    public int steps() {
        return (perRank + batchSize - 1) / batchSize;
    }

    /**
     * Returns the number of pairs in the batch of a step: fewer than the batch size only at the
     * end.
     *
     * @param step 0..steps - 1
     * @return how many
     */
    public int batchSize(int step) {
        return Math.min(batchSize, perRank - step * batchSize);
    }

    /**
     * Returns the pair at a place of a batch, of this rank; beyond the end the permutation begins
     * anew.
     *
     * @param permutation of all pairs; null to take them in their order
     * @param step 0..steps - 1
     * @param place 0..batchSize(step) - 1
     * @return the pair's index
     */
    public int index(int[] permutation, int step, int place) {
        long position = ((long) step * batchSize + place) * ranks + rank;
        int wrapped = (int) (position % size);
        return permutation == null ? wrapped : permutation[wrapped];
    }

    /**
     * Draws a random permutation of all pairs, by Fisher and Yates.
     *
     * @param seed the same for all ranks
     * @param epoch each has its own permutation
     * @return the indices of all pairs
     */
    public int[] permutation(long seed, int epoch) {
        ViewRandom random = new ViewRandom(seed, epoch, SHUFFLE_STREAM, SHUFFLE_STREAM);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
