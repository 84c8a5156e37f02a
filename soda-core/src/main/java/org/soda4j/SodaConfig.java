package org.soda4j;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.soda4j.denoiser.DenoiserConfig;
import org.soda4j.denoiser.UNetConditions;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.EncoderConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.image.ImagePreparation;
import org.soda4j.io.ConfigText;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LayerModulation;
import org.soda4j.model.ImageTranslators;
import org.soda4j.novelview.ViewConditioning;

/**
 * Everything that defines a model, immutable; round-trips through JSON and YAML. A component that
 * the text leaves out, or the builder in which another one is named, takes its published default;
 * what stays is checked across components, so that a configuration that exists can be built.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class SodaConfig {

    private static final int PUBLISHED_LATENT_SIZE = 128;

    /** The version of the text; older ones are read too. */
    private static final int VERSION = 1;

    private final int version = VERSION;
    private final EncoderConfig encoder;
    private final LatentLayout latent;
    private final LayerModulation modulation;
    private final LatentMasking masking;
    private final DenoiserConfig denoiser;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final ImagePreparation preparation;
    private final PixelNormalization normalization;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private final ViewConditioning views;

    /** Fills in defaults and checks what spans components. Text without a version has the first. */
    @JsonCreator
    SodaConfig(
            @JsonProperty("version") Integer version,
            @JsonProperty("encoder") EncoderConfig encoder,
            @JsonProperty("latent") LatentLayout latent,
            @JsonProperty("modulation") LayerModulation modulation,
            @JsonProperty("masking") LatentMasking masking,
            @JsonProperty("denoiser") DenoiserConfig denoiser,
            @JsonProperty("schedule") NoiseSchedule schedule,
            @JsonProperty("prediction") Prediction prediction,
            @JsonProperty("preparation") ImagePreparation preparation,
            @JsonProperty("normalization") PixelNormalization normalization,
            @JsonProperty("views") ViewConditioning views) {
        if (version != null && version != VERSION) {
            throw new IllegalArgumentException(
                    "version: expected %d, which this library writes, found %d; a newer one wrote the text"
                            .formatted(VERSION, version));
        }
        EncoderConfig e =
                encoder == null ? EncoderConfig.of(ResNetEncoder.builder().build()) : encoder;
        this.denoiser =
                denoiser == null ? DenoiserConfig.of(UNetDenoiser.builder().build()) : denoiser;
        this.modulation = modulation == null ? LayerModulation.whole() : modulation;
        this.masking = masking == null ? new LatentMasking(0.1, 0) : masking;
        this.schedule = schedule == null ? NoiseSchedule.linear(1000) : schedule;
        this.prediction = prediction == null ? Prediction.EPSILON : prediction;
        int size = Math.max(e.latentSize(), this.denoiser.latentSize());
        LatentLayout layout =
                latent != null ? latent : LatentLayout.of(size == 0 ? PUBLISHED_LATENT_SIZE : size);
        requireSize("encoder", e.latentSize(), layout);
        requireSize("denoiser", this.denoiser.latentSize(), layout);
        this.latent = sections(layout);
        this.encoder = e.withLatentSize(layout.size());
        int channels = this.denoiser.imageShape().get(0);
        requireChannels("encoder inputChannels", channels, e.inputChannels());
        this.preparation = preparation == null ? ImagePreparation.standard() : preparation;
        this.normalization =
                normalization != null
                        ? normalization
                        : channels == 3
                                ? PixelNormalization.imageNet()
                                : PixelNormalization.symmetric(channels);
        requireChannels("normalization", channels, this.normalization.mean().size());
        this.views = views;
        requireViews();
    }

    /**
     * Every component with its published default: a model for hundreds of epochs. What learns in
     * minutes is {@code Soda.builder().config()}.
     *
     * @return the same as an empty text gives
     */
    public static SodaConfig published() {
        return new SodaConfig(null, null, null, null, null, null, null, null, null, null, null);
    }

    /** As the U-Net's modulation wants them; a denoiser of the user's cuts the latent itself. */
    private LatentLayout sections(LatentLayout layout) {
        if (denoiser instanceof UNetDenoiserConfig unet) {
            return modulation.layout(layout, unet.depths());
        }
        if (!modulation.equals(LayerModulation.whole())) {
            throw new IllegalArgumentException(
                    "modulation: expected none with the %s, which cuts the latent itself, found %s; name its sections by latent(new LatentLayout(sizes))"
                            .formatted(denoiser, modulation));
        }
        return layout;
    }

    private void requireViews() {
        if (views == null) {
            return;
        }
        if (!(encoder instanceof ResNetEncoderConfig)
                || !(denoiser instanceof UNetDenoiserConfig unet)) {
            throw new IllegalArgumentException(
                    "views: expected a ResNetEncoder and a UNetDenoiser, which take rays, found %s and %s"
                            .formatted(encoder, denoiser));
        }
        conditions().requireLevels(unet.multipliers().size());
    }

    /** What the denoiser sees besides time and latent. */
    UNetConditions conditions() {
        return views == null
                ? UNetConditions.none()
                : new UNetConditions(views.rays().channels(), views.crossAttention());
    }

    /**
     * From images in any form to latents.
     *
     * @param recorded whether the model was saved with its preparation, as older ones were not
     */
    ImageTranslators translators(boolean recorded) {
        return new ImageTranslators(
                denoiser.imageShape(), preparation, normalization::apply, recorded);
    }

    private static void requireSize(String part, int size, LatentLayout layout) {
        if (size != 0 && size != layout.size()) {
            throw new IllegalArgumentException(
                    "latent size: expected the %s's %d, found %d in the latent layout; set only one of them"
                            .formatted(part, size, layout.size()));
        }
    }

    private static void requireChannels(String what, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(
                    "%s: expected %d channels, those of the denoiser's imageShape, found %d"
                            .formatted(what, expected, found));
        }
    }

    /** {@return the encoder E; default: that of {@code ResNetEncoder.builder().build()}} */
    public EncoderConfig encoder() {
        return encoder;
    }

    /**
     * {@return the latent's sections; default: the encoder's latent size, else 128; cut as the
     * modulation wants it}
     */
    public LatentLayout latent() {
        return latent;
    }

    /** {@return which section drives which block; default: whole (published)} */
    public LayerModulation modulation() {
        return modulation;
    }

    /**
     * {@return what training hides of the latent, unless the training says otherwise; default and
     * published: all of it with probability 0.1}
     */
    public LatentMasking masking() {
        return masking;
    }

    /** {@return the denoiser D; default: that of {@code UNetDenoiser.builder().build()}} */
    public DenoiserConfig denoiser() {
        return denoiser;
    }

    /** {@return the noise schedule; default and published: linear, 1000 steps} */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** {@return what the denoiser predicts; default and published: the noise} */
    public Prediction prediction() {
        return prediction;
    }

    /**
     * {@return how image files become what the model sees; default: {@link
     * ImagePreparation#standard()}}
     */
    public ImagePreparation preparation() {
        return preparation;
    }

    /** {@return of the encoder's pixels; default: ImageNet's for three channels, else symmetric} */
    public PixelNormalization normalization() {
        return normalization;
    }

    /**
     * {@return cameras of novel views; default: null, none: a model of single images. Left out of
     * the text then}
     */
    public ViewConditioning views() {
        return views;
    }

    /**
     * Reads a configuration.
     *
     * @param file a {@code .json}, {@code .yaml} or {@code .yml} file
     * @return the configuration
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is not a configuration; names the field
     */
    public static SodaConfig read(Path file) throws IOException {
        return ConfigText.read(file, SodaConfig.class);
    }

    /**
     * Reads a configuration from JSON.
     *
     * @param json the text
     * @return the configuration
     * @throws IllegalArgumentException if it is not a configuration; names the field
     */
    public static SodaConfig fromJson(String json) {
        return ConfigText.fromTree(ConfigText.jsonTree(json), SodaConfig.class);
    }

    /**
     * Reads a configuration from YAML.
     *
     * @param yaml the text
     * @return the configuration
     * @throws IllegalArgumentException if it is not a configuration; names the field
     */
    public static SodaConfig fromYaml(String yaml) {
        return ConfigText.fromTree(ConfigText.yamlTree(yaml), SodaConfig.class);
    }

    /**
     * Writes this configuration, defaults included.
     *
     * @return JSON text
     */
    public String toJson() {
        return ConfigText.toJson(this);
    }

    /**
     * Writes this configuration, defaults included.
     *
     * @return YAML text
     */
    public String toYaml() {
        return ConfigText.toYaml(this);
    }

    private List<Object> values() {
        return Arrays.asList(
                encoder,
                latent,
                modulation,
                masking,
                denoiser,
                schedule,
                prediction,
                preparation,
                normalization,
                views);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SodaConfig that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "SodaConfig" + values();
    }
}
