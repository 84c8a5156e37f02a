package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.EncoderOperators;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.NormParameters;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.WeightReport;

/**
 * The encoder E (paper section 3.1): a ResNet (He et al. 2016) whose last layer gives the latent z,
 * as a DJL block. Structure and parameter names are torchvision's; those of a pre-activation
 * ResNet, which torchvision does not have, are the same with the last norm, {@code bn}, in place of
 * the stem's.
 *
 * <pre>{@code
 * Block classifier = new SequentialBlock()
 *         .add(ResNetEncoder.builder().smallImages(true).build())
 *         .add(Linear.builder().setUnits(10).build());
 * }</pre>
 *
 * <p>Everything is optional: {@code ResNetEncoder.builder().build()} is the published ResNet-18
 * with the standard stem and three input channels. In: channel-normalised images, float32 {@code
 * [N, C, H, W]}. Out: z, float32 {@code [N, latentSize]}; after {@link
 * ResNetEncoderBuilder#features} also the pooled features before the last layer, float32 {@code [N,
 * 512 x width]} ({@code 2048 x width} for depths 50 and 101).
 *
 * <p>{@code Soda.builder().encoder(...)} takes it by its description and draws its values from the
 * model's own seed; where it was initialised before, its values are copied.
 */
public final class ResNetEncoder extends NamedBlock implements Encoder {

    private static final int PUBLISHED_LATENT_SIZE = 128;
    private static final String STAGES = "stages";

    private final ResNetEncoderConfig config;
    private final boolean features;
    private final int latentSize;
    private final Stem stem;
    private final NormParameters lastNorm;
    private final int conditionChannels;
    private final Parameter conditionKernel;
    private final List<ResNetBlock> blocks = new ArrayList<>();
    private final Set<ResNetBlock> lastOfStage = new HashSet<>();
    private final AffineParameters last;

    ResNetEncoder(ResNetEncoderConfig config, int conditionChannels, boolean features, long seed) {
        super("encoder", seed, config.initialization().ofBlocks());
        this.config = config;
        this.features = features;
        latentSize = config.latentSize() == 0 ? PUBLISHED_LATENT_SIZE : config.latentSize();
        this.conditionChannels = conditionChannels;
        int channels = config.channels(0);
        int kernel = config.smallImages() ? 3 : 7;
        Parameter first =
                weight(
                        "conv1.weight",
                        config.initialization().ofStem(),
                        channels,
                        config.inputChannels(),
                        kernel,
                        kernel);
        int stride = config.smallImages() ? 1 : 2;
        stem =
                config.preActivation()
                        ? new Stem(first, null, stride)
                        : new Stem(
                                first,
                                convNorm(first, "bn1", config.norm().groups(channels), stride),
                                stride);
        conditionKernel =
                conditionChannels == 0
                        ? null
                        : zeroKernel(
                                "views.conv1.weight", channels, conditionChannels, kernel, kernel);
        int[] counts = config.blocksPerStage();
        for (int stage = 0; stage < counts.length; stage++) {
            for (int i = 0; i < counts[stage]; i++) {
                String name = "layer%d.%d".formatted(stage + 1, i);
                ResNetBlock block =
                        ResNetBlock.of(
                                nameOf(name),
                                seed,
                                channels,
                                config.channels(stage),
                                stage > 0 && i == 0 ? 2 : 1,
                                config);
                blocks.add(part(name, block));
                channels = block.outChannels();
            }
            lastOfStage.add(blocks.get(blocks.size() - 1));
        }
        lastNorm =
                config.preActivation()
                        ? norm("bn", channels, config.norm().groups(channels))
                        : null;
        last = affine("fc", latentSize, channels);
    }

    /**
     * Starts from the published defaults.
     *
     * @return a builder
     */
    public static ResNetEncoderBuilder builder() {
        return new ResNetEncoderBuilder();
    }

    /**
     * Starts from a configuration, such as that of a saved model ({@code
     * SodaConfig.read(file).encoder()}).
     *
     * @param config what the block is to be
     * @return a builder
     */
    public static ResNetEncoderBuilder builder(ResNetEncoderConfig config) {
        return new ResNetEncoderBuilder(config);
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
                x = EncoderOperators.maxPool(large, mode);
            }
        }
        NDList stages = asksForStages(params) ? new NDList() : null;
        for (ResNetBlock block : blocks) {
            try (NDArray before = x) {
                x = block.apply(store, before, mode);
            }
            if (stages != null && endsEarlyStage(block)) {
                stages.add(EncoderOperators.globalPool(x, mode));
            }
        }
        if (lastNorm != null) {
            try (NDArray before = x) {
                x = EncoderOperators.normRelu(before, lastNorm.values(store, before, mode), mode);
            }
        }
        try (NDArray maps = x) {
            NDArray pooled = EncoderOperators.globalPool(maps, mode);
            NDArray latent = Operators.linear(pooled, last.values(store, images, mode), mode);
            if (stages != null) {
                stages.add(0, latent);
                stages.add(pooled);
                try (NDList all = stages) {
                    return new NDList(NDArrays.concat(all, 1));
                }
            }
            if (features) {
                return new NDList(latent, pooled);
            }
            pooled.close();
            return new NDList(latent);
        }
    }

    /** The last stage's means are the pooled features. */
    private boolean endsEarlyStage(ResNetBlock block) {
        return lastOfStage.contains(block) && block != blocks.get(blocks.size() - 1);
    }

    /**
     * Returns the options of {@code forward} that ask for one output: the latent and the means of
     * each stage's feature maps over height and width, joined, float32 {@code [N, latentSize +
     * stageFeatureSize]}.
     *
     * @param format of feature maps
     * @return what to hand over as {@code params}
     */
    @Internal
    public static PairList<String, Object> joinedOptions(NumberFormat format) {
        PairList<String, Object> options = NamedBlock.options(format);
        options.add(STAGES, true);
        return options;
    }

    private static boolean asksForStages(PairList<String, Object> params) {
        return params != null && Boolean.TRUE.equals(params.get(STAGES));
    }

    /**
     * The first convolution.
     *
     * @param normed with the norm after it; null for pre-activation, where none is
     */
    private record Stem(Parameter kernel, ConvNorm normed, int stride) {

        NDArray apply(ParameterStore store, NDArray images, OperatorMode mode) {
            if (normed != null) {
                return normed.apply(store, images, true, mode);
            }
            NDArray value = value(store, kernel, images, mode);
            return EncoderOperators.conv(images, value, stride, mode);
        }

        NDArray applyJoined(ParameterStore store, NDArray joined, NDArray more, OperatorMode mode) {
            if (normed != null) {
                return normed.applyJoined(store, joined, more, mode);
            }
            // Not from the store, whose kernels may be converted.
            try (NDArray both = kernel.getArray().concat(more, 1)) {
                return EncoderOperators.conv(joined, both, stride, mode);
            }
        }
    }

    /** Convolves image and condition as one: their channels, and the kernels', are joined. */
    private NDArray stem(ParameterStore store, NDList inputs, OperatorMode mode) {
        NDArray images = inputs.get(0);
        if (conditionKernel == null) {
            return stem.apply(store, images, mode);
        }
        NDArray condition = inputs.get(1);
        requireCondition(images.getShape(), condition.getShape());
        try (NDArray joined = images.concat(condition, 1)) {
            return stem.applyJoined(store, joined, conditionKernel.getArray(), mode);
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
}
