package org.soda4j.eval.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.GoldenMetrics;

/** PSNR and SSIM against scikit-image. */
class PixelMetricsTest {

    @Test
    void agreesWithScikitImage() throws IOException {
        try (GoldenMetrics golden = new GoldenMetrics();
                NDManager manager = NDManager.newBaseManager()) {
            NDArray a = golden.array("image_a", manager);
            NDArray b = golden.array("image_b", manager);
            // Both sides compute in double; inputs are the same float32 numbers.
            assertThat(Psnr.of(a, b)).containsExactly(golden.doubles("psnr"), within(1e-5));
            assertThat(Ssim.of(a, b))
                    .containsExactly(golden.doubles("ssim_gaussian"), within(1e-6));
        }
    }

    @Test
    void closedForms() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray black = manager.zeros(new Shape(2, 1, 11, 12));
            NDArray grey = black.add(0.1f);
            assertThat(Psnr.of(black, grey)).containsExactly(new double[] {20, 20}, within(1e-5));
            assertThat(Psnr.of(grey, grey)[0]).isInfinite();
            assertThat(Ssim.of(grey, grey)).containsExactly(new double[] {1, 1}, within(1e-12));
            // Constant images: C1 / (mean^2 + C1), the contrast term being 1.
            assertThat(Ssim.of(black, grey)[0]).isCloseTo(1e-4 / (1e-2 + 1e-4), within(1e-6));
        }
    }

    @Test
    void refusesWhatCannotBeCompared() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray small = manager.zeros(new Shape(1, 1, 10, 11));
            assertThatThrownBy(() -> Ssim.of(small, small)).hasMessageContaining("found 10 x 11");
            assertThatThrownBy(() -> Psnr.of(small, small.transpose()))
                    .hasMessageContaining("of one shape");
            assertThatThrownBy(() -> Psnr.of(small, small.sub(1)))
                    .hasMessageContaining("found -1.0 in image 0, channel 0");
            assertThatThrownBy(() -> Psnr.of(small, small.div(0)))
                    .hasMessageContaining("found NaN");
        }
    }
}
