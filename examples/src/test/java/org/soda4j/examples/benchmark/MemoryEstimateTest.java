package org.soda4j.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.soda4j.training.RunConfig;

class MemoryEstimateTest {

    private static final long PARAMETERS = 50_849_859;

    @Test
    void mapsHaveTheWidthOfTheirFormatAndStateIsInFloat32() {
        MemoryEstimate full = estimate("FP32", 16);
        MemoryEstimate half = estimate("BF16", 16);
        assertThat(half.activationBytes()).isEqualTo(full.activationBytes() / 2);
        assertThat(half.stateBytes()).isEqualTo(full.stateBytes()).isEqualTo(20 * PARAMETERS);
        assertThat(estimate("FP32", 32).activationBytes()).isEqualTo(2 * full.activationBytes());
    }

    @Test
    void theEstimateIsBelowWhatAProcessOfThePublishedModelPeaksAt() {
        // Measured at batch 16 by benchmark --task train: 2,677 MB and 2,039 MB, all included.
        assertThat(megabytes(estimate("FP32", 16))).isBetween(1500.0, 2677.0);
        assertThat(megabytes(estimate("BF16", 16))).isBetween(1200.0, 2039.0);
    }

    private static double megabytes(MemoryEstimate memory) {
        return (memory.stateBytes() + memory.activationBytes()) / (double) (1 << 20);
    }

    private static MemoryEstimate estimate(String precision, int batch) {
        RunConfig config =
                RunConfig.preset(
                        "cifar10",
                        "training.precision=" + precision,
                        "training.batchSize=" + batch);
        return MemoryEstimate.of(config, PARAMETERS);
    }
}
