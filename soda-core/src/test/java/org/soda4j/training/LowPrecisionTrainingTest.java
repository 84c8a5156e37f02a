package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.Precision;
import org.soda4j.Soda;

/** Training in bfloat16 follows training in float32. */
class LowPrecisionTrainingTest {

    private static final int STEPS = 30;

    @Test
    void bfloat16ReachesTheLossOfFloat32() {
        List<Double> full = losses(Precision.FP32);
        List<Double> low = losses(Precision.BF16);
        assertThat(low).isNotEqualTo(full);
        // It learns: the noise's variance, 1, is the loss of knowing nothing.
        assertThat(lastMean(full)).isLessThan(0.9 * firstMean(full));
        // A bfloat16 has 8 bits; the same data, noise and times make the runs comparable.
        assertThat(Math.abs(lastMean(low) / lastMean(full) - 1)).isLessThan(0.02);
    }

    private static double firstMean(List<Double> losses) {
        return losses.subList(0, 5).stream().mapToDouble(x -> x).average().orElseThrow();
    }

    private static double lastMean(List<Double> losses) {
        return losses.subList(STEPS - 10, STEPS).stream()
                .mapToDouble(x -> x)
                .average()
                .orElseThrow();
    }

    private static List<Double> losses(Precision precision) {
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            return TinyTraining.losses(
                    TinyTraining.trainer(soda, TinyTraining.data(manager, 40))
                            .steps(STEPS)
                            .precision(precision));
        }
    }
}
