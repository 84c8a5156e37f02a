package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.OperatorMode;

/** Norm after each convolution, ReLU after the sum (He et al. 2016, "Deep residual learning"). */
final class PostActivationBlock extends ResNetBlock {

    private final List<ConvNorm> convolutions = new ArrayList<>();
    private final ConvNorm projection;

    PostActivationBlock(String name, long seed, Layout layout, ResNetEncoderConfig config) {
        super(name, seed, layout, config);
        List<Layout.Convolution> planned = layout.convolutions();
        for (int i = 0; i < planned.size(); i++) {
            Layout.Convolution c = planned.get(i);
            int groups = config.norm().groups(c.out());
            convolutions.add(convNorm(kernel(i), "bn" + (i + 1), groups, c.stride()));
        }
        projection =
                layout.needsProjection()
                        ? convNorm(
                                projectionKernel(),
                                "downsample.1",
                                config.norm().groups(layout.outChannels()),
                                layout.stride())
                        : null;
    }

    @Override
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
}
