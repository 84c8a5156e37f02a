package org.soda4j.data.pair;

/**
 * What a {@link ViewLoader} delivered and how long the caller waited for it.
 *
 * @param batches batches delivered
 * @param pairs pairs delivered
 * @param waitNanos nanoseconds that the caller spent waiting for a batch that was not ready
 * @param elapsedNanos nanoseconds since the first epoch was begun
 */
public record LoaderStatistics(long batches, long pairs, long waitNanos, long elapsedNanos) {

    /**
     * Returns the share of the time that the caller waited.
     *
     * @return 0 .. 1; 0 before the first epoch
     */
    public double waitFraction() {
        return elapsedNanos == 0 ? 0 : (double) waitNanos / elapsedNanos;
    }

    /**
     * Returns what came between an earlier moment and this one.
     *
     * @param earlier the statistics at that moment
     * @return the differences
     */
    public LoaderStatistics since(LoaderStatistics earlier) {
        return new LoaderStatistics(
                batches - earlier.batches,
                pairs - earlier.pairs,
                waitNanos - earlier.waitNanos,
                elapsedNanos - earlier.elapsedNanos);
    }
}
