package org.soda4j.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.UnaryOperator;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.engine.Internal;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.latent.LatentLayout;

/**
 * What encoding, drawing and training have in common in one model.
 *
 * @param imageShape the denoiser's {@code [C, H, W]}; the encoder takes as many channels
 * @param latent the sections of z
 * @param process schedule and prediction
 * @param normalization of the encoder's pixels, {@code [N, C, H, W] in [0, 1]}
 * @param device of the parameters
 * @param precision of encoding and drawing
 */
@Internal
public record ModelSettings(
        List<Integer> imageShape,
        LatentLayout latent,
        DiffusionProcess process,
        UnaryOperator<NDArray> normalization,
        Device device,
        NumberFormat precision) {

    /** The channels of all images. */
    public int channels() {
        return imageShape.get(0);
    }

    /** How encoding and drawing run. */
    public OperatorMode inference() {
        return new OperatorMode(false, precision);
    }
}
