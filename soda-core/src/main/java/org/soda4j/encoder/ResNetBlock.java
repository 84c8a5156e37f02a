package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;

/** A basic (two 3 x 3) or bottleneck (1 x 1, 3 x 3, 1 x 1) block; the 3 x 3 carries the stride. */
final class ResNetBlock extends NamedBlock {

    private final int outChannels;
    private final int stride;
    private final NormLayer norm;
    private final List<ConvNorm> convolutions = new ArrayList<>();
    private final ConvNorm projection;

    ResNetBlock(
            String name,
            long seed,
            int inChannels,
            int channels,
            int stride,
            ResNetEncoderConfig config) {
        super(name, seed);
        this.stride = stride;
        norm = config.norm();
        outChannels = channels * config.expansion();
        if (config.expansion() == 1) {
            convolutions.add(convNorm("conv1", "bn1", channels, inChannels, 3, stride));
            convolutions.add(convNorm("conv2", "bn2", channels, channels, 3, 1));
        } else {
            convolutions.add(convNorm("conv1", "bn1", channels, inChannels, 1, 1));
            convolutions.add(convNorm("conv2", "bn2", channels, channels, 3, stride));
            convolutions.add(convNorm("conv3", "bn3", outChannels, channels, 1, 1));
        }
        projection =
                stride != 1 || inChannels != outChannels
                        ? convNorm(
                                "downsample.0", "downsample.1", outChannels, inChannels, 1, stride)
                        : null;
    }

    private ConvNorm convNorm(String conv, String bn, int out, int in, int size, int stride) {
        return convNorm(conv, bn, new Shape(out, in, size, size), norm.groups(out), stride);
    }

    int outChannels() {
        return outChannels;
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H / stride, W / stride]}; the input stays open. */
    NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        NDArray shortcut = projection == null ? x : projection.apply(store, x, false, mode);
        NDArray h = x;
        int last = convolutions.size() - 1;
        for (ConvNorm convolution : convolutions.subList(0, last)) {
            NDArray next = convolution.apply(store, h, true, mode);
            if (h != x) {
                h.close();
            }
            h = next;
        }
        NDArray y = convolutions.get(last).applyAddRelu(store, h, shortcut, mode);
        h.close();
        if (shortcut != x) {
            shortcut.close();
        }
        return y;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4);
        return new NDList(apply(store, inputs.get(0), mode(training, params)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        return new Shape[] {
            new Shape(
                    in.get(0),
                    outChannels,
                    (in.get(2) + stride - 1) / stride,
                    (in.get(3) + stride - 1) / stride)
        };
    }
}
