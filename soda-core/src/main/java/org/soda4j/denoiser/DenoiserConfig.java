package org.soda4j.denoiser;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * What a configuration says about a {@link Denoiser}: all of a {@link UNetDenoiser}, in its
 * builder's words, or of any other what {@code Soda} has to know, under {@code own} its
 * description. Immutable.
 */
@JsonDeserialize(using = DenoiserConfigReader.class)
public sealed interface DenoiserConfig permits UNetDenoiserConfig, OwnDenoiserConfig {

    /**
     * Describes a block.
     *
     * @param denoiser the block
     * @return what a configuration says about it
     * @throws IllegalArgumentException if the block's sizes are out of range
     */
    static DenoiserConfig of(Denoiser denoiser) {
        return denoiser instanceof UNetDenoiser ours
                ? ours.config()
                : new OwnDenoiserConfig(
                        denoiser.description(), denoiser.imageShape(), denoiser.latentSize());
    }

    /**
     * The shape of the images that are denoised.
     *
     * @return channels, height and width
     */
    List<Integer> imageShape();

    /**
     * The length of z.
     *
     * @return at least 1; 0 where the model's latent layout says it
     */
    default int latentSize() {
        return 0;
    }
}
