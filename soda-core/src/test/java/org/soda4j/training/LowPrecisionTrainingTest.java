package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.Precision;
import org.soda4j.Soda;

/** Training in bfloat16 or float16 follows training in float32. */
class LowPrecisionTrainingTest {

    private static final int STEPS = 100;

    @ParameterizedTest
    @CsvSource({"BF16, 8, 0.02", "FP16, 11, 0.05"})
    void reachesTheLossOfFloat32(Precision precision, int bits, double tolerance) {
        List<Double> full = losses(Precision.FP32);
        List<Double> low = losses(precision);
        // Float16 may skip steps until its loss scale fits.
        assertThat(low).hasSizeBetween(precision == Precision.FP16 ? STEPS - 3 : STEPS, STEPS);
        assertThat(low).isNotEqualTo(full);
        // It learns: the noise's variance, 1, is the loss of knowing nothing.
        assertThat(lastMean(full)).isLessThan(0.9 * firstMean(full));
        // One forward pass: some roundings to so many bits, mostly averaged out.
        assertThat(low.get(0) / full.get(0)).isCloseTo(1, within(4 * Math.pow(2, -bits)));
        // The same data, noise and times make the runs comparable. Adam's first steps follow the
        // sign of every gradient, also where it is round-off, so that the precision is not all.
        assertThat(Math.abs(lastMean(low) / lastMean(full) - 1)).isLessThan(tolerance);
    }

    private static double firstMean(List<Double> losses) {
        return losses.subList(0, 5).stream().mapToDouble(x -> x).average().orElseThrow();
    }

    private static double lastMean(List<Double> losses) {
        return losses.subList(STEPS / 2, losses.size()).stream()
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
