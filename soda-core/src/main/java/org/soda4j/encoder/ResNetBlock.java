package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;

/** A basic (two 3 x 3) or bottleneck (1 x 1, 3 x 3, 1 x 1) block; the 3 x 3 carries the stride. */
final class ResNetBlock extends NamedBlock {

    private final int outChannels;
    private final int stride;
    private final NormLayer norm;
    private final List<Parameter[]> convolutions = new ArrayList<>();
    private final int stridedConvolution;
    private final Parameter[] projection;

    ResNetBlock(
            String name,
            long seed,
            int inChannels,
            int channels,
            int stride,
            ResNetEncoder config) {
        super(name, seed);
        this.stride = stride;
        norm = config.norm();
        outChannels = channels * config.expansion();
        if (config.expansion() == 1) {
            stridedConvolution = 0;
            convolutions.add(convNorm("conv1", "bn1", channels, inChannels, 3, stride));
            convolutions.add(convNorm("conv2", "bn2", channels, channels, 3, 1));
        } else {
            stridedConvolution = 1;
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

    private Parameter[] convNorm(String conv, String norm, int out, int in, int size, int stride) {
        return convNorm(
                conv,
                norm,
                new Shape(out, in, size, size),
                stride,
                this.norm == NormLayer.BATCH_NORM);
    }

    int outChannels() {
        return outChannels;
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H / stride, W / stride]}; the input stays open. */
    NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        boolean training = mode.training();
        NDArray shortcut =
                projection == null ? x : convNorm(store, x, projection, stride, false, mode);
        NDArray h = x;
        int last = convolutions.size() - 1;
        for (int i = 0; i < last; i++) {
            NDArray next =
                    convNorm(
                            store,
                            h,
                            convolutions.get(i),
                            i == stridedConvolution ? stride : 1,
                            true,
                            mode);
            if (h != x) {
                h.close();
            }
            h = next;
        }
        NDArray[] lastValues = values(store, x, training, convolutions.get(last));
        NDArray y = Operators.convNormAddRelu(h, shortcut, lastValues, groups(lastValues), mode);
        h.close();
        if (shortcut != x) {
            shortcut.close();
        }
        return y;
    }

    private NDArray convNorm(
            ParameterStore store,
            NDArray x,
            Parameter[] parameters,
            int strideOfThis,
            boolean relu,
            OperatorMode mode) {
        NDArray[] values = values(store, x, mode.training(), parameters);
        return Operators.convNorm(x, values, groups(values), strideOfThis, relu, mode);
    }

    private int groups(NDArray[] values) {
        return norm.groups(Math.toIntExact(values[0].getShape().get(0)));
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
