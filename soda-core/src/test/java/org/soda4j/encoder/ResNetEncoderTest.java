package org.soda4j.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.io.ConfigText;

class ResNetEncoderTest {

    /** The counts that torchvision publishes for its ImageNet models, which have 1000 outputs. */
    @ParameterizedTest
    @CsvSource({"18, 11689512", "34, 21797672", "50, 25557032", "101, 44549160"})
    void standardResNetsHaveTorchvisionsParameterCounts(int depth, long expected) {
        ResNetEncoderConfig encoder =
                ResNetEncoder.builder().depth(depth).latentSize(1000).config();
        assertThat(parameters(encoder)).isEqualTo(expected);
    }

    /** 3 x 3 stem in place of 7 x 7, 128 outputs in place of 1000. */
    @Test
    void thePublishedCifarEncoderHasElevenMillionParameters() {
        ResNetEncoderConfig encoder =
                ResNetEncoder.builder().smallImages(true).latentSize(128).config();
        long stem = 64 * 3 * (7 * 7 - 3 * 3);
        long outputs = 513L * (1000 - 128);
        assertThat(parameters(encoder)).isEqualTo(11_689_512 - stem - outputs);
        assertThat(parameters(encoder)).isEqualTo(11_234_496);
    }

    /** Every field differs from its default. */
    @Test
    void aBuilderThatStartsFromAConfigurationMakesThatBlock() {
        ResNetEncoderConfig config =
                ResNetEncoder.builder()
                        .depth(34)
                        .widthMultiplier(0.5)
                        .smallImages(true)
                        .inputChannels(1)
                        .latentSize(12)
                        .norm(NormLayer.GROUP_NORM)
                        .stageBlocks(1, 2, 1, 1)
                        .preActivation(true)
                        .initialization(ResNetInitialization.XAVIER)
                        .config();
        assertThat(ResNetEncoder.builder(config).build().config()).isEqualTo(config);
    }

    private static long parameters(ResNetEncoderConfig encoder) {
        return encoder.newBlock(0).namedParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(p -> p.getShape().size())
                .sum();
    }

    @ParameterizedTest
    @CsvSource({
        "18, 0.25, true, 3, 12, 16, 16, 128",
        "34, 0.125, true, 1, 5, 20, 12, 64",
        "50, 0.125, false, 3, 7, 40, 33, 256",
        "101, 0.0625, true, 4, 3, 9, 17, 128",
        "18, 0.109375, false, 2, 1, 64, 32, 56",
    })
    void everyDepthWidthAndStemRuns(
            int depth,
            double width,
            boolean small,
            int channels,
            int latent,
            int h,
            int w,
            int features) {
        ResNetEncoderConfig encoder =
                ResNetEncoder.builder()
                        .depth(depth)
                        .widthMultiplier(width)
                        .smallImages(small)
                        .inputChannels(channels)
                        .latentSize(latent)
                        .config();
        assertThat(encoder.featureSize()).isEqualTo(features);
        NamedBlock block = encoder.newBlock(1);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape shape = new Shape(2, channels, h, w);
            block.initialize(manager, DataType.FLOAT32, shape);
            NDArray images = manager.randomNormal(shape);
            for (boolean training : new boolean[] {false, true}) {
                ParameterStore store = new ParameterStore(manager, false);
                NDList outputs = block.forward(store, new NDList(images), training);
                assertThat(outputs.getShapes())
                        .isEqualTo(block.getOutputShapes(new Shape[] {shape}));
                assertThat(outputs.get(0).getShape()).isEqualTo(new Shape(2, latent));
                assertThat(outputs.get(1).getShape()).isEqualTo(new Shape(2, features));
                for (NDArray output : outputs) {
                    assertThat(output.isNaN().any().getBoolean()).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 19, 152})
    void otherDepthsAreRefused(int depth) {
        assertThatThrownBy(() -> ResNetEncoder.builder().depth(depth))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("depth: expected 18, 34, 50 or 101, found " + depth);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 16.5, Double.NaN, Double.POSITIVE_INFINITY})
    void widthsOutOfRangeAreRefused(double width) {
        assertThatThrownBy(() -> ResNetEncoder.builder().widthMultiplier(width))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("widthMultiplier: expected more than 0 and at most 16, found " + width);
    }

    @Test
    void everySetterRefusesAtOnce() {
        ResNetEncoderBuilder builder = ResNetEncoder.builder();
        assertThatThrownBy(() -> builder.widthMultiplier(0.3))
                .hasMessageContaining("multiple of 1/64")
                .hasMessageContaining("found 0.3");
        ResNetEncoderBuilder other = ResNetEncoder.builder();
        assertThatThrownBy(() -> other.inputChannels(0))
                .hasMessage("inputChannels: expected at least 1, found 0");
        ResNetEncoderBuilder third = ResNetEncoder.builder();
        assertThatThrownBy(() -> third.latentSize(-1))
                .hasMessage("latentSize: expected at least 0, found -1");
        assertThatThrownBy(() -> ResNetEncoder.builder().config().withLatentSize(0))
                .hasMessage("latentSize: expected at least 1, found 0");
    }

    @Test
    void aRefusedValueLeavesTheBuilderAsItWas() {
        ResNetEncoderBuilder builder = ResNetEncoder.builder();
        assertThatThrownBy(() -> builder.depth(20)).isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.config()).isEqualTo(ResNetEncoder.builder().config());
    }

    @Test
    void byItselfItHasThePublishedLatentSizeAndOneOutput() {
        ResNetEncoder encoder = ResNetEncoder.builder().build();
        Shape[] images = {new Shape(2, 3, 64, 64)};
        assertThat(encoder.latentSize()).isEqualTo(128);
        assertThat(encoder.getOutputShapes(images)).containsExactly(new Shape(2, 128));
        assertThat(encoder.config().latentSize()).isZero();
        ResNetEncoder both = ResNetEncoder.builder().features(true).build();
        assertThat(both.getOutputShapes(images))
                .containsExactly(new Shape(2, 128), new Shape(2, 512));
    }

    @Test
    void imagesOfOtherChannelsAreRefused() {
        NamedBlock block =
                ResNetEncoder.builder().widthMultiplier(0.0625).latentSize(4).config().newBlock(0);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 16, 16));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray grey = manager.zeros(new Shape(1, 1, 16, 16));
            assertThatThrownBy(() -> block.forward(store, new NDList(grey), false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 3 channels in [N, C, H, W]")
                    .hasMessageContaining("(1, 1, 16, 16)");
        }
    }

    /** Group norm has torchvision's names for it and no running statistics. */
    @Test
    void groupNormTakesTheNamesOfTheNormItReplaces() {
        ResNetEncoderConfig batch = ResNetEncoder.builder().depth(50).latentSize(8).config();
        ResNetEncoderConfig group =
                ResNetEncoder.builder().depth(50).latentSize(8).norm(NormLayer.GROUP_NORM).config();
        assertThat(parameters(group)).isEqualTo(parameters(batch));
        var expected = new ArrayList<>(batch.newBlock(0).namedParameters().keySet());
        expected.removeIf(name -> name.contains("running_"));
        assertThat(group.newBlock(0).namedParameters().keySet())
                .containsExactlyElementsOf(expected)
                .contains("bn1.weight", "layer4.0.downsample.1.bias");
        assertThat(
                        ConfigText.fromTree(
                                ConfigText.jsonTree(ConfigText.toJson(group)),
                                ResNetEncoderConfig.class))
                .isEqualTo(group);
        assertThat(ConfigText.fromTree(ConfigText.jsonTree("{}"), ResNetEncoderConfig.class).norm())
                .isEqualTo(NormLayer.BATCH_NORM);
    }

    @ParameterizedTest
    @CsvSource({"64, 32", "512, 32", "2048, 32", "8, 4", "56, 28", "7, 1", "18, 9", "1, 1"})
    void groupsHaveTwoChannelsOrMore(int channels, int groups) {
        assertThat(NormLayer.GROUP_NORM.groups(channels)).isEqualTo(groups);
        assertThat(NormLayer.BATCH_NORM.groups(channels)).isZero();
    }

    /** Each example is seen alone, in training too. */
    @Test
    void withGroupNormABatchCanBeCutUp() {
        NamedBlock block =
                ResNetEncoder.builder()
                        .widthMultiplier(0.25)
                        .smallImages(true)
                        .latentSize(6)
                        .norm(NormLayer.GROUP_NORM)
                        .config()
                        .newBlock(1);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            block.initialize(manager, DataType.FLOAT32, new Shape(4, 3, 16, 16));
            NDArray images = manager.randomNormal(new Shape(4, 3, 16, 16));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray whole = block.forward(store, new NDList(images), true).get(0);
            NDArray part = block.forward(store, new NDList(images.get("2:")), true).get(0);
            assertThat(part.sub(whole.get("2:")).abs().max().getFloat()).isLessThan(1e-5f);
        }
    }

    @Test
    void blocksOfAStageCanBeChosen() {
        ResNetEncoderConfig encoder =
                ResNetEncoder.builder().stageBlocks(1, 2, 1, 3).smallImages(true).config();
        assertThat(encoder.newBlock(0).namedParameters().keySet())
                .contains("layer1.0.conv1.weight", "layer2.1.bn2.bias", "layer4.2.conv2.weight")
                .doesNotContain("layer1.1.conv1.weight", "layer3.1.conv1.weight");
        String json = ConfigText.toJson(encoder);
        assertThat(json).contains("\"stageBlocks\" : [ 1, 2, 1, 3 ]");
        assertThat(ConfigText.fromTree(ConfigText.jsonTree(json), ResNetEncoderConfig.class))
                .isEqualTo(encoder);
        ResNetEncoderConfig published = ResNetEncoder.builder().config();
        assertThat(ConfigText.toJson(published)).doesNotContain("stageBlocks");
        assertThat(published.stageBlocks()).containsExactly(2, 2, 2, 2);
        assertThat(ResNetEncoder.builder().stageBlocks(2, 2, 2, 2).config()).isEqualTo(published);
        assertThatThrownBy(() -> ResNetEncoder.builder().stageBlocks(1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 4 numbers of 1 .. 100")
                .hasMessageContaining("[1, 1, 1]");
    }
}
