package org.soda4j.denoiser;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.Resample;

/**
 * A residual block under adaptive group normalisation (AdaGN, paper section 3.1): norm, SiLU,
 * convolution, then {@code z_s (t_s norm(h) + t_b) + z_b}, SiLU, dropout, convolution, and the sum
 * with the input.
 */
final class ResidualBlock extends NamedBlock {

    private final int outChannels;
    private final int groups;
    private final double dropout;
    private final Resample resample;
    private final Parameter[] first;
    private final Parameter[] second;
    private final Parameter[] shortcut;

    /**
     * @param inChannels of the input
     * @param outChannels of the output
     * @param latentSize dimensions of the section that drives this block
     * @param resample change of resolution before the first convolution
     */
    ResidualBlock(
            String name,
            long seed,
            int inChannels,
            int outChannels,
            int latentSize,
            Resample resample,
            UNetDenoiser config) {
        super(name, seed);
        this.outChannels = outChannels;
        this.resample = resample;
        groups = config.groups();
        dropout = config.dropout();
        int time = 4 * config.channels();
        first =
                new Parameter[] {
                    normWeight("norm1.weight", inChannels),
                    normBias("norm1.bias", inChannels),
                    weight("conv1.weight", outChannels, inChannels, 3, 3),
                    bias("conv1.bias", inChannels * 9L, outChannels)
                };
        second =
                new Parameter[] {
                    weight("time_emb.1.weight", 2L * outChannels, time),
                    bias("time_emb.1.bias", time, 2L * outChannels),
                    weight("z_emb.1.weight", 2L * outChannels, latentSize),
                    bias("z_emb.1.bias", latentSize, 2L * outChannels),
                    normWeight("norm2.weight", outChannels),
                    normBias("norm2.bias", outChannels),
                    weight("conv2.1.weight", outChannels, outChannels, 3, 3),
                    bias("conv2.1.bias", outChannels * 9L, outChannels)
                };
        shortcut =
                inChannels == outChannels
                        ? null
                        : new Parameter[] {
                            weight("shortcut.weight", outChannels, inChannels, 1, 1),
                            bias("shortcut.bias", inChannels, outChannels)
                        };
    }

    /**
     * @param x {@code [N, in, H, W]}; stays open
     * @param time SiLU of the time embedding {@code [K N, 4 channels]}
     * @param latent SiLU of the section {@code [K N, section]}
     * @return {@code [K N, out, H', W']}, x under each N latents
     */
    NDArray apply(
            ParameterStore store, NDArray x, NDArray time, NDArray latent, OperatorMode mode) {
        boolean training = mode.training();
        NDArray[] f = values(store, x, training, first);
        NDArray[] s = values(store, x, training, second);
        NDArray straight = shortcut(store, x, mode);
        try (NDArray h =
                Operators.normSiluConv(x, f[0], f[1], f[2], f[3], groups, resample, mode)) {
            NDArray[] inputs = {
                h, straight, time, latent, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
            };
            return Operators.modulatedConv(inputs, groups, dropout, mode);
        } finally {
            if (straight != x) {
                straight.close();
            }
        }
    }

    private NDArray shortcut(ParameterStore store, NDArray x, OperatorMode mode) {
        if (shortcut == null) {
            return resample == Resample.NONE ? x : Operators.resize(x, resample, mode.training());
        }
        NDArray[] s = values(store, x, mode.training(), shortcut);
        return Operators.resizeConv(x, s[0], s[1], resample, mode);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4, 2, 2);
        return new NDList(
                apply(store, inputs.get(0), inputs.get(1), inputs.get(2), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        return new Shape[] {
            new Shape(in.get(0), outChannels, resample.size(in.get(2)), resample.size(in.get(3)))
        };
    }
}
