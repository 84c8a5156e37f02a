package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Interpolation, mixing and effects on latents whose answers are known. */
class LatentEditingTest {

    private static final LatentLayout LAYOUT = new LatentLayout(List.of(2, 1));

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray row(float... values) {
        return manager.create(values);
    }

    @Test
    void theLineIsStraight() {
        NDArray path = LatentInterpolation.LINEAR.between(row(0, 4), row(8, 0), 0, 0.25, 1, 2);
        assertThat(path.getShape()).isEqualTo(new Shape(4, 2));
        assertThat(path.toFloatArray()).containsExactly(0, 4, 2, 3, 8, 0, 16, -4);
    }

    @Test
    void theArcKeepsTheRadiusAndItsAngleGrowsEvenly() {
        float[] path =
                LatentInterpolation.SPHERICAL
                        .between(row(2, 0), row(0, 2), LatentInterpolation.weights(4))
                        .toFloatArray();
        for (int i = 0; i < 4; i++) {
            double angle = i * Math.PI / 6;
            // Single precision of the result.
            assertThat(path[2 * i]).isCloseTo((float) (2 * Math.cos(angle)), within(1e-6f));
            assertThat(path[2 * i + 1]).isCloseTo((float) (2 * Math.sin(angle)), within(1e-6f));
        }
        assertThat(LatentInterpolation.SPHERICAL.between(row(1, 1), row(3, 3), 0.5).toFloatArray())
                .containsExactly(2, 2);
        assertThatThrownBy(() -> LatentInterpolation.SPHERICAL.between(row(1, 0), row(-1, 0), 0.5))
                .hasMessageContaining("use LINEAR");
    }

    @Test
    void onlyChosenSectionsMoveAndTheAngleIsTheirs() {
        SectionKeep first = SectionKeep.only(2, 0);
        float[] half =
                LatentInterpolation.SPHERICAL
                        .between(LAYOUT, first, row(1, 0, 7), row(0, 1, -9), 0.5)
                        .toFloatArray();
        float side = (float) Math.sqrt(0.5);
        assertThat(half).containsExactly(new float[] {side, side, 7}, within(1e-6f));
        assertThatThrownBy(
                        () ->
                                LatentInterpolation.LINEAR.between(
                                        LAYOUT, first, row(1, 2), row(1, 2, 3), 0.5))
                .hasMessageContaining("from: expected float32 latents of shape [N, 3]");
    }

    @Test
    void mixesAreContentByStyle() {
        NDArray content = manager.create(new float[][] {{1, 2, 3}, {4, 5, 6}});
        NDArray style = manager.create(new float[][] {{10, 20, 30}, {40, 50, 60}});
        NDArray mixes = SectionMixing.mix(LAYOUT, SectionKeep.only(2, 1), content, style);
        assertThat(mixes.toFloatArray()).containsExactly(1, 2, 30, 1, 2, 60, 4, 5, 30, 4, 5, 60);
    }

    @Test
    void resolutionsShareTheSectionsOut() {
        SodaConfig config =
                config(
                        UNetDenoiser.builder()
                                .imageShape(3, 16, 16)
                                .channels(32)
                                .multipliers(1, 1, 1)
                                .blocks(1)
                                .attention(2)
                                .build());
        // Depths: 0 input, 1 block, 2 halved, 3 block, 4 halved, 5 block, 6 middle.
        assertThat(SectionResolution.FINE.sections(config)).isEqualTo(SectionKeep.only(7, 0, 1));
        assertThat(SectionResolution.MIDDLE.sections(config)).isEqualTo(SectionKeep.only(7, 2, 3));
        assertThat(SectionResolution.COARSE.sections(config))
                .isEqualTo(SectionKeep.only(7, 4, 5, 6));
        SodaConfig flat =
                config(UNetDenoiser.builder().channels(32).multipliers(1).attention(0).build());
        assertThatThrownBy(() -> SectionResolution.FINE.sections(flat))
                .hasMessageContaining("at least 2 resolutions");
    }

    private static SodaConfig config(UNetDenoiser denoiser) {
        return Soda.builder().modulation(LayerModulation.paired()).denoiser(denoiser).config();
    }

    /** Section 0 is the brightness of the whole 4 x 4 image, section 1 a fine checkerboard. */
    private static NDArray paint(NDArray latents) {
        float[] z = latents.toFloatArray();
        int n = z.length / 3;
        float[] pixels = new float[n * 16];
        for (int i = 0; i < pixels.length; i++) {
            int image = i / 16;
            int sign = (i / 4 + i) % 2 == 0 ? 1 : -1;
            pixels[i] = 0.45f + z[3 * image] + sign * z[3 * image + 2];
        }
        return latents.getManager().create(pixels, new Shape(n, 1, 4, 4));
    }

    @Test
    void effectsShowWhichScaleASectionChanges() {
        NDArray latents = manager.create(new float[][] {{0.1f, 0, 0.2f}, {0.1f, 0, 0.2f}});
        NDArray random = manager.create(new float[][] {{0.3f, 0, 0}, {0.3f, 0, 0.1f}});
        SectionEffects effects =
                SectionEffects.measure(LatentEditingTest::paint, LAYOUT, latents, random);
        assertThat(effects.resolutions()).containsExactly(4, 2);
        SectionEffects.Effect bright = effects.effects().get(0);
        assertThat(bright.change()).isEqualTo(SectionEffects.Change.DROPPED);
        assertThat(bright.difference().get(0)).isCloseTo(0.1, within(1e-6));
        assertThat(bright.difference().get(1)).isCloseTo(0.1, within(1e-6));
        assertThat(bright.psnr()).isCloseTo(20, within(1e-4)); // -10 log10(0.1^2)
        assertThat(effects.effects().get(1).difference().get(1)).isCloseTo(0.2, within(1e-6));
        assertThat(effects.effects().get(2).psnr()).isEqualTo(Double.POSITIVE_INFINITY);
        SectionEffects.Effect checks = effects.effects().get(3);
        assertThat(checks.section()).isEqualTo(1);
        assertThat(checks.difference().get(0)).isCloseTo(0.2, within(1e-6));
        assertThat(checks.difference().get(1)).isCloseTo(0, within(1e-6)); // averages out
        assertThat(effects.effects().get(4).difference().get(0)).isCloseTo(0.15, within(1e-6));
        assertThat(effects.table()).contains("dropped").contains("diff@2");
        assertThat(effects.chart(SectionEffects.Change.DROPPED).toPng()).isNotEmpty();
    }

    @Test
    void swappingTakesTheNextImagesSection() {
        NDArray latents = manager.create(new float[][] {{0.1f, 0, 0}, {0.2f, 0, 0}, {0.4f, 0, 0}});
        SectionEffects effects =
                SectionEffects.measure(LatentEditingTest::paint, LAYOUT, latents, latents);
        // |0.2 - 0.1|, |0.4 - 0.2|, |0.1 - 0.4|: mean 0.2.
        assertThat(effects.effects().get(2).difference().get(0)).isCloseTo(0.2, within(1e-6));
    }
}
