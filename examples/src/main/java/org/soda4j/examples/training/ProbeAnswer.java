package org.soda4j.examples.training;

import java.util.Map;
import org.soda4j.eval.probe.ProbeResult;

/**
 * What {@code --json} prints of a probe.
 *
 * @param probe its name
 * @param accuracy 0 to 1
 * @param examples that were tested
 * @param settings of the probe
 * @param baselines accuracy of the same probe by what it saw instead, such as chance
 */
public record ProbeAnswer(
        String probe,
        double accuracy,
        int examples,
        Map<String, String> settings,
        Map<String, Double> baselines) {

    public static ProbeAnswer of(ProbeResult result, Map<String, Double> baselines) {
        return new ProbeAnswer(
                result.probe(),
                result.accuracy(),
                result.confusion().total(),
                result.settings(),
                baselines);
    }
}
