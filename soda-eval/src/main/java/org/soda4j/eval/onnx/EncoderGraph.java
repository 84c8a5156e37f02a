package org.soda4j.eval.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.soda4j.PixelNormalization;
import org.soda4j.Soda;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.NormLayer;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.image.ImagePreparation;

/** A {@code ResNetEncoder} as ONNX operators, batch norm folded into the convolutions before it. */
final class EncoderGraph {

    private static final String BATCH = "N";
    private static final double NORM_EPSILON = 1e-5;
    private static final float BYTE = 255;

    private final OnnxGraph graph;
    private final ModelWeights weights;
    private final Soda soda;
    private final ResNetEncoderConfig config;

    /** Of the feature maps as they are now. */
    private int height;

    private int width;

    EncoderGraph(Soda soda, ResNetEncoderConfig config, boolean half) {
        this.soda = soda;
        this.config = config;
        graph = new OnnxGraph("soda-encoder", half);
        weights = new ModelWeights(soda, "encoder.");
        List<Integer> image = soda.config().denoiser().imageShape();
        height = image.get(1);
        width = image.get(2);
    }

    /** From {@code images}, or with {@code bytes} from {@code pixels} of any size. */
    GraphProto build(boolean bytes) {
        String images =
                bytes
                        ? prepared(graph.input("pixels", OnnxGraph.UINT8, BATCH, "H", "W", 3))
                        : graph.input(
                                "images",
                                OnnxGraph.FLOAT,
                                BATCH,
                                config.inputChannels(),
                                height,
                                width);
        String normal = normalized(images);
        String x = graph.toMaps(soda.config().views() == null ? normal : withRays(normal));
        int stride = config.smallImages() ? 1 : 2;
        x =
                config.preActivation()
                        ? convolution(x, "conv1", stride)
                        : convNormRelu(x, "conv1", "bn1", stride);
        if (!config.smallImages()) {
            halve();
            x =
                    graph.node(
                            "MaxPool",
                            List.of(x),
                            OnnxGraph.integers("kernel_shape", 3, 3),
                            OnnxGraph.integers("strides", 2, 2),
                            OnnxGraph.integers("pads", 1, 1, 1, 1));
        }
        List<String> means = new ArrayList<>();
        List<Integer> blocks = config.stageBlocks();
        for (int stage = 0; stage < blocks.size(); stage++) {
            for (int i = 0; i < blocks.get(stage); i++) {
                String name = "layer%d.%d.".formatted(stage + 1, i);
                int step = stage > 0 && i == 0 ? 2 : 1;
                x = config.preActivation() ? preActivated(x, name, step) : block(x, name, step);
            }
            if (config.preActivation() && stage == blocks.size() - 1) {
                x = normRelu(x, "bn");
            }
            means.add(mean(x));
        }
        outputs(means);
        return graph.build();
    }

    private String withRays(String images) {
        String rays = new ViewGraph(graph, soda).rayChannels("encoder", BATCH, height, width);
        return graph.node("Concat", List.of(images, rays), OnnxGraph.integer("axis", 1));
    }

    private void outputs(List<String> means) {
        String features = means.get(means.size() - 1);
        long[] shape = weights.shape("fc.weight");
        String latent = graph.linear(features, weights, "fc");
        String normalized =
                graph.node(
                        "LpNormalization",
                        List.of(latent),
                        OnnxGraph.integer("axis", 1),
                        OnnxGraph.integer("p", 2));
        graph.output("latent", latent, BATCH, shape[0]);
        graph.output("normalized_latent", normalized, BATCH, shape[0]);
        graph.output("features", features, BATCH, shape[1]);
        Optional<FeatureStatistics> statistics = soda.featureStatistics();
        if (statistics.isPresent()) {
            List<String> joined = new ArrayList<>(List.of(latent));
            joined.addAll(means);
            String all = graph.node("Concat", joined, OnnxGraph.integer("axis", 1));
            int size = statistics.get().size();
            String mean = graph.constant("feature.mean", statistics.get().mean(), size);
            String deviation =
                    graph.constant("feature.deviation", statistics.get().deviation(), size);
            String centred = graph.node("Sub", all, mean);
            graph.output("standardized", graph.node("Div", centred, deviation), BATCH, size);
        }
    }

    /**
     * Bytes of any size to {@code images}: to the model's channels, cropped where the model is,
     * resized by antialiased bilinear sampling, as Pillow does it; runtimes round between its two
     * passes as Pillow does.
     */
    private String prepared(String pixels) {
        String x = graph.node("Transpose", List.of(pixels), OnnxGraph.integers("perm", 0, 3, 1, 2));
        if (config.inputChannels() == 1) {
            x = grey(x);
        }
        if (soda.config().preparation().fit() == ImagePreparation.Fit.CROP) {
            x = cropped(x);
        }
        String batch =
                graph.node(
                        "Shape",
                        List.of(x),
                        OnnxGraph.integer("start", 0),
                        OnnxGraph.integer("end", 2));
        String size =
                graph.node(
                        "Concat",
                        List.of(batch, graph.integers(height, width)),
                        OnnxGraph.integer("axis", 0));
        String resized =
                graph.node(
                        "Resize",
                        List.of(x, "", "", size),
                        OnnxGraph.text("mode", "linear"),
                        OnnxGraph.text("coordinate_transformation_mode", "half_pixel"),
                        OnnxGraph.integer("antialias", 1),
                        OnnxGraph.integer("exclude_outside", 1));
        String levels = graph.cast(resized, OnnxGraph.FLOAT);
        return graph.node("Div", levels, graph.constant("byte", new float[] {BYTE}));
    }

    /** The largest central part with the model's proportions, as {@link ImagePreparation} says. */
    private String cropped(String x) {
        String size =
                graph.node(
                        "Shape",
                        List.of(x),
                        OnnxGraph.integer("start", 2),
                        OnnxGraph.integer("end", 4));
        String exchanged =
                graph.node(
                        "Gather",
                        List.of(size, graph.integers(1, 0)),
                        OnnxGraph.integer("axis", 0));
        String product = graph.node("Mul", exchanged, graph.integers(height, width));
        String fitting = graph.node("Div", product, graph.integers(width, height));
        String least = graph.node("Max", fitting, graph.integers(1));
        String kept = graph.node("Min", size, least);
        String rest = graph.node("Sub", size, kept);
        String from = graph.node("Div", rest, graph.integers(2));
        String to = graph.node("Add", from, kept);
        return graph.node("Slice", x, from, to, graph.integers(2, 3));
    }

    /** Pillow's luma in whole numbers, all of which float32 holds exactly. */
    private String grey(String colours) {
        String luma = graph.constant("luma", new float[] {19595, 38470, 7471}, 1, 3, 1, 1);
        String half = graph.constant("luma.half", new float[] {32768}, 1);
        String sum = graph.convolution(graph.cast(colours, OnnxGraph.FLOAT), luma, half, 1, 1);
        String scale = graph.constant("luma.scale", new float[] {0x1p-16f});
        String level = graph.node("Floor", graph.node("Mul", sum, scale));
        return graph.cast(level, OnnxGraph.UINT8);
    }

    /** As {@link PixelNormalization#apply} does it. */
    private String normalized(String images) {
        PixelNormalization normalization = soda.config().normalization();
        int channels = normalization.mean().size();
        float[] scale = new float[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (1 / normalization.deviation().get(c));
            shift[c] = (float) (-normalization.mean().get(c) / normalization.deviation().get(c));
        }
        String scaled =
                graph.node("Mul", images, graph.constant("pixel.scale", scale, 1, channels, 1, 1));
        return graph.node("Add", scaled, graph.constant("pixel.shift", shift, 1, channels, 1, 1));
    }

    private String block(String x, String name, int stride) {
        int before = height;
        int beforeWidth = width;
        String shortcut =
                weights.has(name + "downsample.0.weight")
                        ? convNorm(x, name + "downsample.0", name + "downsample.1", stride)
                        : x;
        height = before;
        width = beforeWidth;
        String y;
        if (weights.has(name + "conv3.weight")) {
            y = convNormRelu(x, name + "conv1", name + "bn1", 1);
            y = convNormRelu(y, name + "conv2", name + "bn2", stride);
            y = convNorm(y, name + "conv3", name + "bn3", 1);
        } else {
            y = convNormRelu(x, name + "conv1", name + "bn1", stride);
            y = convNorm(y, name + "conv2", name + "bn2", 1);
        }
        return graph.node("Relu", graph.node("Add", y, shortcut));
    }

    /** Norm and ReLU before each convolution; those between two are folded as elsewhere. */
    private String preActivated(String x, String name, int stride) {
        String active = normRelu(x, name + "bn1");
        boolean bottleneck = weights.has(name + "conv3.weight");
        int before = height;
        int beforeWidth = width;
        String shortcut =
                weights.has(name + "downsample.0.weight")
                        ? convolution(active, name + "downsample.0", stride)
                        : x;
        height = before;
        width = beforeWidth;
        String y = convNormRelu(active, name + "conv1", name + "bn2", bottleneck ? 1 : stride);
        if (bottleneck) {
            y = convNormRelu(y, name + "conv2", name + "bn3", stride);
        }
        y = convolution(y, name + (bottleneck ? "conv3" : "conv2"), 1);
        return graph.node("Add", y, shortcut);
    }

    private String normRelu(String x, String norm) {
        float[] scale = weights.values(norm + ".weight");
        float[] bias = weights.values(norm + ".bias");
        if (config.norm() == NormLayer.GROUP_NORM) {
            int groups = config.norm().groups(scale.length);
            String normal = graph.groupNorm(x, groups, scale.length, height, width);
            return graph.node("Relu", scaledAndShifted(normal, norm, scale, bias));
        }
        float[] mean = weights.values(norm + ".running_mean");
        float[] variance = weights.values(norm + ".running_var");
        for (int c = 0; c < scale.length; c++) {
            double factor = scale[c] / Math.sqrt(variance[c] + NORM_EPSILON);
            scale[c] = (float) factor;
            bias[c] = (float) (bias[c] - mean[c] * factor);
        }
        return graph.node("Relu", scaledAndShifted(x, norm, scale, bias));
    }

    private String scaledAndShifted(String x, String norm, float[] scale, float[] bias) {
        int channels = scale.length;
        String scaled =
                graph.node("Mul", x, graph.kernel(norm + ".weight", scale, 1, channels, 1, 1));
        return graph.node("Add", scaled, graph.kernel(norm + ".bias", bias, 1, channels, 1, 1));
    }

    /** Without bias and norm. */
    private String convolution(String x, String name, int stride) {
        if (stride == 2) {
            halve();
        }
        long[] shape = weights.shape(name + ".weight");
        String kernel = graph.kernel(name + ".weight", weights.values(name + ".weight"), shape);
        return graph.convolution(x, kernel, null, Math.toIntExact(shape[2]), stride);
    }

    private String convNormRelu(String x, String convolution, String norm, int stride) {
        return graph.node("Relu", convNorm(x, convolution, norm, stride));
    }

    private String convNorm(String x, String convolution, String norm, int stride) {
        float[] kernel = weights.values(convolution + ".weight");
        long[] shape = weights.shape(convolution + ".weight");
        float[] scale = weights.values(norm + ".weight");
        float[] bias = weights.values(norm + ".bias");
        int channels = scale.length;
        if (stride == 2) {
            halve();
        }
        int size = Math.toIntExact(shape[2]);
        if (config.norm() == NormLayer.GROUP_NORM) {
            String y =
                    graph.convolution(
                            x,
                            graph.kernel(convolution + ".weight", kernel, shape),
                            null,
                            size,
                            stride);
            int groups = config.norm().groups(channels);
            String normal = graph.groupNorm(y, groups, channels, height, width);
            return scaledAndShifted(normal, norm, scale, bias);
        }
        fold(kernel, scale, bias, norm);
        return graph.convolution(
                x,
                graph.kernel(convolution + ".weight", kernel, shape),
                graph.kernel(norm + ".bias", bias, channels),
                size,
                stride);
    }

    /** Changes kernel and bias so that the convolution gives what the batch norm after it gave. */
    private void fold(float[] kernel, float[] scale, float[] bias, String norm) {
        float[] mean = weights.values(norm + ".running_mean");
        float[] variance = weights.values(norm + ".running_var");
        int each = kernel.length / scale.length;
        for (int c = 0; c < scale.length; c++) {
            double factor = scale[c] / Math.sqrt(variance[c] + NORM_EPSILON);
            for (int i = c * each; i < (c + 1) * each; i++) {
                kernel[i] = (float) (kernel[i] * factor);
            }
            bias[c] = (float) (bias[c] - mean[c] * factor);
        }
    }

    private void halve() {
        height = (height + 1) / 2;
        width = (width + 1) / 2;
    }

    /** The mean over all pixels, in float32. */
    private String mean(String x) {
        String pooled = graph.node("GlobalAveragePool", graph.toFloat(x));
        return graph.node("Flatten", List.of(pooled), OnnxGraph.integer("axis", 1));
    }
}
