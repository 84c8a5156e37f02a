package org.soda4j.eval.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.ViewConditioning;

/**
 * A {@code UNetDenoiser} as ONNX operators. Times, latents and what they modulate by are float32,
 * as in the model itself.
 */
final class DenoiserGraph {

    private static final String BATCH = "N";

    private final OnnxGraph graph;
    private final ModelWeights weights;
    private final UNetDenoiserConfig config;
    private final LatentLayout layout;
    private final LayerModulation modulation;

    /** Null in a model without cameras. */
    private final ViewConditioning views;

    private final ViewGraph viewGraph;

    /** SiLU of the time's embedding and of each section of the latent. */
    private String time;

    private List<String> sections;

    /**
     * Of the latents of all source views, {@code [N, width, tokens, 1]}; null without
     * cross-attention.
     */
    private String tokens;

    /** Feature maps as they are now. */
    private int height;

    private int width;
    private int channels;

    private int stages;

    DenoiserGraph(Soda soda, UNetDenoiserConfig config, boolean half) {
        this.config = config;
        graph = new OnnxGraph("soda-denoiser", half);
        weights = new ModelWeights(soda, "decoder.");
        layout = soda.config().latent();
        modulation = soda.config().modulation();
        views = soda.config().views();
        viewGraph = new ViewGraph(graph, soda);
        height = config.imageShape().get(1);
        width = config.imageShape().get(2);
    }

    GraphProto build() {
        int images = config.imageShape().get(0);
        String noisy = graph.input("x_t", OnnxGraph.FLOAT, BATCH, images, height, width);
        time = time(graph.input("t", OnnxGraph.FLOAT, BATCH));
        String z =
                views == null
                        ? graph.input("z", OnnxGraph.FLOAT, BATCH, layout.size())
                        : viewGraph.latents(BATCH, layout.size());
        conditions(z, graph.input("keep", OnnxGraph.FLOAT, BATCH, layout.sections()));
        String seen = views == null ? noisy : withRays(noisy);

        channels = config.channels();
        String x = convolution(graph.toMaps(seen), "image_proj", 1);
        Deque<String> skips = new ArrayDeque<>(List.of(x));
        Deque<Integer> widths = new ArrayDeque<>(List.of(channels));
        int levels = config.multipliers().size();
        for (int level = 0; level < levels; level++) {
            for (int i = 0; i < config.blocks(); i++) {
                x = stage(x, "down.", level, skips.size());
                skips.push(x);
                widths.push(channels);
            }
            if (level < levels - 1) {
                x = resampled(x, "down.", skips.size(), Resampling.DOWN);
                skips.push(x);
                widths.push(channels);
            }
        }
        x = residual(x, "middle.res1.", channels, skips.size(), Resampling.NONE);
        x = attention(x, "middle.attn.");
        x = crosses(levels - 1) ? crossAttention(x, "middle.views.") : x;
        x = residual(x, "middle.res2.", channels, skips.size(), Resampling.NONE);
        stages = 0;
        for (int level = levels - 1; level >= 0; level--) {
            for (int i = 0; i <= config.blocks(); i++) {
                x = graph.node("Concat", List.of(x, skips.pop()), OnnxGraph.integer("axis", 1));
                channels += widths.pop();
                x = stage(x, "up.", level, skips.size());
            }
            if (level > 0) {
                x = resampled(x, "up.", skips.size(), Resampling.UP);
            }
        }
        x = graph.silu(normAffine(x, "norm", UNetDenoiserConfig.lastGroups()));
        channels = images;
        graph.output(
                "prediction",
                graph.toFloat(convolution(x, "final", 1)),
                BATCH,
                images,
                height,
                width);
        return graph.build();
    }

    private int widthOf(int level) {
        return config.channels() * config.multipliers().get(level);
    }

    private boolean attends(int level) {
        return config.attention().contains(level);
    }

    private boolean crosses(int level) {
        return views != null && views.crossAttention().contains(level);
    }

    private enum Resampling {
        NONE,
        DOWN,
        UP
    }

    /** SiLU of what {@code TimeEmbedding} gives. */
    private String time(String times) {
        int half = config.channels() / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(10000) * i / (half - 1));
        }
        float[] divisor = {(float) config.timeDivisor()};
        String column = graph.node("Reshape", times, graph.integers(-1, 1));
        String scaled = graph.node("Div", column, graph.constant("time.divisor", divisor, 1));
        String angles =
                graph.node("Mul", scaled, graph.constant("time.waves", frequencies, 1, half));
        String waves =
                graph.node(
                        "Concat",
                        List.of(graph.node("Sin", angles), graph.node("Cos", angles)),
                        OnnxGraph.integer("axis", 1));
        String hidden = graph.silu(graph.linear(waves, weights, "time_emb.lin1"));
        return graph.silu(graph.linear(hidden, weights, "time_emb.lin2"));
    }

    /** The target camera's channels join the image's, as zeros where the camera is hidden. */
    private String withRays(String noisy) {
        String rays = viewGraph.rayChannels("decoder", BATCH, height, width);
        String keep = graph.input("keep_camera", OnnxGraph.FLOAT, BATCH);
        String factor = graph.node("Reshape", keep, graph.integers(-1, 1, 1, 1));
        String kept = graph.node("Mul", rays, factor);
        return graph.node("Concat", List.of(noisy, kept), OnnxGraph.integer("axis", 1));
    }

    /** What is kept of the latent, as sections and, where there are source views, as tokens. */
    private void conditions(String z, String keep) {
        int count = layout.sections();
        float[] parts = new float[count * layout.size()];
        for (int i = 0; i < count; i++) {
            int from = i * layout.size() + layout.offset(i);
            Arrays.fill(parts, from, from + layout.size(i), 1);
        }
        String spread = graph.constant("spread", parts, count, layout.size());
        String each = graph.node("MatMul", keep, spread);
        String one = views == null ? z : viewGraph.pooled(z);
        sections = sections(graph.silu(graph.node("Mul", one, each)));
        tokens =
                views == null || views.crossAttention().isEmpty()
                        ? null
                        : columns(viewGraph.tokens(z, each, spread, config.channels()));
    }

    /** Rows {@code [N, rows, width]} as a map of one column, {@code [N, width, rows, 1]}. */
    private String columns(String rows) {
        String across =
                graph.node(
                        "Transpose",
                        List.of(graph.toMaps(rows)),
                        OnnxGraph.integers("perm", 0, 2, 1));
        return graph.node("Unsqueeze", across, graph.integers(3));
    }

    private List<String> sections(String active) {
        int count = layout.sections();
        if (count == 1) {
            return List.of(active);
        }
        long[] sizes = layout.sizes().stream().mapToLong(Integer::longValue).toArray();
        return graph.nodes(
                "Split",
                count,
                List.of(active, graph.integers(sizes)),
                OnnxGraph.integer("axis", 1));
    }

    private String stage(String x, String side, int level, int depth) {
        String name = side + stages++ + ".";
        String y = residual(x, name + "res.", widthOf(level), depth, Resampling.NONE);
        y = attends(level) ? attention(y, name + "attn.") : y;
        return crosses(level) ? crossAttention(y, name + "views.") : y;
    }

    private String resampled(String x, String side, int depth, Resampling how) {
        String name = side + stages++ + ".";
        if (config.residualResampling()) {
            return residual(x, name + "op.", channels, depth, how);
        }
        if (how == Resampling.DOWN) {
            height /= 2;
            width /= 2;
            return convolution(x, name + "conv", 2);
        }
        String y = resize(x, how);
        height *= 2;
        width *= 2;
        return convolution(y, name + "conv", 1);
    }

    private String residual(String x, String name, int out, int depth, Resampling how) {
        String h = graph.silu(normAffine(x, name + "norm1", config.groups()));
        h = resize(h, how);
        String shortcut = resize(x, how);
        height = how == Resampling.UP ? 2 * height : how == Resampling.DOWN ? height / 2 : height;
        width = how == Resampling.UP ? 2 * width : how == Resampling.DOWN ? width / 2 : width;
        if (weights.has(name + "shortcut.weight")) {
            shortcut = convolution(shortcut, name + "shortcut", 1);
        }
        h = convolution(h, name + "conv1", 1);
        channels = out;
        h = graph.silu(modulated(h, name, modulation.section(depth, config.depths())));
        h = convolution(h, name + "conv2.1", 1);
        String sum = graph.node("Add", h, shortcut);
        if (!config.rescaledSums()) {
            return sum;
        }
        float[] factor = {(float) Math.sqrt(0.5)};
        return graph.node("Mul", sum, graph.kernel(name + "rescaling", factor, 1));
    }

    /** {@code z_s (t_s norm(h) + t_b) + z_b}, as one scale and one shift of what is normalised. */
    private String modulated(String h, String name, int section) {
        List<String> t = chunks(graph.linear(time, weights, name + "time_emb.1"));
        List<String> z = chunks(graph.linear(sections.get(section), weights, name + "z_emb.1"));
        String weight = vector(name + "norm2.weight");
        String bias = vector(name + "norm2.bias");
        String timeScale = graph.node("Mul", t.get(0), weight);
        String scale = graph.node("Mul", z.get(0), timeScale);
        String timeShift = graph.node("Add", graph.node("Mul", t.get(0), bias), t.get(1));
        String shift = graph.node("Add", graph.node("Mul", z.get(0), timeShift), z.get(1));
        String normal = graph.groupNorm(h, config.groups(), channels, height, width);
        String scaled = graph.node("Mul", normal, perChannel(scale));
        return graph.node("Add", scaled, perChannel(shift));
    }

    private List<String> chunks(String both) {
        return graph.nodes(
                "Split",
                2,
                List.of(both, graph.integers(channels, channels)),
                OnnxGraph.integer("axis", 1));
    }

    private String perChannel(String rows) {
        return graph.node("Unsqueeze", graph.toMaps(rows), graph.integers(2, 3));
    }

    private String vector(String name) {
        float[] values = weights.values(name);
        return graph.constant(name, values, values.length);
    }

    /** Self-attention over the pixels; queries, keys and values stand head by head. */
    private String attention(String x, String name) {
        int each = config.channelsPerHead() == 0 ? channels : config.channelsPerHead();
        int heads = channels / each;
        int pixels = height * width;
        String normal = normAffine(x, name + "norm", config.groups());
        String projected = pointwise(normal, name + "projection", 3 * channels);
        String rows = graph.node("Reshape", projected, graph.integers(0, heads, 3L * each, pixels));
        List<String> parts =
                graph.nodes(
                        "Split",
                        3,
                        List.of(rows, graph.integers(each, each, each)),
                        OnnxGraph.integer("axis", 2));
        return attended(x, name, parts.get(0), parts.get(1), parts.get(2));
    }

    /** Attention of the pixels to the tokens. */
    private String crossAttention(String x, String name) {
        int each = config.channelsPerHead() == 0 ? channels : config.channelsPerHead();
        int heads = channels / each;
        String normal = normAffine(x, name + "norm", config.groups());
        String queries =
                graph.node(
                        "Reshape",
                        pointwise(normal, name + "query", channels),
                        graph.integers(0, heads, each, (long) height * width));
        List<String> parts =
                graph.nodes(
                        "Split",
                        2,
                        List.of(
                                graph.node(
                                        "Reshape",
                                        pointwise(tokens, name + "key_value", 2 * channels),
                                        graph.integers(0, heads, 2L * each, -1)),
                                graph.integers(each, each)),
                        OnnxGraph.integer("axis", 2));
        return attended(x, name, queries, parts.get(0), parts.get(1));
    }

    /**
     * Adds to x what its pixels take from others.
     *
     * @param queries {@code [N, heads, each, pixels]}
     * @param keys {@code [N, heads, each, what is attended to]}
     * @param values {@code [N, heads, each, what is attended to]}
     */
    private String attended(String x, String name, String queries, String keys, String values) {
        int each = config.channelsPerHead() == 0 ? channels : config.channelsPerHead();
        float[] root = {(float) Math.pow(each, -0.5)};
        String scale = graph.kernel(name + "scale", root, 1);
        String scaled = graph.node("Mul", queries, scale);
        String products = graph.node("MatMul", transposed(scaled), keys);
        String shares = graph.node("Softmax", List.of(products), OnnxGraph.integer("axis", -1));
        String y = graph.node("MatMul", values, transposed(shares));
        String maps = graph.node("Reshape", y, graph.integers(0, channels, height, width));
        return graph.node("Add", pointwise(maps, name + "output", channels), x);
    }

    private String transposed(String x) {
        return graph.node("Transpose", List.of(x), OnnxGraph.integers("perm", 0, 1, 3, 2));
    }

    /** A linear layer on the channels of each pixel. */
    private String pointwise(String x, String name, int out) {
        float[] kernel = weights.values(name + ".weight");
        String weight = graph.kernel(name + ".weight", kernel, out, kernel.length / out, 1, 1);
        String bias = graph.kernel(name + ".bias", weights.values(name + ".bias"), out);
        return graph.convolution(x, weight, bias, 1, 1);
    }

    private String convolution(String x, String name, int stride) {
        long[] shape = weights.shape(name + ".weight");
        return graph.convolution(
                x,
                graph.kernel(name + ".weight", weights.values(name + ".weight"), shape),
                graph.kernel(name + ".bias", weights.values(name + ".bias"), shape[0]),
                Math.toIntExact(shape[2]),
                stride);
    }

    private String normAffine(String x, String name, int groups) {
        String normal = graph.groupNorm(x, groups, channels, height, width);
        String weight =
                graph.kernel(name + ".weight", weights.values(name + ".weight"), 1, channels, 1, 1);
        String bias =
                graph.kernel(name + ".bias", weights.values(name + ".bias"), 1, channels, 1, 1);
        return graph.node("Add", graph.node("Mul", normal, weight), bias);
    }

    private String resize(String x, Resampling how) {
        return switch (how) {
            case NONE -> x;
            case DOWN ->
                    graph.node(
                            "AveragePool",
                            List.of(x),
                            OnnxGraph.integers("kernel_shape", 2, 2),
                            OnnxGraph.integers("strides", 2, 2));
            case UP ->
                    graph.node(
                            "Resize",
                            List.of(x, "", graph.shared("double", new float[] {1, 1, 2, 2}, 4)),
                            OnnxGraph.text("mode", "nearest"),
                            OnnxGraph.text("coordinate_transformation_mode", "asymmetric"),
                            OnnxGraph.text("nearest_mode", "floor"));
        };
    }
}
