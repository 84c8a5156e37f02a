package org.soda4j.distributed;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that work on one training together, one per device; each is a rank. One process alone
 * is {@link #single()}.
 *
 * <p>Every rank calls the same operations in the same order with arrays of the same shape and data
 * type; an operation ends when all ranks have called it. Results have the same bits on every rank.
 * An operation that the others do not join ends the job after a time that implementations let one
 * set.
 *
 * <p>Meant for one calling thread; {@link #abort} may be called from any.
 */
public interface Collective extends AutoCloseable {

    /**
     * One process alone.
     *
     * @return rank 0 of 1, whose operations change nothing; need not be closed
     */
    static Collective single() {
        return SingleCollective.INSTANCE;
    }

    /**
     * Returns which of the processes this is.
     *
     * @return 0 .. size - 1
     */
    int rank();

    /**
     * Returns how many processes there are.
     *
     * @return at least 1
     */
    int size();

    /**
     * Starts to add up an array over all ranks, in place, while the caller goes on.
     *
     * @param array float32, float64, int32 or int64, of any shape, on this collective's device; not
     *     to be touched or closed before {@link Pending#await}
     * @return what to wait for; sums end in the order in which they were started
     * @throws IllegalArgumentException if it is of another data type or device
     */
    Pending startSum(NDArray array);

    /**
     * Adds up arrays over all ranks, in place.
     *
     * @param arrays see {@link #startSum}
     */
    default void sum(NDArray... arrays) {
        List<Pending> started = new ArrayList<>();
        for (NDArray array : arrays) {
            started.add(startSum(array));
        }
        started.forEach(Pending::await);
    }

    /**
     * Overwrites an array with that of one rank.
     *
     * @param array of any shape and any data type but strings, on this collective's device
     * @param root whose values all ranks have afterwards, 0 .. size - 1
     * @throws IllegalArgumentException if there is no such rank, or the array is on another device
     */
    void broadcast(NDArray array, int root);

    /** Waits until all ranks are here. */
    void barrier();

    /**
     * Ends the processes of all ranks at once, because this one cannot go on; logs the reason. Does
     * not return where there are other ranks.
     *
     * @param reason for the log
     * @throws CollectiveException with the reason, where this process is the only one
     */
    void abort(String reason);

    /**
     * Ends the work together; all ranks call it. What was started is finished first. Closing twice
     * does nothing.
     */
    @Override
    void close();

    /** An operation that was started. */
    @FunctionalInterface
    interface Pending {
        /**
         * Waits for its end. The first call only.
         *
         * @throws CollectiveException if it failed
         */
        void await();
    }
}
