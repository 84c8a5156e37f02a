package org.soda4j.denoiser;

import java.util.List;
import org.soda4j.engine.Resample;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Counts the multiplications of one image's pass through a {@link UNetDenoiserConfig}. */
final class DenoiserCost {

    private final UNetDenoiserConfig net;
    private final LatentLayout layout;
    private final LayerModulation modulation;
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
        sum += 4L * c * c + 16L * c * c; // The time embedding.
        sum += firstConvolution(net);
        UNetPlan plan = UNetPlan.of(net, UNetConditions.none());
        plan.down().forEach(this::stage);
        int middle = plan.middleChannels();
        int last = net.multipliers().size() - 1;
        residual(net.depths() - 1, middle, middle, last);
        attention(middle, last);
        residual(net.depths() - 1, middle, middle, last);
        plan.up().forEach(this::stage);
        sum += 9L * net.channels(0) * images * pixels(net, 0);
    }

    private void stage(UNetPlan.Stage stage) {
        int out = stage.outChannels();
        if (stage.resample() != Resample.NONE && !net.residualResampling()) {
            sum += 9L * out * out * pixels(net, stage.level());
            return;
        }
        residual(stage.depth(), stage.inChannels(), out, stage.level());
        if (stage.attention()) {
            attention(out, stage.level());
        }
    }

    private void attention(int width, int level) {
        long pixels = pixels(net, level);
        sum += 4L * width * width * pixels; // Query, key, value; output.
        sum += 2L * width * pixels * pixels;
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

    private static long pixels(UNetDenoiserConfig net, int level) {
        List<Integer> shape = net.imageShape();
        return (long) (shape.get(1) >> level) * (shape.get(2) >> level);
    }
}
