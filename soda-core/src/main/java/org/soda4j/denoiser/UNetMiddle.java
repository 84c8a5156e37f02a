package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Resample;

/** The U-Net's middle h_m: a residual block, attention, and a residual block. */
final class UNetMiddle extends NamedBlock {

    private final ModulatedResidualBlock first;
    private final AttentionBlock attention;
    private final CrossAttentionBlock crossAttention;
    private final ModulatedResidualBlock second;

    /**
     * @param name the full name
     * @param crosses whether cross-attention follows the attention
     */
    UNetMiddle(
            String name,
            int channels,
            int latentSize,
            boolean crosses,
            UNetDenoiserConfig config,
            long seed) {
        super(name, seed);
        first = part("res1", residual("res1", channels, latentSize, config));
        attention = part("attn", config.attention(channels).seed(seed).named(nameOf("attn")));
        crossAttention =
                crosses
                        ? part(
                                "views",
                                config.crossAttention(channels).seed(seed).named(nameOf("views")))
                        : null;
        second = part("res2", residual("res2", channels, latentSize, config));
    }

    private ModulatedResidualBlock residual(
            String local, int channels, int latentSize, UNetDenoiserConfig config) {
        return config.residual(channels, channels, latentSize, Resample.NONE)
                .seed(seed())
                .named(nameOf(local));
    }

    /**
     * {@code x} stays open; {@code latent} is SiLU of its section, {@code tokens} what
     * cross-attention attends to, null without.
     */
    NDArray apply(
            ParameterStore store,
            NDArray x,
            NDArray time,
            NDArray latent,
            NDArray tokens,
            OperatorMode mode) {
        try (NDArray y = first.apply(store, x, time, latent, mode);
                NDArray attended = attention.apply(store, y, mode);
                NDArray crossed = cross(store, attended, tokens, mode)) {
            return second.apply(store, crossed, time, latent, mode);
        }
    }

    private NDArray cross(ParameterStore store, NDArray x, NDArray tokens, OperatorMode mode) {
        return crossAttention == null ? x : crossAttention.apply(store, x, tokens, mode);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(
                apply(
                        store,
                        inputs.get(0),
                        inputs.get(1),
                        inputs.get(2),
                        inputs.size() > 3 ? inputs.get(3) : null,
                        mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
