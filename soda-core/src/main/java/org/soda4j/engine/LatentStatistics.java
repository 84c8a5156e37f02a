package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/** What a batch of latents is like as a whole, on the terms of {@link Operators}. */
@Internal
public final class LatentStatistics {

    private LatentStatistics() {}

    /**
     * The exponential of the entropy of a covariance's spectrum, without gradients.
     *
     * @param rows float32 {@code [N, d]}
     * @return a scalar; 0 where the rows do not differ
     */
    public static NDArray effectiveRank(NDArray rows) {
        return Operators.call("effective_rank", rows);
    }

    /**
     * How far rows are from draws of a standard normal: Epps and Pulley's statistic of their
     * projections on random directions, in the mean (SIGReg; Balestriero and LeCun 2025, "LeJEPA").
     * Directions come from the engine's generator.
     *
     * @param rows float32 {@code [N, d]}
     * @return a scalar: the statistic over N, so that its weight does not depend on the batch
     */
    public static NDArray sigReg(NDArray rows) {
        return Operators.call("sig_reg", new OperatorMode(true, NumberFormat.FLOAT32), rows);
    }
}
