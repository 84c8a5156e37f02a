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
     */
    record Request(int batchSize, long seed, boolean shuffle, int rank, int ranks) {}

    /**
     * Returns a digest of the data for a run's record, empty if there is none.
     *
     * @return a hexadecimal hash
     */
    default String contentHash() {
        return "";
    }
}
