package org.soda4j.examples.benchmark;

import java.util.Locale;
import org.soda4j.Precision;

/**
 * How fast a model did one kind of work.
 *
 * @param engine what computed: soda4j, or ONNX Runtime
 * @param work what was timed
 * @param precision of the model
 * @param batch images of a step
 * @param bestImagesPerSecond of the fastest step
 * @param medianImagesPerSecond of the median step
 * @param medianFlops operations a second of the median step
 * @param peakFlops of a matrix product in the same process
 * @param peakResidentMegabytes null where the system does not say it
 */
public record ModelSpeed(
        String engine,
        ModelBenchmark.Work work,
        Precision precision,
        int batch,
        double bestImagesPerSecond,
        double medianImagesPerSecond,
        double medianFlops,
        double peakFlops,
        Long peakResidentMegabytes) {

    /** This library, as {@link #engine()} says it. */
    static final String SODA = "soda4j";

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%s %s batch %d: %.2f images/s (best; median %.2f), %.0f GFLOP/s (median), %.2f of"
                        + " the matrix peak of %.0f GFLOP/s, peak resident %s MB",
                engine.equals(SODA) ? "" : engine + " ",
                work.name().toLowerCase(Locale.ROOT),
                precision.name().toLowerCase(Locale.ROOT),
                batch,
                bestImagesPerSecond,
                medianImagesPerSecond,
                medianFlops * 1e-9,
                medianFlops / peakFlops,
                peakFlops * 1e-9,
                peakResidentMegabytes == null ? "unknown" : peakResidentMegabytes);
    }
}
