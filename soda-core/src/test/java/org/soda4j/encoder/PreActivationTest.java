package org.soda4j.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.Operators;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.io.ConfigText;

/**
 * ResNet V2 against a PyTorch 2 module of a page (norm, ReLU, convolution; the shortcut's
 * convolution on what the first one sees), whose numbers are below.
 */
class PreActivationTest {

    /** Two builds of PyTorch differ by up to 3e-4 in training mode. */
    private static final double CLOSE = 1e-3;

    private final NDManager manager = PyTorchEngine.require().newBaseManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void basicBlocksAreThoseOfPyTorch() {
        ResNetEncoder encoder =
                filled(ResNetEncoder.builder().smallImages(true).stageBlocks(1, 2, 1, 1));
        assertLatent(
                encoder,
                16,
                1465.956177,
                3954.541748,
                3943.060791,
                601.603821,
                1540.892944,
                1506.029297,
                364.354706,
                988.880676,
                988.236938,
                249.908813,
                692.535828,
                697.343018);
        assertTraining(
                encoder,
                16,
                1.233191,
                Map.of(
                        "conv1.weight", 0.2005146,
                        "layer1.0.bn1.weight", 0.003069008,
                        "layer2.0.downsample.0.weight", 0.02762122,
                        "layer4.0.conv2.weight", 1.628244,
                        "bn.weight", 0.8037189,
                        "fc.bias", 1.079853));
        assertThat(norm(array(encoder, "bn.running_mean"))).isCloseTo(1.026073, within(CLOSE));
        assertThat(norm(array(encoder, "layer2.0.bn1.running_var")))
                .isCloseTo(4.928926, within(5 * CLOSE));
    }

    @Test
    void bottlenecksAreThoseOfPyTorch() {
        ResNetEncoder encoder =
                filled(
                        ResNetEncoder.builder()
                                .depth(50)
                                .stageBlocks(1, 1, 2, 1)
                                .widthMultiplier(0.0625));
        assertLatent(
                encoder,
                32,
                12.304832,
                27.755882,
                -15.859866,
                3.473946,
                8.327847,
                -4.520258,
                3.468638,
                8.232675,
                -4.502661,
                2.737069,
                6.409443,
                -3.53566);
        assertTraining(
                encoder,
                32,
                2.95613,
                Map.of(
                        "conv1.weight", 32.60265,
                        "layer1.0.bn1.weight", 2.588565,
                        "layer2.0.downsample.0.weight", 1.540495,
                        "layer4.0.conv2.weight", 8.605236,
                        "bn.weight", 1.228997,
                        "fc.bias", 1.886491));
    }

    @Test
    void groupNormStandsInTheSamePlaces() {
        ResNetEncoder encoder =
                filled(
                        ResNetEncoder.builder()
                                .smallImages(true)
                                .stageBlocks(1, 1, 1, 1)
                                .norm(NormLayer.GROUP_NORM));
        assertLatent(
                encoder, 16, 1.290861, 1.28823, 0.474013, 1.269181, 1.280661, 0.48534, 1.260062,
                1.284937, 0.500307, 1.330314, 1.35378, 0.524219);
        assertTraining(
                encoder,
                16,
                1.200284,
                Map.of(
                        "conv1.weight", 0.3522091,
                        "layer1.0.bn1.weight", 0.009073307,
                        "layer2.0.downsample.0.weight", 0.06009046,
                        "layer4.0.conv2.weight", 1.580283,
                        "bn.weight", 0.8635461,
                        "fc.bias", 1.264711));
    }

    @Test
    void namesAreTorchvisionsWithTheLastNormForTheFirst() {
        ResNetEncoderBuilder builder = ResNetEncoder.builder().depth(50);
        var names = new TreeSet<>(builder.build().namedParameters().keySet());
        var found = builder.preActivation(true).build().namedParameters().keySet();
        names.removeIf(name -> name.startsWith("bn1.") || name.contains("downsample.1"));
        for (String part : new String[] {"weight", "bias", "running_mean", "running_var"}) {
            names.add("bn." + part);
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void itIsPartOfTheText() {
        ResNetEncoderConfig config =
                ResNetEncoder.builder()
                        .preActivation(true)
                        .initialization(ResNetInitialization.XAVIER)
                        .config();
        String text = ConfigText.toJson(config);
        assertThat(text).contains("\"preActivation\" : true", "\"initialization\" : \"XAVIER\"");
        assertThat(ConfigText.fromTree(ConfigText.jsonTree(text), ResNetEncoderConfig.class))
                .isEqualTo(config)
                .isNotEqualTo(ResNetEncoder.builder().config());
        assertThat(ConfigText.toJson(ResNetEncoder.builder().config()))
                .doesNotContain("preActivation", "initialization");
    }

    private ResNetEncoder filled(ResNetEncoderBuilder builder) {
        if (builder.config().widthMultiplier() == 1) {
            builder.widthMultiplier(0.125);
        }
        ResNetEncoder encoder = builder.preActivation(true).latentSize(3).features(true).build();
        encoder.initialize(manager, DataType.FLOAT32, new Shape(4, 3, 32, 32));
        encoder.namedParameters().forEach((name, p) -> fill(name, p.getArray()));
        return encoder;
    }

    /** Waves of the name and the index, as large as a network's values. */
    private void fill(String name, NDArray array) {
        int start = 0;
        for (byte letter : name.getBytes(StandardCharsets.US_ASCII)) {
            start += letter;
        }
        boolean vector = array.getShape().dimension() == 1;
        boolean one = name.endsWith("weight") || name.endsWith("running_var");
        double size = vector ? 0 : Math.sqrt(2.0 * array.getShape().get(0) / array.size());
        float[] values = new float[Math.toIntExact(array.size())];
        for (int i = 0; i < values.length; i++) {
            double wave = Math.sin(start + 0.7 * i);
            values[i] = (float) (vector ? one ? 1 + 0.5 * wave : 0.1 * wave : size * wave);
        }
        Operators.copy(array, manager.create(values, array.getShape()));
    }

    private NDArray images(int size) {
        float[] pixels = new float[4 * 3 * size * size];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.cos(0.31 * Math.pow(i, 1.1));
        }
        return manager.create(pixels, new Shape(4, 3, size, size));
    }

    private void assertLatent(ResNetEncoder encoder, int size, double... expected) {
        NDList outputs =
                encoder.forward(
                        new ParameterStore(manager, false), new NDList(images(size)), false);
        float[] latent = outputs.get(0).toFloatArray();
        assertThat(latent).hasSameSizeAs(expected);
        for (int i = 0; i < latent.length; i++) {
            assertThat((double) latent[i]).isCloseTo(expected[i], within(1e-4 * expected[0]));
        }
    }

    /** The mean square of the latent, and the norms of its gradients. */
    private void assertTraining(
            ResNetEncoder encoder, int size, double loss, Map<String, Double> gradients) {
        encoder.namedParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .forEach(p -> p.getArray().setRequiresGradient(true));
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray latent =
                    encoder.forward(
                                    new ParameterStore(manager, false),
                                    new NDList(images(size)),
                                    true)
                            .get(0);
            NDArray mean = latent.square().mean();
            assertThat((double) mean.getFloat()).isCloseTo(loss, within(CLOSE * loss));
            collector.backward(mean);
        }
        gradients.forEach(
                (name, expected) ->
                        assertThat(norm(array(encoder, name).getGradient()))
                                .as(name)
                                .isCloseTo(expected, within(3 * CLOSE * expected)));
    }

    private static NDArray array(ResNetEncoder encoder, String name) {
        return encoder.namedParameters().get(name).getArray();
    }

    private static double norm(NDArray array) {
        double sum = 0;
        for (float value : array.toFloatArray()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
