package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.Iterator;

/**
 * Gives the batches of an epoch, from any point on: what exact resume needs of a data set.
 *
 * <p>A batch's data are {@code [source, target]}: float32 {@code [N, C, H, W]} each; for a model of
 * novel views they are the four arrays of {@link org.soda4j.novelview.ViewBatch}.
 */
public interface BatchLoader extends AutoCloseable {

    /**
     * Returns the batches of one epoch; all have the same size, of this rank, but for the last one
     * where the request says that it may be smaller.
     *
     * @return at least 1
     */
    int steps();

    /**
     * Starts an epoch.
     *
     * @param epoch counted from 0; decides order and views
     * @param fromStep batches that are left out, 0 for none
     * @param manager takes the arrays; the caller closes each batch
     * @return the rest of the epoch, the same at every call
     */
    Iterator<Batch> epoch(int epoch, int fromStep, NDManager manager);

    /** Ends whatever works ahead. */
    @Override
    void close();
}
