package org.soda4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.soda4j.engine.Internal;

/**
 * What the denoiser sees besides image and time.
 *
 * @param latent {@code [N, d]}
 * @param camera channels of the target's rays {@code [N, R, H, W]}; null in a model without cameras
 * @param sources latents of all sources {@code [N, S, d]}; null without cross-attention
 */
@Internal
public record Conditions(NDArray latent, NDArray camera, NDArray sources) {

    /** Those of a model without cameras. */
    public static Conditions of(NDArray latent) {
        return new Conditions(latent, null, null);
    }

    /** As the denoiser takes them. */
    public NDList toList() {
        NDList list = new NDList(latent);
        if (camera != null) {
            list.add(camera);
        }
        if (sources != null) {
            list.add(sources);
        }
        return list;
    }

    /**
     * The same with part of it dropped, for all examples alike.
     *
     * @param owner takes what is made
     * @param mask a factor for each dimension of the latent
     * @param keepCamera whether the camera stays
     */
    NDList kept(NDManager owner, float[] mask, boolean keepCamera) {
        if (camera == null && !keepCamera) {
            throw new IllegalArgumentException(
                    "guidance: expected no choice without the camera, because this model has no"
                            + " cameras; build it with views(...)");
        }
        NDArray row =
                owner.create(mask, new Shape(1, mask.length)).toDevice(latent.getDevice(), false);
        NDList list = new NDList(row.mul(latent));
        if (camera != null) {
            NDArray channels = keepCamera ? camera.duplicate() : camera.zerosLike();
            channels.attach(owner);
            list.add(channels);
        }
        if (sources != null) {
            list.add(row.reshape(1, 1, mask.length).mul(sources));
        }
        return list;
    }
}
