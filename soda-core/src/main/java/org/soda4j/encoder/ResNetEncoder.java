package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.soda4j.engine.Bounds;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.WeightReport;

/**
 * The encoder E (paper section 3.1): a ResNet (He et al. 2016) whose last layer gives the latent z,
 * as a DJL block. Structure and parameter names are torchvision's.
 *
 * <pre>{@code
 * Block classifier = new SequentialBlock()
 *         .add(ResNetEncoder.builder().smallImages(true).build())
 *         .add(Linear.builder().setUnits(10).build());
 * }</pre>
 *
 * <p>Everything is optional: {@code ResNetEncoder.builder().build()} is the published ResNet-18
 * with the standard stem and three input channels. In: channel-normalised images, float32 {@code
 * [N, C, H, W]}. Out: z, float32 {@code [N, latentSize]}; after {@link Builder#features} also the
 * pooled features before the last layer, float32 {@code [N, 512 x width]} ({@code 2048 x width} for
 * depths 50 and 101).
 *
 * <p>{@code Soda.builder().encoder(...)} takes it by its description and draws its values from the
 * model's own seed; where it was initialised before, its values are copied.
 */
public final class ResNetEncoder extends NamedBlock implements Encoder {

    private static final int PUBLISHED_LATENT_SIZE = 128;

    private final ResNetEncoderConfig config;
    private final boolean features;
    private final int latentSize;
    private final ConvNorm stem;
    private final int conditionChannels;
    private final Parameter conditionKernel;
    private final List<ResNetBlock> blocks = new ArrayList<>();
    private final Parameter lastWeight;
    private final Parameter lastBias;

    ResNetEncoder(ResNetEncoderConfig config, int conditionChannels, boolean features, long seed) {
        super("encoder", seed);
        this.config = config;
        this.features = features;
        latentSize = config.latentSize() == 0 ? PUBLISHED_LATENT_SIZE : config.latentSize();
        this.conditionChannels = conditionChannels;
        int channels = config.channels(0);
        int kernel = config.smallImages() ? 3 : 7;
        stem =
                convNorm(
                        "conv1",
                        "bn1",
                        new Shape(channels, config.inputChannels(), kernel, kernel),
                        config.norm().groups(channels),
                        config.smallImages() ? 1 : 2);
        conditionKernel =
                conditionChannels == 0
                        ? null
                        : zeroKernel(
                                "views.conv1.weight", channels, conditionChannels, kernel, kernel);
        int[] counts = config.blocksPerStage();
        for (int stage = 0; stage < counts.length; stage++) {
            for (int i = 0; i < counts[stage]; i++) {
                String name = "layer%d.%d".formatted(stage + 1, i);
                int stride = stage > 0 && i == 0 ? 2 : 1;
                ResNetBlock block =
                        new ResNetBlock(
                                nameOf(name),
                                seed,
                                channels,
                                config.channels(stage),
                                stride,
                                config);
                blocks.add(part(name, block));
                channels = block.outChannels();
            }
        }
        lastWeight = weight("fc.weight", latentSize, channels);
        lastBias = bias("fc.bias", channels, latentSize);
    }

    /**
     * Starts from the published defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns what a configuration says about this block.
     *
     * @return its immutable description, without seed and values
     */
    public ResNetEncoderConfig config() {
        return config;
    }

    @Override
    public int inputChannels() {
        return config.inputChannels();
    }

    @Override
    public int latentSize() {
        return latentSize;
    }

    @Override
    public int featureSize() {
        return features ? config.featureSize() : 0;
    }

    /**
     * Copies those tensors of a safetensors file that fit, such as all but the last layer of
     * torchvision's ResNets.
     *
     * @param file with names of torchvision, of this library or of the PyTorch implementation
     * @return what was copied and what was not
     * @throws IOException if it cannot be read, or nothing fits; nothing is copied then
     * @throws IllegalStateException if this block is not initialised
     */
    public WeightReport importMatchingWeights(Path file) throws IOException {
        return importMatchingWeights(file, 1);
    }

    /**
     * Copies those tensors of a safetensors file that fit, if they are enough.
     *
     * @param file with names of torchvision, of this library or of the PyTorch implementation, also
     *     behind the prefixes of wrappers
     * @param least how many parameters the file has to give, 0 to take whatever fits
     * @return what was copied and what was not
     * @throws IOException if it cannot be read, or fewer fit; nothing is copied then
     * @throws IllegalStateException if this block is not initialised
     */
    public WeightReport importMatchingWeights(Path file, int least) throws IOException {
        if (!isInitialized()) {
            throw new IllegalStateException(
                    "expected an initialised encoder: call initialize(manager, DataType.FLOAT32, shape) first");
        }
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        namedParameters().forEach((name, p) -> parameters.put("encoder." + name, p.getArray()));
        return PyTorchWeights.importMatching(file, !config.smallImages(), parameters, least);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, conditionKernel == null ? new int[] {4} : new int[] {4, 4});
        NDArray images = inputs.get(0);
        requireChannels(images.getShape());
        OperatorMode mode = mode(training, params);
        NDArray x = stem(store, inputs, mode);
        if (!config.smallImages()) {
            try (NDArray large = x) {
                x = Operators.maxPool(large, training);
            }
        }
        for (ResNetBlock block : blocks) {
            try (NDArray before = x) {
                x = block.apply(store, before, mode);
            }
        }
        try (NDArray maps = x) {
            NDArray pooled = Operators.globalPool(maps, training);
            NDArray latent =
                    Operators.linear(
                            pooled,
                            value(store, lastWeight, images, training),
                            value(store, lastBias, images, training),
                            training);
            if (features) {
                return new NDList(latent, pooled);
            }
            pooled.close();
            return new NDList(latent);
        }
    }

    /** Convolves image and condition as one: their channels, and the kernels', are joined. */
    private NDArray stem(ParameterStore store, NDList inputs, OperatorMode mode) {
        NDArray images = inputs.get(0);
        if (conditionKernel == null) {
            return stem.apply(store, images, true, mode);
        }
        NDArray condition = inputs.get(1);
        requireCondition(images.getShape(), condition.getShape());
        try (NDArray joined = images.concat(condition, 1)) {
            return stem.applyJoined(joined, conditionKernel.getArray(), mode);
        }
    }

    private void requireCondition(Shape images, Shape found) {
        Shape expected = new Shape(images.get(0), conditionChannels, images.get(2), images.get(3));
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    "condition: expected shape %s, found %s".formatted(expected, found));
        }
    }

    private void requireChannels(Shape shape) {
        if (shape.get(1) != config.inputChannels()) {
            throw new IllegalArgumentException(
                    "images: expected %d channels in [N, C, H, W], found shape %s"
                            .formatted(config.inputChannels(), shape));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        requireChannels(inputShapes[0]);
        long n = inputShapes[0].get(0);
        Shape latent = new Shape(n, latentSize);
        return features
                ? new Shape[] {latent, new Shape(n, config.featureSize())}
                : new Shape[] {latent};
    }

    /** Collects a {@link ResNetEncoder}; every setter refuses at once what is wrong. */
    @JsonPOJOBuilder(withPrefix = "", buildMethodName = "config")
    @JsonAutoDetect(setterVisibility = JsonAutoDetect.Visibility.NONE)
    public static final class Builder {

        private int depth = 18;
        private double widthMultiplier = 1;
        private boolean smallImages;
        private int inputChannels = 3;
        private int latentSize;
        private NormLayer norm = NormLayer.BATCH_NORM;
        private boolean features;
        private long seed;

        private Builder() {}

        /**
         * Sets the number of layers: 18, 34, 50 or 101. Default and published for small images: 18.
         *
         * @param depth the depth
         * @return this
         */
        @JsonProperty
        public Builder depth(int depth) {
            ResNetEncoderConfig.blocksPerStage(depth);
            this.depth = depth;
            return this;
        }

        /**
         * Sets the factor on all channel counts. Default 1; the paper's ImageNet encoder has 2.
         *
         * @param widthMultiplier more than 0, at most 16, a multiple of 1/64
         * @return this
         */
        @JsonProperty
        public Builder widthMultiplier(double widthMultiplier) {
            ResNetEncoderConfig.requireWidthMultiplier(widthMultiplier);
            this.widthMultiplier = widthMultiplier;
            return this;
        }

        /**
         * Chooses the stem for images of about 32 pixels. Default false; published for CIFAR: true.
         *
         * @param smallImages whether to keep the resolution in the stem
         * @return this
         */
        @JsonProperty
        public Builder smallImages(boolean smallImages) {
            this.smallImages = smallImages;
            return this;
        }

        /**
         * Sets the channels of the images. Default 3.
         *
         * @param inputChannels at least 1
         * @return this
         */
        @JsonProperty
        public Builder inputChannels(int inputChannels) {
            ResNetEncoderConfig.requireInputChannels(inputChannels);
            this.inputChannels = inputChannels;
            return this;
        }

        /**
         * Sets the length of z. Default and published: 128; in a {@code Soda} what its latent
         * layout says.
         *
         * @param latentSize at least 1, or 0 for the default
         * @return this
         */
        @JsonProperty
        public Builder latentSize(int latentSize) {
            Bounds.requireLatentSize("latentSize", 0, latentSize);
            this.latentSize = latentSize;
            return this;
        }

        /**
         * Sets what normalises feature maps. Default and published: batch norm. Parameters keep
         * torchvision's names ({@code bn1.weight}), as its {@code norm_layer} does; group norm has
         * no running statistics.
         *
         * @param norm the layer
         * @return this
         */
        @JsonProperty
        public Builder norm(NormLayer norm) {
            this.norm = Objects.requireNonNull(norm, "norm");
            return this;
        }

        /**
         * Asks for the pooled features before the last layer as a second output. Default: false.
         *
         * @param features whether the block gives them
         * @return this
         */
        public Builder features(boolean features) {
            this.features = features;
            return this;
        }

        /**
         * Sets the seed of the initial values. Default: 0. The same seed gives the same values on
         * every machine, and those of a {@code Soda} of that seed.
         *
         * @param seed any number
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Called by Jackson too. */
        ResNetEncoderConfig config() {
            return new ResNetEncoderConfig(
                    depth, widthMultiplier, smallImages, inputChannels, latentSize, norm);
        }

        /**
         * Builds the block.
         *
         * @return a new block, not initialised
         */
        public ResNetEncoder build() {
            return new ResNetEncoder(config(), 0, features, seed);
        }
    }
}
