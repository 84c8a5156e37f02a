package org.soda4j.examples.benchmark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.soda4j.Precision;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.training.RunConfig;

/**
 * What a training needs, counted from its configuration: the arrays that the backward pass reads,
 * layer by layer, blocks of the library only. A lower bound in spirit; libraries' workspaces come
 * on top.
 *
 * @param stateBytes parameters, gradients, moments and average in float32
 * @param activationBytes of one micro-batch
 */
public record MemoryEstimate(long stateBytes, long activationBytes) {

    /** Parameter, gradient, two moments, average. */
    private static final int COPIES = 5;

    private static final int FLOAT = 4;

    public static MemoryEstimate of(RunConfig config, long parameters) {
        long images = config.training().batchSize() / config.training().accumulation();
        double floats = 0;
        List<Integer> shape = config.model().denoiser().imageShape();
        if (config.model().denoiser() instanceof UNetDenoiserConfig unet) {
            floats += denoiser(unet);
        }
        if (config.model().encoder() instanceof ResNetEncoderConfig resNet) {
            floats += encoder(resNet, shape.get(1), shape.get(2));
        }
        // In low precision feature maps stay in 16 bits from one operator to the next.
        int bytes = config.training().precision() == Precision.FP32 ? FLOAT : FLOAT / 2;
        return new MemoryEstimate(COPIES * FLOAT * parameters, Math.round(images * floats * bytes));
    }

    /** Floats of one image that the U-Net's backward pass reads. */
    private static double denoiser(UNetDenoiserConfig net) {
        int levels = net.multipliers().size();
        double floats = 0;
        int width = net.channels();
        Deque<Integer> skips = new ArrayDeque<>(List.of(width));
        for (int level = 0; level < levels; level++) {
            int out = net.channels() * net.multipliers().get(level);
            for (int block = 0; block < net.blocks(); block++) {
                floats += area(net, level) * block(width, out, net.attention().contains(level));
                width = out;
                skips.push(width);
            }
            if (level < levels - 1) {
                floats += area(net, level + 1) * width;
                skips.push(width);
            }
        }
        floats += area(net, levels - 1) * 2 * block(width, width, true);
        for (int level = levels - 1; level >= 0; level--) {
            int out = net.channels() * net.multipliers().get(level);
            for (int block = 0; block <= net.blocks(); block++) {
                int in = width + skips.pop();
                boolean attention = net.attention().contains(level);
                floats += area(net, level) * (in + block(in, out, attention));
                width = out;
            }
            if (level > 0) {
                floats += (area(net, level) + area(net, level - 1)) * width;
            }
        }
        return floats;
    }

    private static double area(UNetDenoiserConfig net, int level) {
        return (double) (net.imageShape().get(1) >> level) * (net.imageShape().get(2) >> level);
    }

    /** Norm, SiLU and convolution, modulated norm, SiLU, dropout and convolution, sum. */
    private static double block(int in, int out, boolean attention) {
        // Attention: norm, rows, query, key, value, result, sum.
        return 2.0 * in + 5.25 * out + (attention ? 7.0 * out : 0);
    }

    /** Each convolution's result, and what batch norm and ReLU make of it. */
    private static double encoder(ResNetEncoderConfig encoder, int height, int width) {
        int stem = encoder.smallImages() ? 1 : 2;
        double area = (double) height * width / (stem * stem);
        double base = 64 * encoder.widthMultiplier();
        double floats = 2 * area * base;
        if (!encoder.smallImages()) {
            area /= 4;
        }
        int[] blocks =
                switch (encoder.depth()) {
                    case 18 -> new int[] {2, 2, 2, 2};
                    case 101 -> new int[] {3, 4, 23, 3};
                    default -> new int[] {3, 4, 6, 3};
                };
        boolean bottleneck = encoder.depth() >= 50;
        for (int stage = 0; stage < blocks.length; stage++) {
            double channels = base * (1 << stage);
            double stageArea = area / (1L << (2 * stage));
            // Two convolutions of the stage's width, or two and one of four times the width.
            floats += blocks[stage] * stageArea * channels * 2 * (bottleneck ? 6 : 2);
        }
        return floats;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "memory, estimated, without workspaces:%n"
                        + "  %.2f GiB for parameters, gradients, moments and average%n"
                        + "  %.2f GiB for a micro-batch",
                stateBytes / (double) (1 << 30),
                activationBytes / (double) (1 << 30));
    }
}
