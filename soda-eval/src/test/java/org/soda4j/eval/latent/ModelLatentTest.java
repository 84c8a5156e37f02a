package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.Guidance;
import org.soda4j.eval.quality.Psnr;

/** What works on a model, on an untrained one. */
class ModelLatentTest {

    private static Soda soda;
    private static NDManager manager;
    private static NDArray images;
    private static final SamplingOptions OPTIONS =
            SamplingOptions.defaults()
                    .withSampler(DdimSampler.builder().steps(2).build())
                    .withSeed(3);

    @BeforeAll
    static void build() {
        soda = TinyModels.builder(10, 1, 1).build();
        manager = NDManager.newBaseManager(soda.device());
        images = manager.arange(2 * 3 * 256).toType(DataType.FLOAT32, false);
        images = images.mul(0.37f).sin().mul(0.4f).add(0.5f).reshape(new Shape(2, 3, 16, 16));
    }

    @AfterAll
    static void close() {
        manager.close();
        soda.close();
    }

    @Test
    void everyRowStartsFromTheSameNoise() {
        NDArray z = soda.encode(images);
        NDArray twice = z.get("0:1").repeat(0, 70); // more than a batch
        FixedNoiseDecoder decoder = FixedNoiseDecoder.of(soda, OPTIONS);
        NDArray drawn = decoder.decode(twice);
        assertThat(drawn.getManager()).isSameAs(manager);
        float[] first = drawn.get(0).toFloatArray();
        // Batches of other sizes may round otherwise.
        assertThat(drawn.get(69).toFloatArray()).containsExactly(first, within(1e-5f));
        assertThat(soda.sample(z.get("0:1"), OPTIONS).toFloatArray())
                .containsExactly(first, within(1e-5f));
        NDArray noise = manager.zeros(new Shape(1, 3, 16, 16));
        assertThat(FixedNoiseDecoder.of(soda, OPTIONS, noise).decode(z).toFloatArray())
                .isNotEqualTo(decoder.decode(z).toFloatArray());
        assertThatThrownBy(() -> FixedNoiseDecoder.of(soda, OPTIONS, images))
                .hasMessageContaining("noise: expected shape (1, 3, 16, 16)");
    }

    @Test
    void sweepDrawsARowForEverySetting() {
        List<GuidanceSweep.Setting> settings = new ArrayList<>(GuidanceSweep.whole(-1, 0, 2));
        settings.addAll(GuidanceSweep.section(5, 4, 0.5));
        GuidanceSweep sweep = GuidanceSweep.run(soda, images, settings, OPTIONS);
        assertThat(sweep.rows()).hasSize(4);
        assertThat(sweep.rows().get(1).name()).isEqualTo("w = 0.00");
        assertThat(sweep.rows().get(3).name()).isEqualTo("s4 = 0.50");
        assertThat(settings.get(0).guidance()).isEqualTo(Guidance.unconditional());
        NDArray drawn =
                FixedNoiseDecoder.of(soda, OPTIONS.withGuidance(Guidance.none()))
                        .decode(soda.encode(images));
        double[] psnr = Psnr.of(images, drawn);
        assertThat(sweep.rows().get(1).psnr()).isCloseTo((psnr[0] + psnr[1]) / 2, within(1e-4));
        assertThat(sweep.rows())
                .allSatisfy(row -> assertThat(row.agreement()).isBetween(-1.0, 1.0001));
        assertThat(sweep.grid().toImage().getHeight()).isGreaterThan(5 * 64);
        assertThat(sweep.table()).contains("PSNR").contains("s4 = 0.50");
    }

    @Test
    void inversionReportsItsRoundTrip() {
        try (ImageInversion good = ImageInversion.of(soda, images, new DdimInversion(5, 20))) {
            // Nearly linear: an untrained denoiser answers nearly 0. 60 dB is an error of 1e-3.
            assertThat(good.psnr()).allSatisfy(dB -> assertThat(dB).isGreaterThan(60));
            assertThat(good.noise().getShape()).isEqualTo(new Shape(2, 3, 16, 16));
            assertThat(soda.sample(good.latents(), good.noise(), good.options()))
                    .isEqualTo(good.reproduced());
        }
    }
}
