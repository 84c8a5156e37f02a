package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.OperatorMode;

/** A basic (two 3 x 3) or bottleneck (1 x 1, 3 x 3, 1 x 1) block; the 3 x 3 carries the stride. */
abstract sealed class ResNetBlock extends NamedBlock
        permits PostActivationBlock, PreActivationBlock {

    private final Layout layout;

    /**
     * What a block's convolutions are.
     *
     * @param inChannels of its input
     * @param outChannels of its output
     * @param stride of the block
     * @param convolutions one after the other
     */
    record Layout(int inChannels, int outChannels, int stride, List<Convolution> convolutions) {

        /**
         * One of them.
         *
         * @param in its input's channels
         * @param out its output's channels
         * @param size of the square kernel
         * @param stride 1 or the block's
         */
        record Convolution(int in, int out, int size, int stride) {}

        static Layout of(int in, int channels, int stride, ResNetEncoderConfig config) {
            int out = channels * config.expansion();
            List<Convolution> convolutions =
                    config.expansion() == 1
                            ? List.of(
                                    new Convolution(in, channels, 3, stride),
                                    new Convolution(channels, channels, 3, 1))
                            : List.of(
                                    new Convolution(in, channels, 1, 1),
                                    new Convolution(channels, channels, 3, stride),
                                    new Convolution(channels, out, 1, 1));
            return new Layout(in, out, stride, convolutions);
        }

        boolean needsProjection() {
            return stride != 1 || inChannels != outChannels;
        }
    }

    ResNetBlock(String name, long seed, Layout layout, ResNetEncoderConfig config) {
        super(name, seed, config.initialization().ofBlocks());
        this.layout = layout;
    }

    static ResNetBlock of(
            String name,
            long seed,
            int inChannels,
            int channels,
            int stride,
            ResNetEncoderConfig config) {
        Layout layout = Layout.of(inChannels, channels, stride, config);
        return config.preActivation()
                ? new PreActivationBlock(name, seed, layout, config)
                : new PostActivationBlock(name, seed, layout, config);
    }

    /** The kernel of {@code conv1}, {@code conv2} or {@code conv3}. */
    final Parameter kernel(int index) {
        Layout.Convolution c = layout.convolutions().get(index);
        return weight("conv%d.weight".formatted(index + 1), c.out(), c.in(), c.size(), c.size());
    }

    /** The 1 x 1 kernel of a shortcut that changes channels or resolution. */
    final Parameter projectionKernel() {
        return weight("downsample.0.weight", layout.outChannels(), layout.inChannels(), 1, 1);
    }

    final int outChannels() {
        return layout.outChannels();
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H / stride, W / stride]}; the input stays open. */
    abstract NDArray apply(ParameterStore store, NDArray x, OperatorMode mode);

    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        requireInputs(inputs, 4);
        return new NDList(apply(store, inputs.get(0), mode(training, params)));
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape in = inputShapes[0];
        int stride = layout.stride();
        return new Shape[] {
            new Shape(
                    in.get(0),
                    layout.outChannels(),
                    (in.get(2) + stride - 1) / stride,
                    (in.get(3) + stride - 1) / stride)
        };
    }
}
