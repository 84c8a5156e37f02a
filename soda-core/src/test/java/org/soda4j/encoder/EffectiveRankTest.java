package org.soda4j.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EffectiveRankTest {

    private static double rank(float[] rows, int width) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray latents = manager.create(rows, new Shape(rows.length / width, width));
            return EffectiveRank.of(latents);
        }
    }

    @Test
    void directionsOfEqualVarianceCountAsOneEach() {
        // The corners of a square, raised: two directions.
        assertThat(rank(new float[] {1, 1, 9, 1, -1, 9, -1, 1, 9, -1, -1, 9}, 3))
                .isCloseTo(2, within(1e-5));
        assertThat(rank(new float[] {1, 2, 2, 4, 3, 6}, 2)).isCloseTo(1, within(1e-3));
        assertThat(rank(new float[] {5, 5, 5, 5}, 2)).isZero();
    }

    /** Variances of 3 to 1: entropy -(3/4 ln 3/4 + 1/4 ln 1/4). */
    @Test
    void otherDirectionsCountByTheirShare() {
        float s = (float) Math.sqrt(3);
        double entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
        assertThat(rank(new float[] {s, 1, s, -1, -s, 1, -s, -1}, 2))
                .isCloseTo(Math.exp(entropy), within(1e-5));
    }

    @Test
    void normalDrawsUseEveryDirection() {
        Random random = new Random(1);
        float[] rows = new float[4000 * 16];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        assertThat(rank(rows, 16)).isBetween(15.9, 16.0);
    }

    @Test
    void oneRowIsTooFew() {
        assertThatThrownBy(() -> rank(new float[] {1, 2}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2 rows, found shape (1, 2)");
    }

    @Test
    void adviceIsForACollapsedLatentOfEnoughImages() {
        assertThat(EffectiveRank.advice(1.99, 16))
                .hasValueSatisfying(text -> assertThat(text).contains("minutes-*", "sigReg(0.02)"));
        assertThat(EffectiveRank.advice(1.99, 15)).isEmpty();
        assertThat(EffectiveRank.advice(EffectiveRank.COLLAPSED, 10_000)).isEmpty();
        assertThat(EffectiveRank.advice(Double.NaN, 10_000)).isEmpty();
    }
}
