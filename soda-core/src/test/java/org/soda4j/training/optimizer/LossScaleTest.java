package org.soda4j.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.Precision;

/** The factor over a script of finite (1) and non-finite (0) steps. */
class LossScaleTest {

    @Test
    void followsTheGradScalerOfPyTorch() {
        LossScale scale = LossScale.dynamic(16, 3);
        List<Double> factors = new ArrayList<>();
        for (char finite : "110111101111111001011101111".toCharArray()) {
            play(scale, finite);
            factors.add(scale.factor());
        }
        // torch.amp.GradScaler("cpu", init_scale=16., growth_interval=3) of PyTorch 2.13.0.
        assertThat(factors)
                .containsExactly(
                        16., 16., 8., 8., 8., 16., 16., 8., 8., 8., 16., 16., 16., 32., 32., 16.,
                        8., 8., 4., 4., 4., 8., 4., 4., 4., 8., 8.);
        assertThat(scale.skippedSteps()).isEqualTo(6);
    }

    @Test
    void beginsAsPyTorchDoes() {
        LossScale scale = LossScale.of(Precision.FP16);
        assertThat(scale.factor()).isEqualTo(65536);
        for (int step = 1; step < 2000; step++) {
            scale.made();
        }
        assertThat(scale.factor()).isEqualTo(65536);
        scale.made();
        assertThat(scale.factor()).isEqualTo(131072);
    }

    @Test
    void stopsAfterTwentySkipsInARowOnly() {
        LossScale scale = LossScale.of(Precision.FP16);
        for (int round = 0; round < 2; round++) {
            for (int skip = 1; skip < 20; skip++) {
                assertThat(scale.skip()).isTrue();
            }
            scale.made();
        }
        for (int skip = 1; skip < 20; skip++) {
            assertThat(scale.skip()).isTrue();
        }
        LossScale.State before = scale.state();
        assertThat(scale.skip()).isFalse();
        assertThat(scale.state()).isEqualTo(before);
    }

    @Test
    void growsNoFurtherThanFloat32() {
        LossScale scale = LossScale.dynamic(0x1p126, 1);
        scale.made();
        assertThat(scale.factor()).isEqualTo(0x1p127);
        scale.made();
        assertThat(scale.factor()).isEqualTo(0x1p127);
    }

    @Test
    void otherPrecisionsAreNotScaledAndSkipNothing() {
        for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
            LossScale scale = LossScale.of(precision);
            assertThat(scale.isDynamic()).isFalse();
            for (int step = 0; step < 5000; step++) {
                scale.made();
            }
            assertThat(scale.factor()).isEqualTo(1);
            assertThat(scale.skip()).isFalse();
        }
    }

    @Test
    void goesOnFromItsState() {
        LossScale whole = LossScale.dynamic(16, 3);
        LossScale first = LossScale.dynamic(16, 3);
        for (char finite : "1101".toCharArray()) {
            play(whole, finite);
            play(first, finite);
        }
        LossScale second = LossScale.dynamic(1, 3);
        second.restore(first.state());
        for (char finite : "1101101111".toCharArray()) {
            play(whole, finite);
            play(second, finite);
            assertThat(second.state()).isEqualTo(whole.state());
        }
    }

    private static void play(LossScale scale, char finite) {
        if (finite == '1') {
            scale.made();
        } else {
            scale.skip();
        }
    }
}
