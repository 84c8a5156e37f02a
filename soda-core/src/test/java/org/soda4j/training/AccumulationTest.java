package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;

/**
 * Micro-batches equal one batch. The encoder's batch norm sees a micro-batch where it would see the
 * batch, which is a difference by definition; so every micro-batch here has the same source views
 * (and its own targets, times and noise), and then their statistics are the batch's. Only the
 * running statistics differ, which move once a micro-batch.
 */
class AccumulationTest {

    private static final int BATCH = 8;

    @Test
    void microBatchesEqualOneBatch() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, float[]> initial = train(manager, 0);
            Map<String, float[]> whole = train(manager, 1);
            Map<String, float[]> parts = train(manager, 2);
            whole.forEach(
                    (name, expected) -> {
                        if (!name.contains("running_")) {
                            double moved = distance(expected, initial.get(name));
                            double apart = distance(expected, parts.get(name));
                            assertThat(moved).as(name).isPositive();
                            // Batch norm over few values magnifies the order of the sums.
                            assertThat(apart).as(name).isLessThan(2e-3 * moved + 1e-6);
                        }
                    });
        }
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    /** Parameters after three steps, whose size follows the gradients; 0: before them. */
    private static Map<String, float[]> train(NDManager manager, int accumulation) {
        try (Soda soda = TinyTraining.model(0).build()) {
            float[] once = TinyTraining.pixels(BATCH / 2, 1);
            float[] sources = new float[3 * 2 * once.length];
            for (int i = 0; i < 6; i++) {
                System.arraycopy(once, 0, sources, i * once.length, once.length);
            }
            float[] targets = TinyTraining.pixels(3 * BATCH, 2);
            if (accumulation == 0) {
                return copies(soda);
            }
            TinyTraining.trainer(soda, TinyTraining.data(manager, sources, targets))
                    .batchSize(BATCH)
                    .steps(3)
                    .shuffle(false)
                    .warmup(null)
                    .emaDecay(0)
                    .learningRate(0.1)
                    .clipNorm(1e9)
                    .epsilon(1)
                    .accumulation(accumulation)
                    .build()
                    .fit();
            return copies(soda);
        }
    }

    static Map<String, float[]> copies(Soda soda) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        soda.parameters().forEach((name, array) -> copies.put(name, array.toFloatArray()));
        return copies;
    }
}
