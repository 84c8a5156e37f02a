package org.soda4j.denoiser;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Counts the multiplications of one image's pass through a {@link UNetDenoiserConfig}. */
final class DenoiserCost {

    private final UNetDenoiserConfig net;
    private final LatentLayout layout;
    private final LayerModulation modulation;
    private final Deque<Integer> skips = new ArrayDeque<>();
    private long sum;

    private DenoiserCost(UNetDenoiserConfig net, LatentLayout latent, LayerModulation modulation) {
        this.net = net;
        this.modulation = modulation;
        layout = modulation.layout(latent, net.depths());
    }

    static long multiplyAdds(
            UNetDenoiserConfig net, LatentLayout latent, LayerModulation modulation) {
        DenoiserCost cost = new DenoiserCost(net, latent, modulation);
        cost.walk();
        return cost.sum;
    }

    /** The first convolution, whose input needs no gradient. */
    static long firstConvolution(UNetDenoiserConfig net) {
        return 9L * net.imageShape().get(0) * net.channels() * pixels(net, 0);
    }

    private void walk() {
        int images = net.imageShape().get(0);
        int c = net.channels();
        int last = net.multipliers().size() - 1;
        sum += 4L * c * c + 16L * c * c; // The time embedding.
        sum += firstConvolution(net);
        skips.push(c);
        for (int level = 0; level <= last; level++) {
            int out = net.channels(level);
            for (int i = 0; i < net.blocks(); i++) {
                stage(skips.size(), c, out, level, net.attention().contains(level));
                c = out;
                skips.push(c);
            }
            if (level < last) {
                resample(skips.size(), c, level + 1);
                skips.push(c);
            }
        }
        stage(skips.size(), c, c, last, true);
        residual(skips.size(), c, c, last);
        for (int level = last; level >= 0; level--) {
            int out = net.channels(level);
            for (int i = 0; i <= net.blocks(); i++) {
                int in = c + skips.pop();
                stage(skips.size(), in, out, level, net.attention().contains(level));
                c = out;
            }
            if (level > 0) {
                resample(skips.size(), c, level - 1);
            }
        }
        sum += 9L * c * images * pixels(net, 0);
    }

    private void stage(int depth, int in, int out, int level, boolean attention) {
        residual(depth, in, out, level);
        if (attention) {
            long pixels = pixels(net, level);
            sum += 4L * out * out * pixels; // Query, key, value; output.
            sum += 2L * out * pixels * pixels;
        }
    }

    /** Two convolutions, the projections of time and section, the shortcut's convolution. */
    private void residual(int depth, int in, int out, int level) {
        sum += 9L * out * (in + out) * pixels(net, level);
        int section = layout.size(modulation.section(depth, net.depths()));
        sum += 2L * out * (4L * net.channels() + section);
        if (in != out) {
            sum += (long) in * out * pixels(net, level);
        }
    }

    private void resample(int depth, int channels, int level) {
        if (net.residualResampling()) {
            residual(depth, channels, channels, level);
        } else {
            sum += 9L * channels * channels * pixels(net, level);
        }
    }

    private static long pixels(UNetDenoiserConfig net, int level) {
        List<Integer> shape = net.imageShape();
        return (long) (shape.get(1) >> level) * (shape.get(2) >> level);
    }
}
