package org.soda4j.data;

import org.soda4j.data.transform.ViewRandom;

/**
 * Which pairs a rank gets at which step of an epoch.
 *
 * <p>All ranks share one permutation of the pairs, and rank r of n takes every n-th of them from
 * the r-th on: the pairs of one step, over all ranks, are those that a single rank would get with
 * an n-times larger batch.
 */
final class EpochOrder {

    /** Keeps the shuffle's numbers apart from those of the views. */
    private static final long SHUFFLE_STREAM = -1;

    private final int size;
    private final int batchSize;
    private final int rank;
    private final int ranks;

    /** Pairs that each rank gets in an epoch, the same number for all. */
    private final int perRank;

    EpochOrder(int size, int batchSize, int rank, int ranks, boolean dropLast) {
        this.size = size;
        this.batchSize = batchSize;
        this.rank = rank;
        this.ranks = ranks;
        long step = (long) batchSize * ranks;
        perRank =
                dropLast
                        ? (int) (size / step * batchSize)
                        : (int) (((long) size + ranks - 1) / ranks);
    }

    int steps() {
        return (perRank + batchSize - 1) / batchSize;
    }

    /** Pairs in the batch of a step: fewer than the batch size only at the end. */
    int batchSize(int step) {
        return Math.min(batchSize, perRank - step * batchSize);
    }

    /** The pair at a place of a batch, of this rank; beyond the end the permutation begins anew. */
    int index(int[] permutation, int step, int place) {
        long position = ((long) step * batchSize + place) * ranks + rank;
        int wrapped = (int) (position % size);
        return permutation == null ? wrapped : permutation[wrapped];
    }

    /** A random permutation of all pairs, by Fisher and Yates. */
    int[] permutation(long seed, int epoch) {
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
