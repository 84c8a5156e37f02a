package org.soda4j;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.translate.Translator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.soda4j.diffusion.DdimInversion;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.Guidance;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.LatentStandardization;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.CallBatcher;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.LiveBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.ParameterMemory;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.WeightReport;
import org.soda4j.model.ImageModel;
import org.soda4j.model.ImageTranslators;
import org.soda4j.model.LatentTerm;
import org.soda4j.model.ModelSettings;
import org.soda4j.model.NonFiniteException;
import org.soda4j.model.SodaModel;
import org.soda4j.novelview.ViewBatch;

/**
 * A SODA model: an encoder that turns an image into one small latent, and a denoiser that draws
 * images under the guidance of a latent (Hudson et al., CVPR 2024). The front door of the library.
 *
 * <pre>{@code
 * try (Soda soda = Soda.builder().build(); // colour images of 32 x 32 pixels, unless you say more
 *         NDManager manager = NDManager.newBaseManager(soda.device())) {
 *     NDArray images = manager.randomUniform(0, 1, new Shape(2, 3, 32, 32));
 *     NDArray latents = soda.encode(images); // [2, 128]
 *     NDArray again = soda.reconstruct(images, SamplingOptions.defaults().withSteps(2));
 * }
 * }</pre>
 *
 * <p>Images are float32 {@code [N, C, H, W] in [0, 1]} on any device. Results are on the model's
 * device and belong to the manager of the first argument; the caller or that manager closes them.
 * They are finite: where a number is NaN or infinite, in the weights or by overflow, encoding and
 * drawing end with {@link NonFiniteException}, which names the rows and the likely cause. Arguments
 * that are not finite are refused with {@link IllegalArgumentException}.
 *
 * <p>Encoding and sampling are safe from several threads; training and importing weights are not.
 *
 * <p>{@link #close} frees the parameters, at any moment and from any thread: calls that run finish
 * first, and all later ones, also of what came from this model, throw {@link
 * IllegalStateException}.
 */
public final class Soda implements AutoCloseable {

    private final SodaConfig config;
    private final ImageTranslators translators;
    private final Device device;
    private volatile FeatureStatistics featureStatistics;
    private final Precision precision;
    private final SodaModel model;
    private final ImageModel imageModel;
    private final NovelViews novelViews;
    private final Lifetime lifetime;
    private final Block encoder;
    private final Block denoiser;

    Soda(
            SodaConfig config,
            ImageTranslators translators,
            SodaBlocks blocks,
            Placement placement,
            long seed) {
        this.config = config;
        this.translators = translators;
        device = placement.device();
        precision = placement.precision();
        blocks.shapesOf(config).requireMemory(ParameterMemory.ofMachine());
        List<Integer> image = config.denoiser().imageShape();
        model =
                new SodaModel(
                        blocks.encoderOf(config, seed),
                        blocks.denoiserOf(config, seed),
                        new Shape(1, image.get(0), image.get(1), image.get(2)),
                        new Shape(1, config.latent().size()),
                        device);
        lifetime =
                new Lifetime(
                        "this Soda is closed; build or load it again",
                        model::close,
                        placement.team());
        encoder = LiveBlock.of(model.encoder(), lifetime);
        denoiser = LiveBlock.of(model.denoiser(), lifetime);
        ModelSettings settings =
                new ModelSettings(
                        image,
                        config.latent(),
                        new DiffusionProcess(config.schedule(), config.prediction()),
                        config.normalization()::apply,
                        device,
                        precision.format());
        imageModel = new ImageModel(model, settings);
        novelViews =
                config.views() == null
                        ? null
                        : new NovelViews(config.views(), model, settings, lifetime, seed);
        blocks.copyTo(parameters());
    }

    /**
     * Loads a model with blocks of your own, which {@link #save} wrote.
     *
     * @param folder with {@code config.json} and {@code model.safetensors}
     * @param builder gives the encoder or denoiser that the model was saved with, as new blocks,
     *     and device and precision; the configuration is the file's
     * @return the model; the caller closes it
     * @throws IOException if a file is missing, broken or does not fit, or the model was saved with
     *     blocks of another description
     */
    public static Soda load(Path folder, SodaBuilder builder) throws IOException {
        return ModelFolder.load(folder, builder.blocks(), builder::placement);
    }

    /**
     * Starts a model; every setter is optional. Without further words {@code build()} makes that of
     * the preset {@code minutes-32}, which learns useful features of 32 x 32 pixels in minutes; as
     * soon as a part of the model is named, the parts that are not have the published defaults.
     *
     * @return a builder
     */
    public static SodaBuilder builder() {
        return new SodaBuilder();
    }

    /**
     * Loads a model that {@link #save} wrote, on the default device in float32.
     *
     * @param folder with {@code config.json} and {@code model.safetensors}
     * @return the model; the caller closes it
     * @throws IOException if a file is missing, broken or does not fit, or weights are not finite;
     *     names the file and tensors
     */
    public static Soda load(Path folder) throws IOException {
        return ModelFolder.load(
                folder,
                SodaBlocks.NONE,
                () -> Placement.of(SodaBuilder.defaultDevice(), Precision.FP32));
    }

    /**
     * Loads a model that {@link #save} wrote.
     *
     * @param folder with {@code config.json} and {@code model.safetensors}
     * @param device where the parameters go
     * @param precision of encoding and sampling
     * @return the model; the caller closes it
     * @throws IOException if a file is missing, broken or does not fit, or weights are not finite;
     *     names the file and tensors
     */
    public static Soda load(Path folder, Device device, Precision precision) throws IOException {
        return ModelFolder.load(folder, SodaBlocks.NONE, () -> Placement.of(device, precision));
    }

    /**
     * Saves configuration and weights. Stopped or failed at any point, the folder holds what it
     * held before or the whole new model.
     *
     * @param folder is created where needed; older files of a model in it are replaced
     * @throws IOException if it cannot be written
     */
    public void save(Path folder) throws IOException {
        lifetime.during(
                () -> {
                    ModelFolder.save(this, folder);
                    return null;
                });
    }

    /**
     * Encodes images into latents.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}
     * @return z, float32 {@code [N, d]}
     */
    public NDArray encode(NDArray images) {
        return lifetime.during(() -> images().encode(images));
    }

    /**
     * Reads image files as this model sees them: decoded, turned upright, resized as {@link
     * SodaConfig#preparation} says. All methods that take images take the result.
     *
     * @param manager owns the result
     * @param images JPEG, PNG, BMP, GIF or WebP, of any sizes, at least one
     * @return float32 {@code [N, C, H, W] in [0, 1]}
     * @throws org.soda4j.io.DatasetException if a file cannot be read or has to be refused; names
     *     it
     */
    public NDArray prepare(NDManager manager, List<Path> images) {
        return translators.batch(manager, Path.class, images);
    }

    /**
     * Encodes an image file, read as {@link #prepare} does.
     *
     * @param image JPEG, PNG, BMP, GIF or WebP, of any size
     * @return z, of {@code config().latent().size()} numbers
     * @throws org.soda4j.io.DatasetException if the file cannot be read or has to be refused; names
     *     it
     */
    public float[] encode(Path image) {
        return encode(List.of(image)).get(0);
    }

    /**
     * Encodes image files, 64 at once, as {@link #encode(Path)} does. The last bits of a latent
     * depend on how many images are encoded at once.
     *
     * @param images JPEG, PNG, BMP, GIF or WebP, of any sizes
     * @return z of each, in order
     * @throws org.soda4j.io.DatasetException if a file cannot be read or has to be refused; names
     *     it
     */
    public List<float[]> encode(List<Path> images) {
        return translators.encoded(images, device, this::encode);
    }

    /**
     * Encodes images into latents of length 1, which k-NN compares.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}
     * @return z / max(|z|, 1e-12), float32 {@code [N, d]}
     */
    public NDArray encodeNormalized(NDArray images) {
        return lifetime.during(() -> images().encodeNormalized(images));
    }

    /**
     * Encodes images into the pooled features before the encoder's last layer, which probes use
     * too.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}
     * @return float32 {@code [N, config().encoder().featureSize()]}
     * @throws IllegalStateException if the encoder has no pooled features
     */
    public NDArray encodeFeatures(NDArray images) {
        if (config.encoder().featureSize() == 0) {
            throw new IllegalStateException(
                    "encodeFeatures: expected an encoder with pooled features, found the %s; use encode"
                            .formatted(config.encoder()));
        }
        return lifetime.during(() -> images().encodeFeatures(images));
    }

    /**
     * Encodes images into the means of the feature maps of all four stages of the ResNet, joined:
     * colours and textures from the first, shapes and objects from the last. In a training of
     * minutes or hours a linear classifier gets more from them than from the latent.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}, as for {@link #encode}
     * @return float32 {@code [N, 960 x width]} ({@code 3840 x width} for depths 50 and 101); the
     *     last stage's means are the pooled features
     * @throws IllegalStateException if the encoder is not a ResNet of this library
     * @throws NonFiniteException as for {@link #encode}
     */
    public NDArray encodeStages(NDArray images) {
        try (NDArray joined = encodeJoined(images)) {
            return joined.get(":, %d:".formatted(config.latent().size()));
        }
    }

    /**
     * Encodes images into latent and stage features at once, joined in this order.
     *
     * @param images as for {@link #encodeStages}
     * @return float32 {@code [N, d + 960 x width]}
     * @throws IllegalStateException as for {@link #encodeStages}
     * @throws NonFiniteException as for {@link #encode}
     */
    public NDArray encodeJoined(NDArray images) {
        if (!(config.encoder() instanceof ResNetEncoderConfig)) {
            throw new IllegalStateException(
                    "stage features: expected a ResNetEncoder, whose stages are known, found the %s; use encode"
                            .formatted(config.encoder()));
        }
        return lifetime.during(() -> images().encodeJoined(images));
    }

    /**
     * Returns the means and deviations of this model's features over images like those that it was
     * trained on, by which features are standardised.
     *
     * @return what a training measured and the model was saved with; empty for a model that no
     *     training of this library has made, or whose weights were imported since
     */
    public Optional<FeatureStatistics> featureStatistics() {
        return Optional.ofNullable(featureStatistics);
    }

    /**
     * Keeps statistics of features with the model; {@link #save} writes them.
     *
     * @param statistics of {@link #encodeJoined}'s features; null for none
     * @throws IllegalArgumentException if their number is another
     */
    public void keepFeatureStatistics(FeatureStatistics statistics) {
        if (statistics != null && config.encoder() instanceof ResNetEncoderConfig resNet) {
            int expected = config.latent().size() + resNet.stageFeatureSize();
            if (statistics.size() != expected) {
                throw new IllegalArgumentException(
                        "feature statistics: expected %d features, found %d"
                                .formatted(expected, statistics.size()));
            }
        }
        featureStatistics = statistics;
    }

    /**
     * Evaluates the denoiser once.
     *
     * @param noisy x_t, float32 {@code [N, C, H, W]}, clean images being in [-1, 1]
     * @param times t of each example, 1 .. T, int64 or float32 {@code [N]}
     * @param latents float32 {@code [N, d]}
     * @return the prediction, like {@code noisy}; see {@link SodaConfig#prediction()}
     */
    public NDArray denoise(NDArray noisy, NDArray times, NDArray latents) {
        return lifetime.during(() -> images().denoise(noisy, times, latents));
    }

    /**
     * Evaluates the denoiser once and returns the outputs of its blocks on the way down, in the
     * middle and on the way up, computed as in sampling.
     *
     * @param noisy as for {@link #denoise}
     * @param times as for {@link #denoise}
     * @param latents as for {@link #denoise}
     * @param names of activations, such as {@code up.3}; {@link #activationNames()} lists them
     * @return name to float32 {@code [N, channels, height, width]}, in the order of {@link
     *     #activationNames()}
     * @throws IllegalArgumentException if a name is unknown; the message lists the known ones
     */
    public Map<String, NDArray> activations(
            NDArray noisy, NDArray times, NDArray latents, Set<String> names) {
        return lifetime.during(() -> images().activations(noisy, times, latents, names));
    }

    /**
     * Returns the names that {@link #activations} knows.
     *
     * @return {@code down.0}, ..., {@code middle}, {@code up.0}, ..., in the order in which they
     *     are computed; empty for a denoiser of your own
     */
    public List<String> activationNames() {
        return model.activationNames();
    }

    /**
     * Draws each image again from its latent, with {@link SamplingOptions#defaults()}.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}
     * @return float32 {@code [N, C, H', W'] in [0, 1]} at the denoiser's resolution
     */
    public NDArray reconstruct(NDArray images) {
        return reconstruct(images, SamplingOptions.defaults());
    }

    /**
     * Draws each image again from its latent.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]}
     * @param options sampler, guidance, seed
     * @return float32 {@code [N, C, H', W'] in [0, 1]} at the denoiser's resolution
     */
    public NDArray reconstruct(NDArray images, SamplingOptions options) {
        return lifetime.during(
                () -> {
                    try (NDArray z = encode(images)) {
                        return sample(z, options);
                    }
                });
    }

    /**
     * Draws an image for each latent.
     *
     * @param latents float32 {@code [N, d]}
     * @param options sampler, guidance, seed
     * @return float32 {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution
     */
    public NDArray sample(NDArray latents, SamplingOptions options) {
        return lifetime.during(() -> images().sample(latents, options.seed(), options::draw));
    }

    /**
     * Draws an image for each latent from given noise, such as one noise for all of them, or what
     * {@link #invert} found.
     *
     * @param latents float32 {@code [N, d]}
     * @param noise standard normal, float32 {@code [N, C, H, W]} at the denoiser's resolution; not
     *     closed
     * @param options sampler and guidance; the seed is that of stochastic samplers only
     * @return float32 {@code [N, C, H, W] in [0, 1]}
     */
    public NDArray sample(NDArray latents, NDArray noise, SamplingOptions options) {
        return lifetime.during(() -> images().sample(latents, noise, options::draw));
    }

    /**
     * Returns what a model with cameras does in place of encoding and drawing single images.
     *
     * @return the methods that take cameras; they belong to this model
     * @throws IllegalStateException if the model has no cameras
     */
    public NovelViews novelViews() {
        if (novelViews == null) {
            throw new IllegalStateException(
                    "this model has no cameras: expected one that was built with"
                            + " views(ViewConditioning); encode and sample take images without");
        }
        return novelViews;
    }

    private ImageModel images() {
        if (novelViews != null) {
            throw new IllegalStateException(
                    "this model takes the cameras of its images: use novelViews().encode and"
                            + " novelViews().sample");
        }
        return imageModel;
    }

    /**
     * Finds the noise from which {@link #sample(NDArray, NDArray, SamplingOptions)} draws the given
     * images under the given latents, with {@link DdimInversion#sampler()} and the same guidance.
     *
     * @param images float32 {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution
     * @param latents float32 {@code [N, d]}, such as the images' own
     * @param inversion steps and evaluations
     * @param guidance that of the sampling to come; {@link Guidance#none()} inverts best
     * @return the noise, float32 {@code [N, C, H, W]}
     */
    public NDArray invert(
            NDArray images, NDArray latents, DdimInversion inversion, Guidance guidance) {
        return lifetime.during(() -> images().invert(images, latents, inversion, guidance));
    }

    /**
     * Draws images without a latent: all of it is dropped.
     *
     * @param manager takes the result
     * @param count how many, at least 1
     * @param options sampler and seed; its guidance is not used
     * @return float32 {@code [count, C, H, W] in [0, 1]}
     */
    public NDArray sample(NDManager manager, int count, SamplingOptions options) {
        if (count < 1) {
            throw new IllegalArgumentException("count: expected at least 1, found " + count);
        }
        try (NDArray z = manager.zeros(new Shape(count, config.latent().size()))) {
            return sample(z, options.withGuidance(Guidance.unconditional()));
        }
    }

    /**
     * The training loss of a batch, through which gradients flow: the mean squared error of the
     * denoiser's prediction for a noised target, under the latent of the source (paper eq. 2).
     *
     * @param source float32 {@code [N, C, H, W]}, pixels around [0, 1] (noise may exceed it)
     * @param target float32 {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution
     * @param draw times, noise and masks
     * @param training whether to record gradients, update batch-norm statistics and drop out
     * @param low the precision of this computation
     * @return a scalar in the manager of {@code source}
     */
    public NDArray loss(
            NDArray source, NDArray target, TrainingDraw draw, boolean training, Precision low) {
        OperatorMode mode = new OperatorMode(training, low.format());
        return lifetime.during(() -> imageLoss(source, target, draw, mode, LatentTerm.NONE));
    }

    private NDArray imageLoss(
            NDArray source, NDArray target, TrainingDraw draw, OperatorMode mode, LatentTerm term) {
        return images().loss(source, target, draw.times(), draw.noise(), draw.keep(), mode, term);
    }

    /**
     * The training loss of a data set's batch.
     *
     * @param batch {@code [source, target]} as for the other {@code loss}; in a model of novel
     *     views the four arrays of {@link ViewBatch}
     * @param draw times, noise and masks
     * @param training whether to record gradients, update batch-norm statistics and drop out
     * @param low the precision of this computation
     * @return a scalar in the manager of the first array
     * @throws IllegalArgumentException if the batch does not fit the model; names the view
     */
    public NDArray loss(NDList batch, TrainingDraw draw, boolean training, Precision low) {
        return loss(batch, draw, new OperatorMode(training, low.format()), LatentTerm.NONE);
    }

    /**
     * The same with what a training adds for the latents.
     *
     * @param batch as above
     * @param draw as above
     * @param mode precision and gradients
     * @param term sees the latents before they are masked, and may add to the loss
     * @return as above
     */
    @Internal
    public NDArray loss(NDList batch, TrainingDraw draw, OperatorMode mode, LatentTerm term) {
        return lifetime.during(
                () ->
                        novelViews == null
                                ? imageLoss(batch.get(0), batch.get(1), draw, mode, term)
                                : novelViews.loss(ViewBatch.of(batch), draw, mode, term));
    }

    /**
     * Sets the encoder's last layer so that over a batch every number of the latent has mean 0 and
     * variance 1: data-dependent initialisation (Salimans and Kingma 2016, section 3; Mishkin and
     * Matas 2016), before a training. The published recipe does not do it. Latents from drawn
     * weights have much in common and differ along few directions; a training of minutes then finds
     * only some of these, and what the encoder knew of the others, such as colours, is lost.
     *
     * @param batch what {@link #loss(NDList, TrainingDraw, boolean, Precision)} takes; only sources
     *     are looked at, some dozens of different ones or more. The encoder sees them as in
     *     training, so that batch norm's running statistics make a step
     * @throws IllegalArgumentException if the batch does not fit the model, or its latents do not
     *     differ
     */
    public void standardizeLatents(NDList batch) {
        lifetime.during(
                () -> {
                    standardize(batch);
                    return null;
                });
    }

    private void standardize(NDList batch) {
        NDManager caller = batch.get(0).getManager();
        try (NDManager scope = caller.newSubManager(device)) {
            NDArray latents =
                    novelViews == null
                            ? imageModel.sourceLatents(batch.get(0), scope)
                            : novelViews.sourceLatents(ViewBatch.of(batch), scope);
            if (!(config.encoder() instanceof ResNetEncoderConfig)) {
                throw new IllegalStateException(
                        "standardizeLatents: expected a ResNetEncoder, whose last layer is set, found the "
                                + config.encoder());
            }
            Map<String, NDArray> all = parameters();
            LatentStandardization.apply(
                    latents, all.get("encoder.fc.weight"), all.get("encoder.fc.bias"));
        }
    }

    /**
     * Copies weights from a safetensors file, every tensor of which must fit.
     *
     * @param file with names of this library, of torchvision or of the PyTorch implementation
     * @return what was copied
     * @throws IOException if it cannot be read, anything is missing, unexpected or misshaped, a
     *     number is NaN or infinite, or a variance below 0; nothing is copied then
     */
    public WeightReport importWeights(Path file) throws IOException {
        featureStatistics = null;
        return lifetime.during(() -> ModelFolder.importWeights(this, file));
    }

    /**
     * Copies those tensors of a safetensors file that fit, such as a pretrained encoder's.
     *
     * @param file with names of this library, of torchvision or of the PyTorch implementation
     * @return what was copied and what was not
     * @throws IOException if it cannot be read, nothing fits, or a tensor that fits has a number
     *     that is NaN or infinite, or a variance below 0; nothing is copied then
     */
    public WeightReport importMatchingWeights(Path file) throws IOException {
        return importMatchingWeights(file, 1);
    }

    /**
     * Copies those tensors of a safetensors file that fit, if they are enough.
     *
     * @param file with names of this library, of torchvision or of the PyTorch implementation, also
     *     behind the prefixes of wrappers, such as {@code module.} or {@code model.backbone.}
     * @param least how many parameters the file has to give, 0 to take whatever fits
     * @return what was copied and what was not
     * @throws IOException if it cannot be read, fewer fit, or a tensor that fits has a number that
     *     is NaN or infinite, or a variance below 0; nothing is copied then
     */
    public WeightReport importMatchingWeights(Path file, int least) throws IOException {
        featureStatistics = null;
        return lifetime.during(
                () ->
                        PyTorchWeights.importMatching(
                                file, ModelFolder.pools(config), parameters(), least));
    }

    /**
     * Returns the live parameters and batch-norm statistics by PyTorch's names after {@code
     * encoder.} and {@code decoder.}.
     *
     * @return name to array; the arrays belong to this model. Nothing keeps {@link #close} from
     *     freeing them while another thread uses them but {@link #whileOpen}
     */
    public Map<String, NDArray> parameters() {
        return lifetime.during(
                () -> {
                    Map<String, NDArray> arrays = new LinkedHashMap<>();
                    allParameters().forEach((name, p) -> arrays.put(name, p.getArray()));
                    return arrays;
                });
    }

    /** Those of encoder and denoiser, then those that cameras need. */
    private Map<String, Parameter> allParameters() {
        Map<String, Parameter> all = model.parameters();
        if (novelViews != null) {
            novelViews.addTo(all);
        }
        return all;
    }

    /**
     * {@return the names of the parameters that gradients reach, all but batch-norm statistics, as
     * in {@link #parameters()}}
     */
    public Set<String> trainableNames() {
        Map<String, Parameter> all = allParameters();
        all.values().removeIf(parameter -> !parameter.requiresGradient());
        return all.keySet();
    }

    /**
     * {@return the encoder as a DJL block: normalised images in; latent and pooled features out.
     * Belongs to this model, and can be used while that is open}
     */
    public Block encoder() {
        return encoder;
    }

    /**
     * {@return the denoiser as a DJL block: noisy images, timesteps and latents in; prediction out.
     * Belongs to this model, and can be used while that is open}
     */
    public Block denoiser() {
        return denoiser;
    }

    /** {@return the configuration, complete, with defaults} */
    public SodaConfig config() {
        return config;
    }

    /** {@return where the parameters are} */
    public Device device() {
        return device;
    }

    /**
     * {@return sizes and the section table: parameters of each part, and what each section drives;
     * its {@code toString} is a table}
     */
    public ModelSummary describe() {
        return lifetime.during(() -> ModelSummary.of(config, model.denoiser(), allParameters()));
    }

    /**
     * Returns how DJL encodes images with this model's encoder. It belongs to this model, whatever
     * block it is used with.
     *
     * @param <I> the form of the images
     * @param input {@code Path}, {@code byte[]} or {@code InputStream} (the content of a file; a
     *     stream is read to its end and not closed), or DJL's {@code Image}, which has lost a
     *     file's orientation, and with some files more
     * @return a translator from an image of any size to its latent
     * @throws IllegalArgumentException if input is another class
     */
    public <I> Translator<I, float[]> translator(Class<I> input) {
        OperatorMode mode = new OperatorMode(false, precision.format());
        return translators.of(
                input, (context, images) -> lifetime.during(() -> model.encode(images, mode)));
    }

    /**
     * Returns a DJL predictor that encodes images. It belongs to this model, and refuses to predict
     * with an {@link IllegalStateException} once that is closed.
     *
     * @param <I> the form of the images
     * @param input as for {@link #translator}
     * @return a predictor from an image of any size to its latent; the caller closes it
     * @throws IllegalArgumentException if input is another class
     */
    public <I> Predictor<I, float[]> newPredictor(Class<I> input) {
        return lifetime.during(() -> images().newPredictor(translator(input), lifetime, null));
    }

    /**
     * Returns a DJL predictor that any number of threads share, as those of a server do: images
     * that are asked for while others are encoded are encoded together, next. Each thread reads its
     * own image; what cannot be read concerns nobody else. It has no thread of its own.
     *
     * <p>{@code predict} throws what {@link #encode(Path)} throws, and cannot be interrupted. The
     * last bits of a latent depend on how many images are encoded at once.
     *
     * @param <I> the form of the images
     * @param input as for {@link #translator}
     * @param largestBatch images that are encoded at once at most, at least 1
     * @param deadline how long a first image waits for others, at least 0: for as many as were
     *     there when the last batch ended, so that it is lost only when fewer come
     * @return a predictor from an image of any size to its latent; the caller closes it
     * @throws IllegalArgumentException if input is another class, or a number out of its range
     */
    public <I> Predictor<I, float[]> newPredictor(
            Class<I> input, int largestBatch, Duration deadline) {
        CallBatcher<float[]> batcher =
                new CallBatcher<>(
                        largestBatch,
                        deadline,
                        images -> translators.encodedSamples(images, device, this::encode));
        return lifetime.during(
                () ->
                        images().newPredictor(
                                        translator(input),
                                        lifetime,
                                        image -> batcher.call(translators.samples(input, image))));
    }

    /**
     * Does something with this model during which its memory stays, even if another thread closes
     * it. The methods of this class do so themselves; it is for work on {@link #parameters()}, and
     * for several calls of which none is to be refused. On the calling thread, that is: what the
     * work does on other threads has to come here, too.
     *
     * @param <T> what the work gives
     * @param work is called once, at once
     * @return what the work returned
     * @throws IllegalStateException if this model is closed
     */
    public <T> T whileOpen(Supplier<T> work) {
        return lifetime.during(work::get);
    }

    /**
     * {@return whether {@link #close} has not been called; false also while calls from before are
     * still running}
     */
    public boolean isOpen() {
        return lifetime.isOpen();
    }

    /**
     * Frees the parameters; any thread may call it at any moment. It returns at once. Calls that
     * run finish, a training after its step, and the last of them frees the parameters; where none
     * runs they are freed here. Later calls throw {@link IllegalStateException}. What was encoded
     * or drawn stays. Closing again does nothing.
     */
    @Override
    public void close() {
        lifetime.close();
    }
}
