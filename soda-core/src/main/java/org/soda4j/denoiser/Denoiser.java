package org.soda4j.denoiser;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Map;

/**
 * The denoiser D (paper section 3.1) as a DJL block: noisy images, their times and the latent in,
 * the prediction out. {@link UNetDenoiser} is the published one; {@code
 * Soda.builder().denoiser(...)} takes any other.
 *
 * <p>In: x_t, float32 {@code [N, C, H, W]}, clean images being in [-1, 1]; t, 1 .. T, float32 or
 * int64 {@code [N]}; z, float32 {@code [N, latentSize]}, zero where it is masked. Out: the
 * prediction, float32 {@code [N, C, H, W]}: the noise, the image or v, as the model's {@code
 * Prediction} says. Outputs belong to the manager of the first input.
 *
 * <p>{@link #forward(ParameterStore, NDList, boolean, PairList) forward} gets the precision of a
 * {@code Soda} among its options ({@code Precision.of(options)}); a denoiser may ignore it and
 * compute in float32. {@link #getOutputShapes(Shape[])} has the shape of x_t.
 */
public interface Denoiser extends Block {

    /**
     * The shape of the images.
     *
     * @return channels, height and width, each at least 1
     */
    List<Integer> imageShape();

    /**
     * The length of z.
     *
     * @return at least 1
     */
    int latentSize();

    /**
     * Names this denoiser in the configuration of a saved model, which is opened again with a
     * denoiser of the same description only. Default: the name of the class; add what tells
     * architectures apart, such as depth and width.
     *
     * @return any text that is the same in every process
     */
    default String description() {
        return getClass().getName();
    }

    /**
     * The names of the parameters in files, without {@code decoder.} before them. Default: DJL's
     * own, which stay the same as long as the block has the same structure.
     *
     * @return name to parameter, in a fixed order
     */
    default Map<String, Parameter> namedParameters() {
        return getParameters().toMap();
    }
}
