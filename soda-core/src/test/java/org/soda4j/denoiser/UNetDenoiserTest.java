package org.soda4j.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.ParameterStore;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.engine.Resample;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

class UNetDenoiserTest {

    /** The sum over the layers of the reference implementation, by the formula below. */
    @Test
    void thePublishedCifarDenoiserHasFortyMillionParameters() {
        UNetDenoiserConfig published = UNetDenoiser.builder().config();
        assertThat(parameters(published, 128)).isEqualTo(39_595_139L);
        assertThat(parameters(published, 128)).isEqualTo(expectedParameters(published, 128));
    }

    static Stream<UNetDenoiserConfig> variants() {
        return Stream.of(
                tiny().config(),
                tiny().imageShape(1, 8, 24).multipliers(1, 3).attention(0, 1).config(),
                tiny().multipliers(1).attention().blocks(3).config(),
                tiny().multipliers(2, 1, 1).attention(2).channelsPerHead(8).config(),
                tiny().imageShape(2, 16, 8).residualResampling(true).timeDivisor(1).config(),
                tiny().channels(16).groups(4).attention(0, 1).config(),
                tiny().rescaledSums(true)
                        .initialization(UNetInitialization.TRUNCATED_NORMAL)
                        .config(),
                tiny().channels(64).multipliers(1, 2).blocks(2).dropout(0).config());
    }

    private static UNetDenoiserBuilder tiny() {
        return UNetDenoiser.builder()
                .imageShape(3, 8, 8)
                .channels(32)
                .multipliers(1, 2)
                .attention(1)
                .blocks(1);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everyVariantRunsAndHasItsParameters(UNetDenoiserConfig config) {
        LatentLayout latent = LatentLayout.of(20);
        for (LayerModulation modulation :
                List.of(
                        LayerModulation.whole(),
                        LayerModulation.paired(),
                        LayerModulation.grouped(2))) {
            UNetDenoiser block = config.newBlock(latent, modulation, 3);
            try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
                Shape images =
                        new Shape(
                                2,
                                config.imageShape().get(0),
                                config.imageShape().get(1),
                                config.imageShape().get(2));
                block.initialize(manager, DataType.FLOAT32, images, new Shape(2), new Shape(2, 20));
                NDList inputs =
                        new NDList(
                                manager.randomNormal(images),
                                manager.create(new long[] {1, 1000}),
                                manager.randomNormal(new Shape(2, 20)));
                for (boolean training : new boolean[] {false, true}) {
                    ParameterStore store = new ParameterStore(manager, false);
                    NDArray y = block.forward(store, inputs, training).get(0);
                    assertThat(y.getShape()).isEqualTo(images);
                    assertThat(y.isNaN().any().getBoolean()).isFalse();
                }
            }
        }
        if (!config.residualResampling()) {
            assertThat(parameters(config, 20)).isEqualTo(expectedParameters(config, 20));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void moreLatentsThanImagesAreTheImagesRepeated(UNetDenoiserConfig config) {
        UNetDenoiser block = config.newBlock(LatentLayout.of(20), LayerModulation.paired(), 3);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            List<Integer> image = config.imageShape();
            Shape images = new Shape(2, image.get(0), image.get(1), image.get(2));
            block.initialize(manager, DataType.FLOAT32, images, new Shape(2), new Shape(2, 20));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = manager.randomNormal(images);
            NDArray t = manager.create(new long[] {1, 1000});
            NDArray z = manager.randomNormal(new Shape(6, 20));
            NDArray once = block.forward(store, new NDList(x, t, z), false).get(0);
            NDList repeated = new NDList(x.concat(x).concat(x), t.concat(t).concat(t), z);
            NDArray expected = block.forward(store, repeated, false).get(0);
            assertThat(once.getShape()).isEqualTo(expected.getShape());
            // Sums in another order at most.
            assertThat(once.sub(expected).abs().max().getFloat()).isLessThan(1e-5f);
            assertThatThrownBy(() -> block.forward(store, new NDList(x, t, z.get("0:5")), false))
                    .hasMessageContaining("latent: expected shape (4, 20), found (5, 20)");
        }
    }

    /** Recomputed through the public forward of each child and DJL's own convolution. */
    @Test
    void activationsAreTheBlocksOutputs() {
        UNetDenoiser unet =
                tiny().config().newBlock(LatentLayout.of(10), LayerModulation.whole(), 3);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape images = new Shape(2, 3, 8, 8);
            unet.initialize(manager, DataType.FLOAT32, images, new Shape(2), new Shape(2, 10));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = manager.randomNormal(images);
            NDArray t = manager.create(new long[] {30, 700});
            NDArray z = manager.randomNormal(new Shape(2, 10));
            Map<String, NDArray> expected = recomputed(unet, store, x, t, z, 1);
            assertThat(unet.activationNames())
                    .containsExactlyElementsOf(expected.keySet())
                    .containsExactly("down.0", "down.2", "middle", "up.0", "up.1", "up.3", "up.4");
            NDList plain = unet.forward(store, new NDList(x, t, z), false);
            NDList found =
                    unet.forward(
                            store,
                            new NDList(x, t, z),
                            false,
                            unet.options(NumberFormat.FLOAT32, expected.keySet()));
            assertThat(found.get(0).toFloatArray()).isEqualTo(plain.get(0).toFloatArray());
            for (NDArray activation : found.subNDList(1)) {
                NDArray difference = activation.sub(expected.get(activation.getName())).abs();
                // Fused kernels sum in another order.
                assertThat(difference.max().getFloat()).as(activation.getName()).isLessThan(2e-5f);
            }
        }
    }

    private static Map<String, NDArray> recomputed(
            UNetDenoiser unet,
            ParameterStore store,
            NDArray images,
            NDArray times,
            NDArray z,
            double ofSums) {
        Map<String, Parameter> named = unet.namedParameters();
        NDArray x =
                Conv2d.conv2d(
                                images,
                                named.get("image_proj.weight").getArray(),
                                named.get("image_proj.bias").getArray(),
                                new Shape(1, 1),
                                new Shape(1, 1))
                        .get(0);
        NDArray time = null;
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        Deque<NDArray> skips = new ArrayDeque<>(List.of(x));
        for (Block child : unet.getChildren().values()) {
            if (child instanceof TimeEmbedding embedding) {
                time = embedding.forward(store, new NDList(times), false).get(0);
            } else if (child instanceof UNetStage stage) {
                NDArray in = stage.popsSkip() ? x.concat(skips.pop(), 1) : x;
                x = output(stage, store, in, time, z, ofSums);
                if (!stage.name().contains("up.")) {
                    skips.push(x);
                }
                if (stage.resample() == Resample.NONE) {
                    outputs.put(stage.name().replace("decoder.", ""), x);
                }
            } else {
                x = output(child, store, x, time, z, ofSums);
                outputs.put("middle", x);
            }
        }
        return outputs;
    }

    private static NDArray output(
            Block block, ParameterStore store, NDArray x, NDArray time, NDArray z, double ofSums) {
        if (block instanceof AttentionBlock) {
            return block.forward(store, new NDList(x), false).get(0);
        }
        boolean stage = block instanceof UNetStage && !block.getChildren().isEmpty();
        if (stage || block instanceof UNetMiddle) {
            NDArray y = x;
            for (Block child : block.getChildren().values()) {
                y = output(child, store, y, time, z, ofSums);
            }
            return y;
        }
        NDArray y = block.forward(store, new NDList(x, time, z), false).get(0);
        return block instanceof ModulatedResidualBlock ? y.mul(ofSums) : y;
    }

    /** By a network of the same weights, whose residual blocks' outputs are multiplied outside. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everySumOfAResidualBlockIsRescaled(boolean residualResampling) {
        UNetDenoiserBuilder builder = tiny().residualResampling(residualResampling);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape images = new Shape(2, 3, 8, 8);
            List<UNetDenoiser> both =
                    Stream.of(builder.config(), builder.rescaledSums(true).config())
                            .map(c -> c.newBlock(LatentLayout.of(10), LayerModulation.whole(), 3))
                            .toList();
            for (UNetDenoiser unet : both) {
                unet.initialize(manager, DataType.FLOAT32, images, new Shape(2), new Shape(2, 10));
            }
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = manager.randomNormal(images);
            NDArray t = manager.create(new long[] {30, 700});
            NDArray z = manager.randomNormal(new Shape(2, 10));
            Map<String, NDArray> expected =
                    recomputed(both.get(0), store, x, t, z, 0.70710678118654752);
            UNetDenoiser rescaled = both.get(1);
            NDList found =
                    rescaled.forward(
                            store,
                            new NDList(x, t, z),
                            false,
                            rescaled.options(NumberFormat.FLOAT32, expected.keySet()));
            assertThat(found).hasSize(1 + expected.size());
            for (NDArray activation : found.subNDList(1)) {
                NDArray difference = activation.sub(expected.get(activation.getName())).abs();
                assertThat(difference.max().getFloat()).as(activation.getName()).isLessThan(2e-5f);
            }
        }
    }

    @Test
    void gradientsPassARescaledSum() {
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            NDArray x = manager.randomNormal(new Shape(2, 32, 4, 4));
            NDArray time = manager.randomNormal(new Shape(2, 512));
            NDArray z = manager.randomNormal(new Shape(2, 128));
            float[] plain = gradient(ModulatedResidualBlock.builder(), x, time, z);
            float[] rescaled =
                    gradient(ModulatedResidualBlock.builder().rescaledSum(true), x, time, z);
            for (int i = 0; i < plain.length; i++) {
                assertThat((double) rescaled[i])
                        .isCloseTo(
                                plain[i] / Math.sqrt(2), within(1e-4 * (1 + Math.abs(plain[i]))));
            }
        }
    }

    /** Of the sum of the output, at the kernel of the first convolution. */
    private static float[] gradient(
            ModulatedResidualBlock.Builder builder, NDArray x, NDArray time, NDArray z) {
        ModulatedResidualBlock block = builder.inChannels(32).dropout(0).seed(5).build();
        NDList inputs = new NDList(x, time, z);
        block.initialize(x.getManager(), DataType.FLOAT32, inputs.getShapes());
        NDArray kernel = block.namedParameters().get("conv1.weight").getArray();
        kernel.setRequiresGradient(true);
        ParameterStore store = new ParameterStore(x.getManager(), false);
        try (var collector = x.getManager().getEngine().newGradientCollector()) {
            collector.backward(block.forward(store, inputs, true).get(0).sum());
        }
        return kernel.getGradient().toFloatArray();
    }

    /** Its tokens belong to the images. */
    @Test
    void moreLatentsThanImagesAreRefusedWithCrossAttention() {
        UNetDenoiser block =
                tiny().config()
                        .newBlock(
                                LatentLayout.of(20),
                                LayerModulation.whole(),
                                new UNetConditions(0, List.of(1)),
                                3);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape images = new Shape(2, 3, 8, 8);
            Shape sources = new Shape(2, 1, 20);
            block.initialize(
                    manager, DataType.FLOAT32, images, new Shape(2), new Shape(2, 20), sources);
            ParameterStore store = new ParameterStore(manager, false);
            NDList inputs =
                    new NDList(
                            manager.zeros(images),
                            manager.create(new long[] {1, 1000}),
                            manager.zeros(new Shape(4, 20)),
                            manager.zeros(sources));
            assertThatThrownBy(() -> block.forward(store, inputs, false))
                    .hasMessageContaining("latent: expected shape (2, 20), found (4, 20)");
        }
    }

    @Test
    void depthsCountTheSkipsAndTheMiddle() {
        assertThat(UNetDenoiser.builder().config().depths()).isEqualTo(1 + 4 * 2 + 3 + 1);
        assertThat(tiny().multipliers(1).attention().config().depths()).isEqualTo(3);
    }

    /** Two networks of the same weights; every norm but the last must see the groups. */
    @Test
    void groupsReachTheNorms() {
        UNetDenoiserBuilder plain = tiny().multipliers(1).attention();
        List<float[]> outputs =
                Stream.of(plain.config(), plain.groups(8).config(), plain.groups(32).config())
                        .map(UNetDenoiserTest::output)
                        .toList();
        assertThat(outputs.get(1)).isNotEqualTo(outputs.get(0));
        assertThat(outputs.get(2)).isEqualTo(outputs.get(0));
    }

    private static float[] output(UNetDenoiserConfig config) {
        UNetDenoiser block = config.newBlock(LatentLayout.of(4), LayerModulation.whole(), 3);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape images = new Shape(1, 3, 8, 8);
            block.initialize(manager, DataType.FLOAT32, images, new Shape(1), new Shape(1, 4));
            NDArray x = manager.arange(3 * 64).toType(DataType.FLOAT32, false).sin();
            NDList inputs =
                    new NDList(
                            x.reshape(images),
                            manager.create(new long[] {500}),
                            manager.ones(new Shape(1, 4)));
            return block.forward(new ParameterStore(manager, false), inputs, false)
                    .get(0)
                    .toFloatArray();
        }
    }

    @Test
    void theLatentReachesEverySectionAndNothingElseChangesTheOutput() {
        UNetDenoiser block =
                tiny().config().newBlock(LatentLayout.of(10), LayerModulation.paired(), 3);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            Shape images = new Shape(1, 3, 8, 8);
            block.initialize(manager, DataType.FLOAT32, images, new Shape(1), new Shape(1, 10));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = manager.randomNormal(images);
            NDArray t = manager.create(new long[] {500});
            NDArray z = manager.randomNormal(new Shape(1, 10));
            float[] before = block.forward(store, new NDList(x, t, z), false).get(0).toFloatArray();
            for (int section = 0; section < block.layout().sections(); section++) {
                NDArray mask = manager.ones(new Shape(1, 10));
                int from = block.layout().offset(section);
                mask.set(
                        new NDIndex(":, " + from + ":" + (from + block.layout().size(section))), 0);
                NDList masked = new NDList(x, t, z.mul(mask));
                assertThat(block.forward(store, masked, false).get(0).toFloatArray())
                        .as("section %d", section)
                        .isNotEqualTo(before);
            }
        }
    }

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                wrong(b -> b.channels(44), "channels: expected a multiple of 8", "found 44"),
                wrong(b -> b.channels(0), "channels: expected a multiple of 8", "found 0"),
                wrong(b -> b.groups(0), "groups: expected at least 1, found 0"),
                wrong(b -> b.imageShape(3, 32), "imageShape: expected channels, height and"),
                wrong(b -> b.imageShape(0, 32, 32), "imageShape", "found [0, 32, 32]"),
                wrong(b -> b.multipliers(1, 0), "multipliers: expected values of at least 1"),
                wrong(b -> b.attention(-1), "attention: expected values of at least 0"),
                wrong(b -> b.blocks(0), "blocks: expected at least 1, found 0"),
                wrong(b -> b.channelsPerHead(-8), "channelsPerHead: expected at least 0"),
                wrong(b -> b.dropout(1), "dropout: expected a probability", "found 1.0"),
                wrong(b -> b.dropout(Double.NaN), "dropout", "found NaN"),
                wrong(b -> b.timeDivisor(0), "timeDivisor: expected a positive number, found 0.0"),
                wrong(b -> b.timeDivisor(Double.NaN), "timeDivisor", "found NaN"));
    }

    private static Arguments wrong(Consumer<UNetDenoiserBuilder> setting, String... message) {
        return Arguments.of(setting, message);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void aSetterRefusesAtOnce(Consumer<UNetDenoiserBuilder> setting, String[] message) {
        UNetDenoiserBuilder builder = UNetDenoiser.builder();
        assertThatThrownBy(() -> setting.accept(builder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message);
        assertThat(builder.config()).isEqualTo(UNetDenoiser.builder().config());
    }

    @Test
    void whatSpansFieldsIsRefusedWhenBuilt() {
        assertThatThrownBy(() -> tiny().channels(48).config())
                .hasMessage(
                        "channels: expected a multiple of 32, the groups of the norms, found 48");
        assertThatThrownBy(() -> tiny().attention(2).config())
                .hasMessage(
                        "attention: expected levels 0 .. 1 (there are 2 multipliers), found [2]");
        assertThatThrownBy(() -> tiny().imageShape(3, 10, 12).multipliers(1, 1, 1).config())
                .hasMessageContainingAll(
                        "expected height and width divisible by 4", "found [3, 10, 12]");
        assertThatThrownBy(() -> tiny().channelsPerHead(24).config())
                .hasMessageContainingAll(
                        "channelsPerHead: expected a divisor of the 64 channels of level 1",
                        "found 24");
        assertThatThrownBy(() -> tiny().multipliers().attention().config())
                .hasMessageContaining("multipliers: expected at least one level, found none");
        int[] tooMany = new int[16];
        Arrays.fill(tooMany, 1);
        assertThatThrownBy(() -> tiny().multipliers(tooMany).config())
                .hasMessageContaining("divisible by " + (1L << 15));
        assertThatThrownBy(
                        () ->
                                tiny().config()
                                        .newBlock(LatentLayout.of(4), LayerModulation.paired(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 1 .. 4 (the dimensions of z), found 5");
    }

    @Test
    void attentionLevelsAreOrderedAndUnique() {
        assertThat(tiny().attention(1, 0, 1).config().attention()).containsExactly(0, 1);
    }

    private static long parameters(UNetDenoiserConfig config, int latent) {
        return config
                .newBlock(LatentLayout.of(latent), LayerModulation.whole(), 0)
                .namedParameters()
                .values()
                .stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(p -> p.getShape().size())
                .sum();
    }

    /** Layer by layer, for whole modulation and resampling by convolutions. */
    private static long expectedParameters(UNetDenoiserConfig u, long z) {
        long c = u.channels();
        long time = 4 * c;
        long images = u.imageShape().get(0);
        long sum = linear(c, time) + linear(time, time) + conv(images, c, 3);
        ArrayDeque<Long> skips = new ArrayDeque<>(List.of(c));
        int levels = u.multipliers().size();
        for (int level = 0; level < levels; level++) {
            long width = (long) u.channels() * u.multipliers().get(level);
            for (int i = 0; i < u.blocks(); i++) {
                sum += residual(c, width, time, z) + attention(u, level, width);
                c = width;
                skips.push(c);
            }
            if (level < levels - 1) {
                sum += conv(c, c, 3);
                skips.push(c);
            }
        }
        sum += 2 * residual(c, c, time, z) + 2 * c + linear(c, 3 * c) + linear(c, c);
        for (int level = levels - 1; level >= 0; level--) {
            long width = (long) u.channels() * u.multipliers().get(level);
            for (int i = 0; i <= u.blocks(); i++) {
                sum += residual(c + skips.pop(), width, time, z) + attention(u, level, width);
                c = width;
            }
            sum += level > 0 ? conv(c, c, 3) : 0;
        }
        return sum + 2 * c + conv(c, images, 3);
    }

    private static long residual(long in, long out, long time, long z) {
        return 2 * in
                + conv(in, out, 3)
                + linear(time, 2 * out)
                + linear(z, 2 * out)
                + 2 * out
                + conv(out, out, 3)
                + (in == out ? 0 : conv(in, out, 1));
    }

    private static long attention(UNetDenoiserConfig u, int level, long c) {
        return u.attention().contains(level) ? 2 * c + linear(c, 3 * c) + linear(c, c) : 0;
    }

    private static long conv(long in, long out, long k) {
        return in * out * k * k + out;
    }

    private static long linear(long in, long out) {
        return in * out + out;
    }
}
