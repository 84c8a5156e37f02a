package org.soda4j.encoder;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.engine.Bounds;
import org.soda4j.engine.Internal;

/** The immutable description of a {@link ResNetEncoder}, whose builder makes it. */
@JsonDeserialize(builder = ResNetEncoderBuilder.class)
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ResNetEncoderConfig implements EncoderConfig {

    private static final int MOST_CHANNELS = 1024;

    private final int depth;
    private final double widthMultiplier;
    private final boolean smallImages;
    private final int inputChannels;
    private final int latentSize;
    private final NormLayer norm;

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private final List<Integer> stageBlocks;

    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    private final boolean preActivation;

    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Torchvisions.class)
    private final ResNetInitialization initialization;

    private static final int MAX_STAGE_BLOCKS = 100;

    /** Stages of every ResNet, each at half the resolution of the one before. */
    static final int STAGES = 4;

    /** Keeps the text of a network what it was before initial values could be chosen. */
    static final class Torchvisions {
        @Override
        public boolean equals(Object value) {
            return value == ResNetInitialization.KAIMING;
        }

        @Override
        public int hashCode() {
            return ResNetInitialization.KAIMING.hashCode();
        }
    }

    ResNetEncoderConfig(
            int depth,
            double widthMultiplier,
            boolean smallImages,
            int inputChannels,
            int latentSize,
            NormLayer norm,
            List<Integer> stageBlocks,
            boolean preActivation,
            ResNetInitialization initialization) {
        blocksPerStage(depth);
        requireStageBlocks(stageBlocks);
        requireWidthMultiplier(widthMultiplier);
        requireInputChannels(inputChannels);
        Bounds.requireLatentSize("latentSize", 0, latentSize);
        Objects.requireNonNull(norm, "norm");
        this.depth = depth;
        this.widthMultiplier = widthMultiplier;
        this.smallImages = smallImages;
        this.inputChannels = inputChannels;
        this.latentSize = latentSize;
        this.norm = norm;
        this.stageBlocks = List.copyOf(stageBlocks);
        this.preActivation = preActivation;
        this.initialization = Objects.requireNonNull(initialization, "initialization");
    }

    /** {@return 18, 34 (basic blocks), 50 or 101 (bottleneck blocks)} */
    public int depth() {
        return depth;
    }

    /** {@return factor on every channel count, as in the paper's ResNet-50x2} */
    public double widthMultiplier() {
        return widthMultiplier;
    }

    /**
     * {@return whether the stem is a 3 x 3 convolution at stride 1 without pooling (for images of
     * about 32 pixels) instead of 7 x 7 at stride 2 with pooling}
     */
    public boolean smallImages() {
        return smallImages;
    }

    @Override
    public int inputChannels() {
        return inputChannels;
    }

    @Override
    public int latentSize() {
        return latentSize;
    }

    /** {@return of the feature maps} */
    public NormLayer norm() {
        return norm;
    }

    /** {@return residual blocks of each stage; left out of the text where they are the depth's} */
    public List<Integer> stageBlocks() {
        return Arrays.stream(blocksPerStage()).boxed().toList();
    }

    /** {@return whether norm and ReLU stand before each convolution (ResNet V2)} */
    public boolean preActivation() {
        return preActivation;
    }

    /**
     * {@return how initial values are drawn; left out of the text where it is torchvision's way}
     */
    public ResNetInitialization initialization() {
        return initialization;
    }

    private List<Object> values() {
        return Arrays.asList(
                depth,
                widthMultiplier,
                smallImages,
                inputChannels,
                latentSize,
                norm,
                stageBlocks(),
                preActivation,
                initialization);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResNetEncoderConfig that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "ResNetEncoderConfig" + values();
    }

    @Override
    public ResNetEncoderConfig withLatentSize(int size) {
        Bounds.requireLatentSize("latentSize", 1, size);
        return new ResNetEncoderConfig(
                depth,
                widthMultiplier,
                smallImages,
                inputChannels,
                size,
                norm,
                stageBlocks,
                preActivation,
                initialization);
    }

    /**
     * Makes the network as a DJL block: channel-normalised images, float32 {@code [N, C, H, W]},
     * in; the latent {@code [N, latentSize]} and the pooled features before the last layer {@code
     * [N, featureSize]} out. Its parameters carry torchvision's names.
     *
     * @param seed of the initial values
     * @return a new block, not initialised
     */
    @Internal
    public ResNetEncoder newBlock(long seed) {
        return newBlock(seed, 0);
    }

    /**
     * Makes the network for images that further channels join, such as the rays of a camera. Their
     * part of the first kernel is a parameter of its own, {@code views.conv1.weight}, so that the
     * others stay what they are without.
     *
     * @param seed of the initial values
     * @param conditionChannels R, at least 0; above 0 the block takes a second array, float32
     *     {@code [N, R, H, W]}
     * @return a new block, not initialised
     */
    @Internal
    public ResNetEncoder newBlock(long seed, int conditionChannels) {
        return new ResNetEncoder(this, conditionChannels, true, seed);
    }

    /** 512 x width for depths 18 and 34, 2048 x width for 50 and 101. */
    @Override
    public int featureSize() {
        return channels(3) * expansion();
    }

    /**
     * Counts the multiplications of one image's pass.
     *
     * @param height of the image
     * @param width of the image
     * @return multiplications, each with its addition, of convolutions and the last layer
     */
    public long multiplyAdds(int height, int width) {
        return EncoderCost.multiplyAdds(this, height, width);
    }

    /**
     * Counts those of them that belong to the first convolution.
     *
     * @param height of the image
     * @param width of the image
     * @return multiplications, each with its addition
     */
    public long firstMultiplyAdds(int height, int width) {
        return EncoderCost.firstConvolution(this, height, width);
    }

    /**
     * The length of the stage features: the output channels of all stages.
     *
     * @return 960 x width for depths 18 and 34, 3840 x width for 50 and 101
     */
    public int stageFeatureSize() {
        int sum = 0;
        for (int stage = 0; stage < STAGES; stage++) {
            sum += channels(stage) * expansion();
        }
        return sum;
    }

    /** Output channels of a block are this many times its inner channels. */
    int expansion() {
        return depth >= 50 ? 4 : 1;
    }

    /** Inner channels of a stage 0 .. 3. */
    int channels(int stage) {
        return (int) Math.rint(64 * widthMultiplier) << stage;
    }

    int[] blocksPerStage() {
        return stageBlocks.isEmpty()
                ? blocksPerStage(depth)
                : stageBlocks.stream().mapToInt(Integer::intValue).toArray();
    }

    static void requireStageBlocks(List<Integer> blocks) {
        boolean fit = blocks.isEmpty() || blocks.size() == STAGES;
        if (!fit || blocks.stream().anyMatch(n -> n < 1 || n > MAX_STAGE_BLOCKS)) {
            throw new IllegalArgumentException(
                    "stageBlocks: expected %d numbers of 1 .. %d, or none for those of the depth, found %s"
                            .formatted(STAGES, MAX_STAGE_BLOCKS, blocks));
        }
    }

    static int[] blocksPerStage(int depth) {
        return switch (depth) {
            case 18 -> new int[] {2, 2, 2, 2};
            case 34, 50 -> new int[] {3, 4, 6, 3};
            case 101 -> new int[] {3, 4, 23, 3};
            default ->
                    throw new IllegalArgumentException(
                            "depth: expected 18, 34, 50 or 101, found " + depth);
        };
    }

    static void requireWidthMultiplier(double widthMultiplier) {
        if (!(widthMultiplier > 0 && widthMultiplier <= 16)) {
            throw new IllegalArgumentException(
                    "widthMultiplier: expected more than 0 and at most 16, found "
                            + widthMultiplier);
        }
        if (64 * widthMultiplier != Math.rint(64 * widthMultiplier)) {
            throw new IllegalArgumentException(
                    "widthMultiplier: expected a multiple of 1/64, so that channels are whole, found "
                            + widthMultiplier);
        }
    }

    static void requireInputChannels(int inputChannels) {
        Bounds.require("inputChannels", 1, MOST_CHANNELS, inputChannels);
    }
}
