package org.soda4j.training;

import ai.djl.training.dataset.Dataset;

/** Training data that bring their own loader; any other DJL data set is read by DJL. */
public interface TrainingData extends Dataset {

    /**
     * Opens a loader.
     *
     * @param request what is wanted
     * @return a loader; the trainer closes it
     */
    BatchLoader newLoader(Request request);

    /**
     * What a loader shall give.
     *
     * @param batchSize images of a batch, of this rank
     * @param seed of the order
     * @param shuffle whether each epoch has its own order
     * @param rank this process, from 0
     * @param ranks processes that share the data
     * @param dropLast whether images that do not fill a batch on every rank are left out; if not,
     *     they are a smaller last batch, as large on each rank: the first images of the epoch's
     *     order are repeated where that is needed
     */
    record Request(
            int batchSize, long seed, boolean shuffle, int rank, int ranks, boolean dropLast) {}

    /**
     * Returns a digest of the data for a run's record, empty if there is none.
     *
     * @return a hexadecimal hash
     */
    default String contentHash() {
        return "";
    }
}
