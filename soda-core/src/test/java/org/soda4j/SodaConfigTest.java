package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewPooling;

class SodaConfigTest {

    @TempDir Path folder;

    static Stream<SodaConfig> configurations() {
        return Stream.of(
                SodaConfig.published(),
                Soda.builder().config(),
                TinyModels.builder().config(),
                Soda.builder()
                        .encoder(
                                ResNetEncoder.builder()
                                        .depth(50)
                                        .widthMultiplier(2)
                                        .inputChannels(1)
                                        .latentSize(77)
                                        .build())
                        .modulation(LayerModulation.grouped(3))
                        .latent(new LatentLayout(List.of(7, 60, 10)))
                        .masking(new LatentMasking(0.25, 0.5))
                        .denoiser(
                                UNetDenoiser.builder()
                                        .imageShape(1, 48, 24)
                                        .channels(64)
                                        .multipliers(1, 1, 3)
                                        .blocks(3)
                                        .attention(2, 0)
                                        .channelsPerHead(32)
                                        .dropout(0.33)
                                        .residualResampling(true)
                                        .timeDivisor(1)
                                        .groups(16)
                                        .build())
                        .schedule(NoiseSchedule.cosine(321))
                        .prediction(Prediction.values()[2])
                        .normalization(new PixelNormalization(List.of(0.1), List.of(0.7)))
                        .config(),
                Soda.builder().schedule(NoiseSchedule.linear(50, 1e-3, 0.1)).config(),
                Soda.builder().schedule(NoiseSchedule.inverted(1000)).config(),
                Soda.builder().views(ViewConditioning.builder().build()).config(),
                Soda.builder()
                        .views(
                                ViewConditioning.builder()
                                        .rays(new RayEncoding(0, 7, 512))
                                        .frame(CameraFrame.RELATIVE)
                                        .sources(4)
                                        .pooling(ViewPooling.ATTENTION)
                                        .crossAttention(3, 1)
                                        .cameraMasking(0.25)
                                        .build())
                        .config());
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void roundTripsThroughJsonAndYaml(SodaConfig config) throws Exception {
        assertThat(SodaConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(SodaConfig.fromYaml(config.toYaml())).isEqualTo(config);
        assertThat(SodaConfig.fromJson(config.toJson()).toJson()).isEqualTo(config.toJson());
        Path json = Files.writeString(folder.resolve("c.json"), config.toJson());
        Path yaml = Files.writeString(folder.resolve("c.yml"), config.toYaml());
        assertThat(SodaConfig.read(json)).isEqualTo(config);
        assertThat(SodaConfig.read(yaml)).isEqualTo(config);
        assertThat(Soda.builder().config(config).config()).isEqualTo(config);
    }

    @Test
    void anEmptyObjectIsThePublishedModel() {
        SodaConfig config = SodaConfig.fromJson("{}");
        assertThat(config).isEqualTo(SodaConfig.published());
        assertThat(config.latent()).isEqualTo(LatentLayout.of(128));
        assertThat(config.masking()).isEqualTo(new LatentMasking(0.1, 0));
        assertThat(config.encoder().latentSize()).isEqualTo(128);
        assertThat(((UNetDenoiserConfig) config.denoiser()).channels()).isEqualTo(128);
        assertThat(config.normalization()).isEqualTo(PixelNormalization.imageNet());
        assertThat(config.views()).isNull();
        assertThat(config.toJson()).doesNotContain("views", "groups");
    }

    @Test
    void textHasAVersionAndTextWithoutHasTheFirst() {
        String json = SodaConfig.published().toJson();
        assertThat(json).contains("\"version\" : 1");
        String without = json.replaceFirst("\"version\" : 1,", "");
        assertThat(SodaConfig.fromJson(without)).isEqualTo(SodaConfig.fromJson(json));
        assertThatThrownBy(() -> SodaConfig.fromJson("{\"version\": 2}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version: expected 1, which this library writes, found 2");
    }

    @Test
    void yamlTakesWholeNumbersForFractions() {
        SodaConfig config =
                SodaConfig.fromYaml(
                        """
                        encoder:
                          depth: 34
                          widthMultiplier: 2
                        denoiser:
                          dropout: 0
                        modulation: {kind: PAIRED}
                        latent: [16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16]
                        """);
        assertThat(((ResNetEncoderConfig) config.encoder()).widthMultiplier()).isEqualTo(2);
        assertThat(((UNetDenoiserConfig) config.denoiser()).dropout()).isZero();
        assertThat(config.latent().sections()).isEqualTo(13);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'encodr': {}}|/encodr",
                "{'encoder': {'deph': 18}}|/encoder/deph",
                "{'encoder': {'depth': 19}}|/encoder/depth: depth: expected 18, 34, 50 or 101, found 19",
                "{'encoder': {'depth': null}}|/encoder/depth",
                "{'encoder': 18}|/encoder",
                "{'encoder': []}|/encoder",
                "{'denoiser': {'channels': 33}}|/denoiser/channels: channels: expected a multiple of 8",
                "{'denoiser': {'imageShape': null}}|/denoiser/imageShape",
                "{'denoiser': {'imageShape': [3, 32]}}|/denoiser/imageShape: imageShape: expected channels",
                "{'denoiser': {'attention': [7]}}|/denoiser: attention: expected levels 0 .. 3",
                "{'denoiser': {'dropout': null}}|/denoiser/dropout",
                "{'denoiser': {'channels': 64, 'channels': 128}}|channels",
                "{'latent': 64}|/latent",
                "{'latent': []}|/latent: latent sections: expected one or more sizes",
                "{'latent': [4, null]}|/latent",
                "{'modulation': {'groups': 2}}|/modulation",
                "{'modulation': {'kind': 'HALVED'}}|/modulation/kind",
                "{'modulation': {'kind': 'WHOLE', 'groups': 2}}|/modulation: modulation WHOLE",
                "{'masking': {'latent': 0.1}}|/masking",
                "{'masking': {'latent': 2, 'section': 0}}|/masking: masking latent: expected a probability",
                "{'schedule': {'kind': 'cosine', 'steps': null}}|/schedule",
                "{'schedule': {'kind': 'cubic', 'steps': 10}}|/schedule",
                "{'prediction': 'NOISE'}|/prediction",
                "{'normalization': {'mean': [0.5], 'deviation': [0]}}|/normalization: normalization: expected",
                "{'views': {'sources': 0}}|/views/sources: sources: expected at least 1, found 0",
                "{'views': {'rays': {'originBands': 17}}}|/views/rays: originBands: expected 0 .. 16, found 17",
                "{'views': {'crossAttention': [4]}}|crossAttention: expected levels 0 .. 3 of the denoiser, found [4]",
                "{'views': {'cameraMasking': 2}}|/views/cameraMasking: cameraMasking: expected a probability",
                "[]|configuration",
                "null|expected an object, found null",
                "{} {}|configuration",
                "{'latent': [1|configuration",
            })
    void whatIsWrongIsRefusedNamingTheField(String json, String expected) {
        String text = json.replace('\'', '"');
        assertThatThrownBy(() -> SodaConfig.fromJson(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
        assertThatThrownBy(() -> SodaConfig.fromYaml(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected.split(":")[0]);
    }

    @Test
    void anEmptyTextIsRefused() {
        assertThatThrownBy(() -> SodaConfig.fromJson(""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SodaConfig.fromYaml(""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileIsNamedInTheMessage() throws Exception {
        Path file = Files.writeString(folder.resolve("wrong.json"), "{\"x\": 1}");
        assertThatThrownBy(() -> SodaConfig.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("wrong.json", "/x: expected one of [")
                .hasMessageContainingAll("denoiser, encoder, ", "], found x");
    }

    @Test
    void partsThatDoNotFitEachOtherAreRefused() {
        assertThatThrownBy(
                        () ->
                                Soda.builder()
                                        .encoder(ResNetEncoder.builder().latentSize(64).build())
                                        .latent(LatentLayout.of(128))
                                        .config())
                .hasMessageContainingAll("expected the encoder's 64, found 128");
        assertThatThrownBy(
                        () ->
                                Soda.builder()
                                        .encoder(ResNetEncoder.builder().inputChannels(1).build())
                                        .config())
                .hasMessageContainingAll("encoder inputChannels: expected 3 channels", "found 1");
        assertThatThrownBy(
                        () ->
                                Soda.builder()
                                        .normalization(PixelNormalization.symmetric(1))
                                        .config())
                .hasMessageContainingAll("normalization: expected 3 channels", "found 1");
        assertThatThrownBy(
                        () ->
                                Soda.builder()
                                        .latent(LatentLayout.of(12))
                                        .modulation(LayerModulation.paired())
                                        .config())
                .hasMessageContainingAll("expected 1 .. 12 (the dimensions of z), found 13");
        assertThatThrownBy(() -> Soda.builder().modulation(LayerModulation.grouped(14)).config())
                .hasMessageContaining("grouped(14): expected at most 13 groups");
    }

    @Test
    void nullPartsAreRefusedByName() {
        assertThatThrownBy(() -> Soda.builder().encoder(null)).hasMessage("encoder");
        assertThatThrownBy(() -> Soda.builder().denoiser(null)).hasMessage("denoiser");
        assertThatThrownBy(() -> Soda.builder().latent(null)).hasMessage("latent");
        assertThatThrownBy(() -> Soda.builder().schedule(null)).hasMessage("schedule");
    }
}
