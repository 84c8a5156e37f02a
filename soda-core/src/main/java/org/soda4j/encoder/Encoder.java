package org.soda4j.encoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Map;

/**
 * The encoder E (paper section 3.1) as a DJL block: images in, the latent z out. {@link
 * ResNetEncoder} is the published one; {@code Soda.builder().encoder(...)} takes any other, such as
 * a ViT or a pretrained DJL model behind an adapter.
 *
 * <p>In: channel-normalised images, float32 {@code [N, C, H, W]}. Out: z, float32 {@code [N,
 * latentSize]}; then, where {@link #featureSize()} is not 0, the pooled features before the last
 * layer, float32 {@code [N, featureSize]}. Outputs belong to the manager of the images.
 *
 * <p>{@link #forward(ParameterStore, NDList, boolean, PairList) forward} gets the precision of a
 * {@code Soda} among its options ({@code Precision.of(options)}); an encoder may ignore it and
 * compute in float32. {@link #getOutputShapes(Shape[])} has as many shapes as there are outputs.
 */
public interface Encoder extends Block {

    /**
     * The channels of the images.
     *
     * @return C, at least 1
     */
    int inputChannels();

    /**
     * The length of z.
     *
     * @return at least 1
     */
    int latentSize();

    /**
     * The length of the pooled features, which probes can use instead of z.
     *
     * @return that of the second output; 0, the default: there is none
     */
    default int featureSize() {
        return 0;
    }

    /**
     * Names this encoder in the configuration of a saved model, which is opened again with an
     * encoder of the same description only. Default: the name of the class; add what tells
     * architectures apart, such as depth and width.
     *
     * @return any text that is the same in every process
     */
    default String description() {
        return getClass().getName();
    }

    /**
     * The names of the parameters in files, without {@code encoder.} before them. Default: DJL's
     * own, which stay the same as long as the block has the same structure.
     *
     * @return name to parameter, batch-norm statistics included, in a fixed order
     */
    default Map<String, Parameter> namedParameters() {
        return getParameters().toMap();
    }
}
