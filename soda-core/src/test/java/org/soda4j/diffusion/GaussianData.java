package org.soda4j.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;

/**
 * The best possible denoiser where every pixel is normal with the given mean and deviation, in
 * closed form: E[eps | x_t] = sqrt(1 - a) (x_t - sqrt(a) mean) / (a deviation^2 + 1 - a). A choice
 * of sections moves the mean: {@code mean} for all, 0 for none, and the share of kept sections in
 * between. Records its calls.
 */
final class GaussianData implements NoisePredictor {

    record Call(long t, List<SectionKeep> keeps) {}

    final List<Call> calls = new ArrayList<>();
    private final DiffusionProcess process;
    private final double mean;
    private final double deviation;

    GaussianData(DiffusionProcess process, double mean, double deviation) {
        this.process = process;
        this.mean = mean;
        this.deviation = deviation;
    }

    @Override
    public NDArray predict(NDArray x, long t, List<SectionKeep> keeps) {
        calls.add(new Call(t, List.copyOf(keeps)));
        NDList outputs = new NDList();
        for (SectionKeep keep : keeps) {
            outputs.add(output(x, t, mean * share(keep)));
        }
        return NDArrays.concat(outputs);
    }

    private NDArray output(NDArray x, long t, double center) {
        double a = process.schedule().alphaBar(t);
        double scale = Math.sqrt(1 - a) / (a * deviation * deviation + 1 - a);
        NDArray eps = x.sub(Math.sqrt(a) * center).mul(scale);
        NDArray x0 = x.sub(eps.mul(Math.sqrt(1 - a))).div(Math.sqrt(a));
        return switch (process.prediction()) {
            case EPSILON -> eps;
            case X0 -> x0;
            case V -> eps.mul(Math.sqrt(a)).sub(x0.mul(Math.sqrt(1 - a)));
        };
    }

    static double share(SectionKeep keep) {
        if (keep.keepsAll() || keep.keepsNone()) {
            return keep.keepsAll() ? 1 : 0;
        }
        // The tests use latents of four sections.
        int kept = 0;
        for (boolean flag : keep.flags(4)) {
            kept += flag ? 1 : 0;
        }
        return kept / 4.0;
    }
}
