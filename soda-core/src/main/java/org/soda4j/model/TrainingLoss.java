package org.soda4j.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Set;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.engine.DeviceArrays;
import org.soda4j.engine.Internal;
import org.soda4j.engine.OperatorMode;
import org.soda4j.latent.LatentLayout;

/** The loss of a noised target under given conditions, and what training hides of a latent. */
@Internal
public final class TrainingLoss {

    private final SodaModel model;
    private final ModelSettings settings;

    /**
     * @param model encoder and denoiser
     * @param settings that go with them
     */
    public TrainingLoss(SodaModel model, ModelSettings settings) {
        this.model = model;
        this.settings = settings;
    }

    /**
     * @param owner takes the scalar
     * @param conditions on the model's device, masked; stay open
     * @param target {@code [N, C, H, W] in [0, 1]}
     * @param noise standard normal, like the target
     * @param at t of each example, 1 .. T
     * @param mode precision and gradients
     */
    public NDArray of(
            NDManager owner,
            Conditions conditions,
            NDArray target,
            NDArray noise,
            long[] at,
            OperatorMode mode) {
        DiffusionProcess process = settings.process();
        Device device = settings.device();
        try (NDArray clean = DeviceArrays.onDevice(target, device);
                NDArray doubled = clean.mul(2);
                NDArray x0 = doubled.sub(1);
                NDArray eps = DeviceArrays.onDevice(noise, device);
                NDArray noisy = process.perturb(x0, eps, at);
                NDArray times = timesOnDevice(at, owner);
                NDArray output =
                        model.denoise(noisy, times, conditions.toList(), mode, Set.of()).get(0)) {
            NDArray loss = process.loss(output, x0, eps, at);
            loss.attach(owner);
            return loss;
        }
    }

    private NDArray timesOnDevice(long[] times, NDManager manager) {
        return DeviceArrays.copied(manager.create(times), settings.device());
    }

    /**
     * Zeroes the sections that an example's mask drops.
     *
     * @param z {@code [N, d]} or {@code [N, S, d]}
     */
    public NDArray masked(NDArray z, boolean[][] keep) {
        LatentLayout layout = settings.latent();
        int d = layout.size();
        float[] masks = new float[keep.length * d];
        for (int i = 0; i < keep.length; i++) {
            System.arraycopy(layout.mask(keep[i]), 0, masks, i * d, d);
        }
        Shape rows = new Shape(keep.length, d);
        Shape each = new Shape(keep.length, 1, d);
        return times(z, masks, z.getShape().dimension() == 2 ? rows : each);
    }

    /**
     * Zeroes the channels of the examples that do not keep them.
     *
     * @param channels {@code [N, R, H, W]}
     */
    public static NDArray masked(NDArray channels, boolean[] keep) {
        float[] factors = new float[keep.length];
        for (int i = 0; i < keep.length; i++) {
            factors[i] = keep[i] ? 1 : 0;
        }
        return times(channels, factors, new Shape(keep.length, 1, 1, 1));
    }

    private static NDArray times(NDArray array, float[] factors, Shape shape) {
        NDArray onHeap = array.getManager().create(factors, shape);
        try (NDArray mask = DeviceArrays.copied(onHeap, array.getDevice())) {
            return array.mul(mask); // Backward reads the mask again.
        }
    }
}
