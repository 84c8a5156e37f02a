package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** The network of {@link ResNetEncoder}, with torchvision's structure and parameter names. */
final class ResNet extends NamedBlock {

    private final ResNetEncoder config;
    private final ConvNorm stem;
    private final int conditionChannels;
    private final Parameter conditionKernel;
    private final List<ResNetBlock> blocks = new ArrayList<>();
    private final Parameter lastWeight;
    private final Parameter lastBias;

    ResNet(ResNetEncoder config, int conditionChannels, long seed) {
        super("encoder", seed);
        this.config = config;
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
        lastWeight = weight("fc.weight", config.latentSize(), channels);
        lastBias = bias("fc.bias", channels, config.latentSize());
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
            NDArray features = Operators.globalPool(maps, training);
            NDArray latent =
                    Operators.linear(
                            features,
                            value(store, lastWeight, images, training),
                            value(store, lastBias, images, training),
                            training);
            return new NDList(latent, features);
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
        return new Shape[] {new Shape(n, config.latentSize()), new Shape(n, config.featureSize())};
    }
}
