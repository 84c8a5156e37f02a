package org.soda4j.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.EncoderOperators;
import org.soda4j.engine.NormParameters;
import org.soda4j.engine.OperatorMode;

/**
 * Norm and ReLU before each convolution, nothing after the sum (He et al. 2016, "Identity mappings
 * in deep residual networks", ResNet V2). The convolution of a shortcut sees what the first one
 * sees, and has no norm.
 */
final class PreActivationBlock extends ResNetBlock {

    private final int stride;
    private final NormParameters first;

    /**
     * All but the last, each with the norm before the one after it: the same as in {@link
     * ConvNorm}.
     */
    private final List<ConvNorm> convolutions = new ArrayList<>();

    private final Parameter last;
    private final Parameter projection;

    PreActivationBlock(String name, long seed, Layout layout, ResNetEncoderConfig config) {
        super(name, seed, layout, config);
        stride = layout.stride();
        int in = layout.inChannels();
        first = norm("bn1", in, config.norm().groups(in));
        List<Layout.Convolution> planned = layout.convolutions();
        for (int i = 0; i < planned.size() - 1; i++) {
            Layout.Convolution c = planned.get(i);
            int groups = config.norm().groups(c.out());
            convolutions.add(convNorm(kernel(i), "bn" + (i + 2), groups, c.stride()));
        }
        last = kernel(planned.size() - 1);
        projection = layout.needsProjection() ? projectionKernel() : null;
    }

    @Override
    NDArray apply(ParameterStore store, NDArray x, OperatorMode mode) {
        NDArray h = EncoderOperators.normRelu(x, first.values(store, x, mode), mode);
        NDArray shortcut =
                projection == null
                        ? x
                        : EncoderOperators.conv(h, value(store, projection, x, mode), stride, mode);
        for (ConvNorm convolution : convolutions) {
            try (NDArray before = h) {
                h = convolution.apply(store, before, true, mode);
            }
        }
        try (NDArray before = h) {
            NDArray kernel = value(store, last, x, mode);
            return EncoderOperators.convAdd(before, shortcut, kernel, mode);
        } finally {
            if (shortcut != x) {
                shortcut.close();
            }
        }
    }
}
