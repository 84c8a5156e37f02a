package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.Affine;
import org.soda4j.engine.AffineParameters;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.Resample;

/**
 * One stage of the U-Net's down or up path: a residual block with or without attention, or a change
 * of resolution by a convolution or a residual block.
 */
final class UNetStage extends NamedBlock {

    private final String name;
    private final int section;
    private final boolean popsSkip;
    private final Resample resample;
    private final ModulatedResidualBlock residual;
    private final AttentionBlock attention;
    private final AffineParameters convolution;
    private final CrossAttentionBlock crossAttention;

    /**
     * @param name the full name
     * @param section of the latent, that drives its residual block if it has one
     * @param latentSize of that section
     */
    UNetStage(
            String name,
            UNetPlan.Stage plan,
            int section,
            int latentSize,
            UNetDenoiserConfig config,
            long seed) {
        super(name, seed, config.initialization().initialValues());
        this.name = name;
        this.section = section;
        popsSkip = plan.popsSkip();
        resample = plan.resample();
        boolean byConvolution = resample != Resample.NONE && !config.residualResampling();
        int out = plan.outChannels();
        if (byConvolution) {
            residual = null;
            convolution = affine("conv", out, out, 3, 3);
        } else {
            String local = resample == Resample.NONE ? "res" : "op";
            residual =
                    part(
                            local,
                            config.residual(plan.inChannels(), out, latentSize, resample)
                                    .seed(seed)
                                    .named(nameOf(local)));
            convolution = null;
        }
        attention =
                plan.attention()
                        ? part("attn", config.attention(out).seed(seed).named(nameOf("attn")))
                        : null;
        crossAttention =
                plan.crossAttention()
                        ? part(
                                "views",
                                config.crossAttention(out).seed(seed).named(nameOf("views")))
                        : null;
    }

    /** The name in the PyTorch implementation, such as {@code up.3}. */
    String name() {
        return name;
    }

    boolean popsSkip() {
        return popsSkip;
    }

    Resample resample() {
        return resample;
    }

    /**
     * {@code x} stays open; {@code latents} holds SiLU of every section, {@code tokens} what
     * cross-attention attends to, null without.
     */
    NDArray apply(
            ParameterStore store,
            NDArray x,
            NDArray time,
            NDList latents,
            NDArray tokens,
            OperatorMode mode) {
        if (residual == null) {
            Affine layer = convolution.values(store, x, mode);
            return resample == Resample.DOWN
                    ? Operators.conv(x, layer, 2, mode)
                    : Operators.resizeConv(x, layer, resample, mode);
        }
        NDArray y = residual.apply(store, x, time, latents.get(section), mode);
        if (attention != null) {
            try (NDArray before = y) {
                y = attention.apply(store, before, mode);
            }
        }
        if (crossAttention != null) {
            try (NDArray before = y) {
                y = crossAttention.apply(store, before, tokens, mode);
            }
        }
        return y;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray y =
                apply(
                        store,
                        inputs.get(0),
                        inputs.get(1),
                        inputs.subNDList(2),
                        null,
                        mode(training, params));
        return new NDList(y);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        long channels =
                residual == null ? in.get(1) : residual.getOutputShapes(inputShapes)[0].get(1);
        return new Shape[] {
            new Shape(in.get(0), channels, resample.size(in.get(2)), resample.size(in.get(3)))
        };
    }
}
