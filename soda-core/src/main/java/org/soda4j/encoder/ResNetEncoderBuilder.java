package org.soda4j.encoder;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.engine.Bounds;

/** Builds a {@link ResNetEncoder}; every setter refuses at once what is wrong. */
@JsonPOJOBuilder(withPrefix = "", buildMethodName = "config")
@JsonAutoDetect(setterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ResNetEncoderBuilder {

    private int depth = 18;
    private double widthMultiplier = 1;
    private boolean smallImages;
    private int inputChannels = 3;
    private int latentSize;
    private NormLayer norm = NormLayer.BATCH_NORM;
    private List<Integer> stageBlocks = List.of();
    private boolean preActivation;
    private ResNetInitialization initialization = ResNetInitialization.KAIMING;
    private boolean features;
    private long seed;

    ResNetEncoderBuilder() {}

    ResNetEncoderBuilder(ResNetEncoderConfig config) {
        depth = config.depth();
        widthMultiplier = config.widthMultiplier();
        smallImages = config.smallImages();
        inputChannels = config.inputChannels();
        latentSize = config.latentSize();
        norm = config.norm();
        stageBlocks = config.stageBlocks();
        preActivation = config.preActivation();
        initialization = config.initialization();
    }

    /**
     * Sets the number of layers: 18, 34, 50 or 101. Default and published for small images: 18.
     *
     * @param depth the depth
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder depth(int depth) {
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
    public ResNetEncoderBuilder widthMultiplier(double widthMultiplier) {
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
    public ResNetEncoderBuilder smallImages(boolean smallImages) {
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
    public ResNetEncoderBuilder inputChannels(int inputChannels) {
        ResNetEncoderConfig.requireInputChannels(inputChannels);
        this.inputChannels = inputChannels;
        return this;
    }

    /**
     * Sets the length of z. Default and published: 128; in a {@code Soda} what its latent layout
     * says.
     *
     * @param latentSize at least 1, or 0 for the default
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder latentSize(int latentSize) {
        Bounds.requireLatentSize("latentSize", 0, latentSize);
        this.latentSize = latentSize;
        return this;
    }

    /**
     * Sets what normalises feature maps. Default and published: batch norm. Parameters keep
     * torchvision's names ({@code bn1.weight}), as its {@code norm_layer} does; group norm has no
     * running statistics.
     *
     * @param norm the layer
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder norm(NormLayer norm) {
        this.norm = Objects.requireNonNull(norm, "norm");
        return this;
    }

    /**
     * Sets the residual blocks of each of the four stages, in place of the depth's (2, 2, 2, 2 for
     * 18), which still says what kind they are. Default: those of the depth. One block a stage and
     * twice the width costs about as much and learns more in minutes.
     *
     * @param blocks four numbers of 1 .. 100; none for those of the depth
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder stageBlocks(int... blocks) {
        List<Integer> all = Arrays.stream(blocks).boxed().toList();
        ResNetEncoderConfig.requireStageBlocks(all);
        this.stageBlocks = all;
        return this;
    }

    /**
     * Puts norm and ReLU before each convolution instead of after it, and nothing after the sum:
     * ResNet V2 (He et al. 2016, "Identity mappings"). The stem has no norm then, and a last norm
     * with ReLU, {@code bn}, stands before the mean over pixels; features of earlier stages are
     * means of sums without them. Default and published: false; the paper's, by secondary sources:
     * true.
     *
     * @param preActivation whether it is a ResNet V2
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder preActivation(boolean preActivation) {
        this.preActivation = preActivation;
        return this;
    }

    /**
     * Sets how initial values are drawn. Default: torchvision's way. Published: the same with
     * PyTorch's default in the first convolution ({@link
     * ResNetInitialization#KAIMING_DEFAULT_STEM}).
     *
     * @param initialization the way
     * @return this
     */
    @JsonProperty
    public ResNetEncoderBuilder initialization(ResNetInitialization initialization) {
        this.initialization = Objects.requireNonNull(initialization, "initialization");
        return this;
    }

    /**
     * Asks for the pooled features before the last layer as a second output. Default: false.
     *
     * @param features whether the block gives them
     * @return this
     */
    public ResNetEncoderBuilder features(boolean features) {
        this.features = features;
        return this;
    }

    /**
     * Sets the seed of the initial values. Default: 0. The same seed gives the same values on every
     * machine, and those of a {@code Soda} of that seed.
     *
     * @param seed any number
     * @return this
     */
    public ResNetEncoderBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Called by Jackson too. */
    ResNetEncoderConfig config() {
        return new ResNetEncoderConfig(
                depth,
                widthMultiplier,
                smallImages,
                inputChannels,
                latentSize,
                norm,
                stageBlocks,
                preActivation,
                initialization);
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
