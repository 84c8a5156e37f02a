package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

/** Against percentiles counted by hand. */
class ThresholdingTest {

    @Test
    void dynamicDividesEachImageByItsOwnPercentile() {
        try (NDManager manager = NDManager.newBaseManager()) {
            // Absolute values 0, 0.01, ..., 2 and a quarter of that: 201 pixels, so that the 99.5th
            // percentile is number 199 of 0..200, 1.99.
            double[] pixels = new double[402];
            for (int i = 0; i <= 200; i++) {
                pixels[i] = (i % 2 == 0 ? 1 : -1) * i / 100.0;
                pixels[201 + i] = pixels[i] / 4;
            }
            NDArray x0 = manager.create(pixels, new Shape(2, 1, 3, 67));
            double[] found = Thresholding.DYNAMIC.apply(x0).toDoubleArray();
            for (int i = 0; i <= 200; i++) {
                double expected = Math.max(-1.99, Math.min(1.99, pixels[i])) / 1.99;
                assertThat(found[i]).isEqualTo(expected, within(1e-12));
                // In range already: stays as it is.
                assertThat(found[201 + i]).isEqualTo(pixels[201 + i], within(1e-12));
            }
        }
    }

    @Test
    void dynamicInterpolatesBetweenPixels() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x0 = manager.create(new double[] {-3, 2, 1, 0.5}, new Shape(1, 1, 2, 2));
            // Position 0.995 * 3 = 2.985 of 0.5, 1, 2, 3.
            double s = 2.985;
            assertThat(Thresholding.DYNAMIC.apply(x0).toDoubleArray())
                    .containsExactly(new double[] {-1, 2 / s, 1 / s, 0.5 / s}, within(1e-12));
        }
    }

    @Test
    void clipClipsAndNoneDoesNothing() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x0 = manager.create(new double[] {-3, 2, 1, 0.5}, new Shape(1, 1, 2, 2));
            assertThat(Thresholding.CLIP.apply(x0).toDoubleArray()).containsExactly(-1, 1, 1, 0.5);
            assertThat(Thresholding.NONE.apply(x0)).isSameAs(x0);
        }
    }
}
