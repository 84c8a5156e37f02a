package org.soda4j.eval.onnx;

import java.util.ArrayList;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewPooling;

/**
 * What cameras add to encoder and denoiser, as ONNX operators: rays as channels, several latents as
 * one, and their sections as tokens. In float32, as in the model itself.
 */
final class ViewGraph {

    /** Numbers of a ray: where it begins and where it goes, three each. */
    static final int RAY = 6;

    private static final String VIEWS = "S";

    private final OnnxGraph graph;
    private final Soda soda;
    private final ViewConditioning views;

    ViewGraph(OnnxGraph graph, Soda soda) {
        this.graph = graph;
        this.soda = soda;
        views = soda.config().views();
    }

    /** A latent for each source view. */
    String latents(String batch, int size) {
        return graph.input("z", OnnxGraph.FLOAT, batch, VIEWS, size);
    }

    /** The input {@code rays} as a {@link RayEncoding} makes channels of it, of one part. */
    String rayChannels(String part, String batch, int height, int width) {
        String rays = graph.input("rays", OnnxGraph.FLOAT, batch, RAY, height, width);
        List<String> halves =
                graph.nodes(
                        "Split",
                        2,
                        List.of(rays, graph.integers(RAY / 2, RAY / 2)),
                        OnnxGraph.integer("axis", 1));
        List<String> waves = new ArrayList<>();
        addWaves(waves, halves.get(0), views.rays().originBands());
        addWaves(waves, halves.get(1), views.rays().directionBands());
        String all = graph.node("Concat", waves, OnnxGraph.integer("axis", 1));
        if (views.rays().width() == 0) {
            return all;
        }
        ModelWeights weights = new ModelWeights(soda, part + ".views.rays.");
        String name = "projection.weight";
        String bias = "projection.bias";
        return graph.convolution(
                all,
                graph.constant("rays." + name, weights.values(name), weights.shape(name)),
                graph.constant("rays." + bias, weights.values(bias), weights.shape(bias)),
                1,
                1);
    }

    private void addWaves(List<String> waves, String numbers, int bands) {
        waves.add(numbers);
        for (int k = 0; k < bands; k++) {
            String factor = graph.shared("band." + k, new float[] {1 << k}, 1);
            String angles = graph.node("Mul", numbers, factor);
            waves.add(graph.node("Sin", angles));
            waves.add(graph.node("Cos", angles));
        }
    }

    /** Latents {@code [N, S, d]} to {@code [N, d]}, as {@link ViewPooling} says. */
    String pooled(String latents) {
        if (views.pooling() == ViewPooling.MEAN) {
            return graph.node(
                    "ReduceMean",
                    List.of(latents),
                    OnnxGraph.integers("axes", 1),
                    OnnxGraph.integer("keepdims", 0));
        }
        ModelWeights weights = new ModelWeights(soda, "encoder.views.pool.");
        String hidden =
                graph.node(
                        "Add",
                        graph.node("MatMul", latents, transposed(weights, "hidden.weight")),
                        constant(weights, "hidden.bias"));
        String active = graph.node("Tanh", hidden);
        String scores = graph.node("MatMul", active, transposed(weights, "score.weight"));
        String shares = graph.node("Softmax", List.of(scores), OnnxGraph.integer("axis", 1));
        return sumOverViews(graph.node("Mul", latents, shares));
    }

    private String sumOverViews(String x) {
        return graph.node(
                "ReduceSum", List.of(x, graph.integers(1)), OnnxGraph.integer("keepdims", 0));
    }

    /**
     * Latents {@code [N, S, d]} to tokens {@code [N, S sections, width]}.
     *
     * @param kept 1 where an example keeps a number of its latents, otherwise 0, {@code [N, d]}
     * @param spread 1 where a section's part of the latent is, {@code [sections, d]}
     */
    String tokens(String latents, String kept, String spread, int width) {
        String z = graph.node("Mul", latents, graph.node("Unsqueeze", kept, graph.integers(1)));
        String each = graph.node("Unsqueeze", z, graph.integers(2));
        String cut = graph.node("Mul", each, spread);
        ModelWeights weights = new ModelWeights(soda, "decoder.views.tokens.");
        String mapped = graph.node("MatMul", cut, transposed(weights, "weight"));
        String named = graph.node("Add", mapped, constant(weights, "embedding"));
        return graph.node("Reshape", named, graph.integers(0, -1, width));
    }

    private String constant(ModelWeights weights, String name) {
        return graph.constant("views." + name, weights.values(name), weights.shape(name));
    }

    private String transposed(ModelWeights weights, String name) {
        return graph.node(
                "Transpose", List.of(constant(weights, name)), OnnxGraph.integers("perm", 1, 0));
    }
}
