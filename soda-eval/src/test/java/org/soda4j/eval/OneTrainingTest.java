package org.soda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.latent.DiffusionPrior;
import org.soda4j.eval.probe.ImageLinearProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.training.GradientRecording;

/** What trains here is refused while something else trains in the process. */
class OneTrainingTest {

    @Test
    void anotherTrainingIsNamed() {
        TestImages images = TestImages.darkAndBright(4, 16);
        FeatureSet latents = FeatureSet.of(new float[] {1, 2, 3, 4}, 2);
        try (Soda soda = TinyModels.builder().build()) {
            ImageLinearProbe probe = LinearProbe.onImages(soda).epochs(1).build();
            assertRefused("the linear probe", () -> probe.evaluate(images, images));
            assertRefused("the diffusion prior", () -> DiffusionPrior.fit(latents, 1, 0));
        }
    }

    private static void assertRefused(String what, ThrowingCallable training) {
        try (GradientRecording other =
                CompletableFuture.supplyAsync(
                                () -> GradientRecording.begin("the training of runs/a"))
                        .join()) {
            assertThat(other).isNotNull();
            assertThatThrownBy(training)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(what, "found the training of runs/a");
        }
    }
}
