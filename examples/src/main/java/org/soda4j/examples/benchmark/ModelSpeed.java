package org.soda4j.examples.benchmark;

import java.util.Locale;
import java.util.OptionalLong;
import org.soda4j.Precision;

/**
 * How fast a model did one kind of work.
 *
 * @param work what was timed
 * @param precision of the model
 * @param batch images of a step
 * @param best images a second of the fastest step
 * @param median images a second of the median step
 * @param medianFlops operations a second of the median step
 * @param peakFlops of a matrix product in the same process
 * @param megabytes peak of resident memory; empty where the system does not say it
 */
public record ModelSpeed(
        ModelBenchmark.Work work,
        Precision precision,
        int batch,
        double best,
        double median,
        double medianFlops,
        double peakFlops,
        OptionalLong megabytes) {

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %s batch %d: %.2f images/s (best; median %.2f), %.0f GFLOP/s (median), %.2f of"
                        + " the matrix peak of %.0f GFLOP/s, peak resident %s MB",
                work.name().toLowerCase(Locale.ROOT),
                precision.name().toLowerCase(Locale.ROOT),
                batch,
                best,
                median,
                medianFlops * 1e-9,
                medianFlops / peakFlops,
                peakFlops * 1e-9,
                megabytes.isPresent() ? String.valueOf(megabytes.getAsLong()) : "unknown");
    }
}
