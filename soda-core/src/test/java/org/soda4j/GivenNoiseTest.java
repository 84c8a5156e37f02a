package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoiseSource;

/** Sampling from given noise, and finding that noise. */
class GivenNoiseTest {

    @Test
    void theSeedsOwnNoiseGivesTheSeedsImages() {
        try (Soda soda = TinyModels.builder().build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            NDArray z = soda.encode(TinyModels.images(manager, 2));
            SamplingOptions options = SamplingOptions.defaults().withSteps(3).withSeed(4);
            NDArray noise = NoiseSource.seeded(~4L).draw(0, manager.zeros(new Shape(2, 3, 16, 16)));
            assertThat(soda.sample(z, noise, options)).isEqualTo(soda.sample(z, options));
            NDArray other = soda.sample(z, noise.mul(-1), options);
            assertThat(other).isNotEqualTo(soda.sample(z, options));
        }
    }

    @Test
    void inversionIsUndoneBySampling() {
        try (Soda soda = TinyModels.builder().build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            NDArray images = TinyModels.images(manager, 2);
            NDArray z = soda.encode(images);
            DdimInversion inversion = new DdimInversion(5, 30);
            NDArray noise = soda.invert(images, z, inversion, Guidance.none());
            assertThat(noise.getManager()).isSameAs(manager);
            SamplingOptions options =
                    SamplingOptions.defaults()
                            .withSampler(inversion.sampler())
                            .withGuidance(Guidance.none());
            NDArray again = soda.sample(z, noise, options);
            // An untrained denoiser answers nearly 0, so the map is nearly linear: float32 is left.
            assertThat(again.sub(images).abs().max().getFloat()).isLessThan(1e-4f);
        }
    }

    @Test
    void refusesNoiseThatDoesNotFit() {
        try (Soda soda = TinyModels.builder().build();
                NDManager manager = NDManager.newBaseManager(soda.device())) {
            NDArray z = manager.zeros(new Shape(2, 12));
            NDArray one = manager.zeros(new Shape(1, 3, 16, 16));
            assertThatThrownBy(() -> soda.sample(z, one, SamplingOptions.defaults()))
                    .hasMessageContaining("noise: expected one for each of the 2 latents");
            assertThatThrownBy(() -> soda.invert(one, z, DdimInversion.defaults(), Guidance.none()))
                    .hasMessageContaining("images: expected one for each of the 2 latents");
        }
    }
}
