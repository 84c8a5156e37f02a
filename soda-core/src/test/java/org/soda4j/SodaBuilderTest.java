package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.denoiser.DenoiserConfig;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.EncoderConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.image.ImagePreparation;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.training.RunConfig;

/** Which model a builder makes that was told nothing about it, or something. */
class SodaBuilderTest {

    private static final SodaConfig PRESET = RunConfig.preset("minutes-32").model();

    @Test
    void withoutFurtherWordsItIsThePresetForMinutes() {
        assertThat(Soda.builder().config()).isEqualTo(PRESET).isNotEqualTo(SodaConfig.published());
        try (Soda soda = Soda.builder().build()) {
            assertThat(soda.config()).isEqualTo(PRESET);
            assertThat(soda.parameters().get("encoder.layer1.0.conv1.weight").getShape().get(0))
                    .isEqualTo(32); // Half of the published width.
        }
    }

    @Test
    void whatIsNoPartOfTheModelDoesNotChooseIt() {
        SodaBuilder builder =
                Soda.builder().seed(5).threads(1).device(Device.cpu()).precision(Precision.BF16);
        assertThat(builder.config()).isEqualTo(PRESET);
        ImagePreparation cropping =
                new ImagePreparation(true, "#ffffff", ImagePreparation.Fit.CROP);
        assertThat(builder.preparation(cropping).config())
                .isEqualTo(Soda.builder().config(PRESET).preparation(cropping).config())
                .isNotEqualTo(PRESET);
    }

    @Test
    void oncePartIsNamedTheOthersArePublished() {
        Map<String, SodaBuilder> named = new LinkedHashMap<>();
        named.put("encoder", Soda.builder().encoder(ResNetEncoder.builder().build()));
        named.put("latent", Soda.builder().latent(LatentLayout.of(128)));
        named.put("modulation", Soda.builder().modulation(LayerModulation.whole()));
        named.put("masking", Soda.builder().masking(new LatentMasking(0.1, 0)));
        named.put("denoiser", Soda.builder().denoiser(UNetDenoiser.builder().build()));
        named.put("schedule", Soda.builder().schedule(NoiseSchedule.linear(1000)));
        named.put("prediction", Soda.builder().prediction(Prediction.EPSILON));
        named.put("normalization", Soda.builder().normalization(PixelNormalization.imageNet()));
        named.put("config", Soda.builder().config(SodaConfig.fromYaml("{}")));
        named.forEach(
                (part, builder) ->
                        assertThat(builder.config()).as(part).isEqualTo(SodaConfig.published()));
        SodaConfig views = Soda.builder().views(ViewConditioning.builder().build()).config();
        assertThat(views.encoder()).isEqualTo(SodaConfig.published().encoder());
        assertThat(views.denoiser()).isEqualTo(SodaConfig.published().denoiser());
    }

    @Test
    void thePublishedModelIsThatOfTheBlocksWithoutFurtherWords() {
        SodaConfig published = SodaConfig.published();
        assertThat(published.encoder())
                .isEqualTo(EncoderConfig.of(ResNetEncoder.builder().build()).withLatentSize(128));
        assertThat(published.denoiser())
                .isEqualTo(DenoiserConfig.of(UNetDenoiser.builder().build()));
        assertThat(published.modulation()).isEqualTo(LayerModulation.whole());
        assertThat(published.schedule()).isEqualTo(NoiseSchedule.linear(1000));
    }
}
