package org.soda4j.examples.goldens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.PixelNormalization;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserBuilder;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Translates the configurations of golden files, in PyTorch's words, into builders. */
final class ModelCases {

    private ModelCases() {}

    /** A model around a denoiser, with the smallest encoder, which is not used. */
    static SodaBuilder aroundDenoiser(JsonNode decoder, JsonNode config) {
        UNetDenoiser denoiser = denoiser(decoder, config.path("time_divisor").asDouble(1000));
        return Soda.builder()
                .denoiser(denoiser)
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.25)
                                .inputChannels(denoiser.imageShape().get(0))
                                .build())
                .latent(LatentLayout.of(decoder.path("z_channels").asInt()))
                .modulation(modulation(decoder));
    }

    static LayerModulation modulation(JsonNode config) {
        return config.path("layered").asBoolean()
                ? LayerModulation.paired()
                : LayerModulation.whole();
    }

    static UNetDenoiser denoiser(JsonNode config, double timeDivisor) {
        UNetDenoiserBuilder builder =
                UNetDenoiser.builder()
                        .imageShape(ints(config.path("image_shape")))
                        .channels(config.path("n_channels").asInt())
                        .multipliers(ints(config.path("ch_mults")))
                        .blocks(config.path("n_blocks").asInt())
                        .dropout(config.path("dropout").asDouble())
                        .residualResampling(config.path("use_res_for_updown").asBoolean())
                        .channelsPerHead(config.path("attn_channels_per_head").asInt(0))
                        .timeDivisor(timeDivisor);
        List<Integer> levels = new ArrayList<>();
        for (int level = 0; level < config.path("is_attn").size(); level++) {
            if (config.path("is_attn").get(level).asBoolean()) {
                levels.add(level);
            }
        }
        return builder.attention(levels.stream().mapToInt(Integer::intValue).toArray()).build();
    }

    static ResNetEncoder encoder(JsonNode config) {
        return ResNetEncoder.builder()
                .depth(Integer.parseInt(config.path("arch").asText().replace("resnet", "")))
                .widthMultiplier(config.path("width_multiplier").asDouble(1))
                .smallImages(config.path("small_images").asBoolean())
                .latentSize(config.path("latent_size").asInt())
                .build();
    }

    static NoiseSchedule schedule(JsonNode config) {
        int steps = config.path("timesteps").asInt();
        JsonNode betas = config.path("betas");
        if (betas.isArray()) {
            return NoiseSchedule.linear(steps, betas.get(0).asDouble(), betas.get(1).asDouble());
        }
        return switch (betas.asText()) {
            case "cosine" -> NoiseSchedule.cosine(steps);
            case "inverted" -> NoiseSchedule.inverted(steps);
            default ->
                    throw new IllegalArgumentException(
                            "betas: expected two numbers, cosine or inverted, found " + betas);
        };
    }

    /** The golden files hold what the encoder sees, so that nothing is left to normalise. */
    static PixelNormalization noNormalization() {
        return new PixelNormalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }
}
