package org.soda4j.eval.report;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a run stands.
 *
 * @param run the end of its folder's path that tells it from the others
 * @param data what it is trained on; empty where the folder does not tell
 * @param steps trained so far
 * @param images seen in training, with repetition
 * @param seconds of training in all starts, evaluations with it; 0 where it is not known
 * @param last what was measured last, by name: evaluations such as {@code probe.knn}, shares of 1;
 *     {@code training.loss} and {@code training.gradientNorm}, means of the last steps; {@code
 *     training.effectiveRank}; {@code training.imagesPerSecond}. What the run has not measured is
 *     left out
 */
public record RunFigures(
        String run,
        String data,
        long steps,
        long images,
        double seconds,
        Map<String, Double> last) {

    /** Copies the figures. */
    public RunFigures {
        last = Collections.unmodifiableMap(new TreeMap<>(last));
    }
}
