package org.soda4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;

/** How many directions latents use, and what is said of it. */
class LatentRankTest {

    private static FeatureSet latents(int rows, int width, IntToDoubleFunction deviation) {
        Random random = new Random(1);
        float[] values = new float[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation.applyAsDouble(i % width) * random.nextGaussian());
        }
        return FeatureSet.of(values, width);
    }

    /** Independent numbers of one variance use all directions, a single one uses one. */
    @Test
    void aCollapsedLatentIsToldWhatToChange() {
        LatentRank all = LatentRank.of(latents(4000, 8, c -> 1), "test images").orElseThrow();
        assertThat(all.rank()).isBetween(7.9, 8.0);
        assertThat(all)
                .hasToString(
                        "The latent uses 8.0 of its 8 directions (effective rank over 4,000 test images).");
        LatentRank one =
                LatentRank.of(latents(100, 8, c -> c == 3 ? 1 : 1e-3), "training images")
                        .orElseThrow();
        assertThat(one.toString())
                .startsWith(
                        "The latent uses 1.0 of its 8 directions (effective rank over 100 training images)."
                                + " It has collapsed.")
                .contains("sigReg(0.02)", "Longer training helps");
    }

    @Test
    void ofFewImagesNothingIsSaid() {
        assertThat(LatentRank.of(latents(2, 8, c -> 1), "images")).isEmpty();
        assertThat(LatentRank.of(latents(3, 8, c -> 1), "images").orElseThrow().toString())
                .doesNotContain("collapsed");
    }
}
