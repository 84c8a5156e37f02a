package org.soda4j.eval.probe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a probe found on test features.
 *
 * @param probe the probe's name, such as {@code k-NN}
 * @param settings its settings and what they led to, such as {@code k} and {@code metric}, in order
 * @param predictions the predicted label of every test example
 * @param confusion the counts by class
 */
public record ProbeResult(
        String probe, Map<String, String> settings, int[] predictions, ConfusionMatrix confusion) {

    /** Copies the map and the array. */
    public ProbeResult {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        predictions = predictions.clone();
    }

    @Override
    public int[] predictions() {
        return predictions.clone();
    }

    /**
     * The fraction of the test examples predicted correctly.
     *
     * @return 0 to 1
     */
    public double accuracy() {
        return confusion.accuracy();
    }

    /**
     * The fraction of every class predicted correctly.
     *
     * @return one value a class, in label order; NaN for a class without test examples
     */
    public double[] perClassRecall() {
        double[] recall = new double[confusion.classNames().size()];
        for (int i = 0; i < recall.length; i++) {
            recall[i] = confusion.recall(i);
        }
        return recall;
    }

    /**
     * The result for a terminal: a line with the accuracy, one with the settings, then {@link
     * ConfusionMatrix#table}.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        return String.format(
                        Locale.ROOT,
                        "%s: accuracy %.2f %% of %d\n  %s\n",
                        probe,
                        100 * accuracy(),
                        confusion.total(),
                        settings.entrySet().stream()
                                .map(setting -> setting.getKey() + " = " + setting.getValue())
                                .collect(Collectors.joining(", ")))
                + confusion.table();
    }

    @Override
    public String toString() {
        return probe + ": " + confusion + " " + settings;
    }
}
