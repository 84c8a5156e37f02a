package org.soda4j;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.soda4j.denoiser.Denoiser;
import org.soda4j.denoiser.DenoiserConfig;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.Prediction;
import org.soda4j.encoder.Encoder;
import org.soda4j.encoder.EncoderConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.engine.ThreadTeam;
import org.soda4j.image.ImagePreparation;
import org.soda4j.io.ConfigText;
import org.soda4j.io.PresetText;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.ViewConditioning;

/**
 * Builds a {@link Soda} or a {@link SodaConfig}. Every setter is optional; {@link #build} and
 * {@link #config} check what spans them.
 *
 * <p>Where no part of the model is named, it is that of the preset {@code minutes-32}, for colour
 * images of 32 x 32 pixels, whose features are worth having after minutes of training. As soon as
 * one is named, by {@link #config}, {@link #encoder}, {@link #latent}, {@link #modulation}, {@link
 * #masking}, {@link #denoiser}, {@link #schedule}, {@link #prediction}, {@link #normalization} or
 * {@link #views}, the others have the published defaults, those of {@link SodaConfig#published}.
 * Preparation, device, precision, threads and seed choose neither.
 */
public final class SodaBuilder {

    /** Of the model that nobody said anything about. */
    private static final String PRESET = "minutes-32";

    private SodaBlocks blocks = SodaBlocks.NONE;
    private EncoderConfig encoder;
    private LatentLayout latent;
    private LayerModulation modulation;
    private LatentMasking masking;
    private DenoiserConfig denoiser;
    private NoiseSchedule schedule;
    private Prediction prediction;
    private ImagePreparation preparation;
    private PixelNormalization normalization;
    private ViewConditioning views;
    private Device device;
    private Precision precision = Precision.FP32;
    private ThreadTeam team = ThreadTeam.adaptive();
    private long seed;

    SodaBuilder() {}

    /**
     * Takes every part of a configuration; later setters change single parts.
     *
     * @param config the configuration
     * @return this
     */
    public SodaBuilder config(SodaConfig config) {
        blocks = SodaBlocks.NONE;
        encoder = config.encoder();
        latent = config.latent();
        modulation = config.modulation();
        masking = config.masking();
        denoiser = config.denoiser();
        schedule = config.schedule();
        prediction = config.prediction();
        preparation = config.preparation();
        normalization = config.normalization();
        views = config.views();
        return this;
    }

    /**
     * Sets the encoder E.
     *
     * <p>A {@link ResNetEncoder} is taken by its description, and the model makes one of its own:
     * with values drawn from the model's seed or, where the given one is initialised, copied from
     * it. Any other encoder becomes part of the model, with the values that it has or, where it is
     * not initialised, those that its initializers give; {@link Soda#close} frees what the model
     * initialised. A saved model is opened again by {@link Soda#load(Path, SodaBuilder)} with the
     * same block.
     *
     * @param encoder the block
     * @return this
     */
    public SodaBuilder encoder(Encoder encoder) {
        this.encoder = null;
        blocks = blocks.withEncoder(Objects.requireNonNull(encoder, "encoder"));
        return this;
    }

    /**
     * Sets the size of the latent, or its sections.
     *
     * @param latent usually {@code LatentLayout.of(size)}; the modulation cuts it
     * @return this
     */
    public SodaBuilder latent(LatentLayout latent) {
        this.latent = Objects.requireNonNull(latent, "latent");
        return this;
    }

    /**
     * Sets which section of the latent drives which block.
     *
     * @param modulation whole (published), paired (the paper's) or grouped
     * @return this
     */
    public SodaBuilder modulation(LayerModulation modulation) {
        this.modulation = Objects.requireNonNull(modulation, "modulation");
        return this;
    }

    /**
     * Sets what training hides of the latent.
     *
     * @param masking probabilities
     * @return this
     */
    public SodaBuilder masking(LatentMasking masking) {
        this.masking = Objects.requireNonNull(masking, "masking");
        return this;
    }

    /**
     * Sets the denoiser D, on the same terms as {@link #encoder}. Latent and modulation that the
     * builder of a {@link UNetDenoiser} was given count for the model.
     *
     * @param denoiser the block
     * @return this
     */
    public SodaBuilder denoiser(Denoiser denoiser) {
        this.denoiser = null;
        blocks = blocks.withDenoiser(Objects.requireNonNull(denoiser, "denoiser"));
        return this;
    }

    /**
     * Sets the noise schedule.
     *
     * @param schedule linear (published), cosine or inverted (the paper's)
     * @return this
     */
    public SodaBuilder schedule(NoiseSchedule schedule) {
        this.schedule = Objects.requireNonNull(schedule, "schedule");
        return this;
    }

    /**
     * Sets what the denoiser predicts.
     *
     * @param prediction the noise (default, also published), the image or v
     * @return this
     */
    public SodaBuilder prediction(Prediction prediction) {
        this.prediction = Objects.requireNonNull(prediction, "prediction");
        return this;
    }

    /**
     * Sets how image files become what the model sees. Default: upright, alpha dropped, stretched.
     *
     * @param preparation orientation, background, proportions
     * @return this
     */
    public SodaBuilder preparation(ImagePreparation preparation) {
        this.preparation = Objects.requireNonNull(preparation, "preparation");
        return this;
    }

    /**
     * Sets the channel normalisation of the encoder's images.
     *
     * @param normalization mean and deviation of each channel
     * @return this
     */
    public SodaBuilder normalization(PixelNormalization normalization) {
        this.normalization = Objects.requireNonNull(normalization, "normalization");
        return this;
    }

    /**
     * Makes it a model of novel views. Default: a model of single images, without cameras.
     *
     * @param views rays, number and pooling of sources, cross-attention
     * @return this
     */
    public SodaBuilder views(ViewConditioning views) {
        this.views = Objects.requireNonNull(views, "views");
        return this;
    }

    /**
     * Sets where the parameters go. Default: the engine's default device, the first GPU if there is
     * one.
     *
     * @param device any device of the PyTorch engine
     * @return this
     */
    public SodaBuilder device(Device device) {
        this.device = Objects.requireNonNull(device, "device");
        return this;
    }

    /**
     * Sets the precision of encoding and sampling. Default: float32.
     *
     * @param precision the precision
     * @return this
     */
    public SodaBuilder precision(Precision precision) {
        this.precision = Objects.requireNonNull(precision, "precision");
        return this;
    }

    /**
     * Sets how many threads compute each operation on a CPU, in encoding, sampling and training.
     * Default: one for each processor that the JVM may use, fewer while other processes keep
     * processors busy or several threads call at the same time. With a number of threads results
     * repeat to the last bit on one kind of CPU; where the default changes it, the last bits may
     * differ.
     *
     * @param count at least 1
     * @return this
     */
    public SodaBuilder threads(int count) {
        team = ThreadTeam.of(count);
        return this;
    }

    /**
     * Sets the seed of the initial weights. Default 0. One seed gives one model, on every machine.
     *
     * @param seed any number
     * @return this
     */
    public SodaBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Returns the configuration without making a model.
     *
     * @return complete: where no part of the model is named, the preset {@code minutes-32}'s, else
     *     with the published defaults
     * @throws IllegalArgumentException if parts do not fit each other
     */
    public SodaConfig config() {
        if (namesNoPart()) {
            SodaBuilder preset = new SodaBuilder().config(ofPreset());
            return preparation == null ? preset.config() : preset.preparation(preparation).config();
        }
        return new SodaConfig(
                null,
                blocks.encoderConfig(encoder),
                blocks.latent(latent),
                blocks.modulation(modulation),
                masking,
                blocks.denoiserConfig(denoiser),
                schedule,
                prediction,
                preparation,
                normalization,
                views);
    }

    private boolean namesNoPart() {
        return blocks.equals(SodaBlocks.NONE)
                && Stream.of(
                                encoder,
                                latent,
                                modulation,
                                masking,
                                denoiser,
                                schedule,
                                prediction,
                                normalization,
                                views)
                        .allMatch(Objects::isNull);
    }

    private static SodaConfig ofPreset() {
        JsonNode preset = ConfigText.yamlTree(PresetText.read(PRESET));
        return ConfigText.fromTree(preset.path("model"), SodaConfig.class);
    }

    /**
     * Makes the model of {@link #config} with initial weights.
     *
     * @return the model; the caller closes it
     * @throws IllegalArgumentException if parts do not fit each other, or the parameters, as
     *     float32, are more than the memory of this machine or container; nothing is allocated then
     */
    public Soda build() {
        SodaConfig config = config();
        return new Soda(config, config.translators(true), blocks, placement(), seed);
    }

    /** The blocks that were given. */
    SodaBlocks blocks() {
        return blocks;
    }

    Placement placement() {
        return new Placement(device == null ? defaultDevice() : device, precision, team);
    }

    static Device defaultDevice() {
        return PyTorchEngine.require().defaultDevice();
    }
}
