package org.soda4j.eval.report;

import java.io.IOException;
import java.nio.file.Path;
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

    private static final double NANOS = 1e9;

    /** Copies the figures. */
    public RunFigures {
        last = Collections.unmodifiableMap(new TreeMap<>(last));
    }

    /**
     * Reads a run, which may be going on.
     *
     * @param folder of the run
     * @return its figures, under the folder's own name
     * @throws IOException if a file cannot be read
     * @throws org.soda4j.training.run.RunFolderException if it is no run folder
     */
    public static RunFigures read(Path folder) throws IOException {
        RunHistory history = RunHistory.read(folder);
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        return of(name, history, RunFacts.of(folder, history));
    }

    static RunFigures of(String name, RunHistory history, Map<String, String> facts) {
        Map<String, Double> last = new TreeMap<>();
        history.evaluations().forEach((figure, curve) -> put(last, figure, curve));
        put(last, "training.loss", RunSections.smoothed(history.loss()));
        put(last, "training.gradientNorm", RunSections.smoothed(history.gradientNorm()));
        put(last, "training.effectiveRank", history.rank());
        put(last, "training.imagesPerSecond", history.speed());
        return new RunFigures(
                name,
                facts.getOrDefault(RunFacts.DATA, ""),
                history.steps(),
                history.images(),
                history.time().toNanos() / NANOS,
                last);
    }

    private static void put(Map<String, Double> figures, String name, Curve curve) {
        if (!curve.isEmpty()) {
            figures.put(name, curve.last());
        }
    }
}
