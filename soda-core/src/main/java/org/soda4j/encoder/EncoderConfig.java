package org.soda4j.encoder;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/**
 * What a configuration says about an {@link Encoder}: all of a {@link ResNetEncoder}, in its
 * builder's words, or of any other what {@code Soda} has to know, under {@code own} its
 * description. Immutable.
 */
@JsonDeserialize(using = EncoderConfigReader.class)
public sealed interface EncoderConfig permits ResNetEncoderConfig, OwnEncoderConfig {

    /**
     * Describes a block.
     *
     * @param encoder the block
     * @return what a configuration says about it
     * @throws IllegalArgumentException if the block's sizes are out of range
     */
    static EncoderConfig of(Encoder encoder) {
        return encoder instanceof ResNetEncoder ours
                ? ours.config()
                : new OwnEncoderConfig(
                        encoder.description(),
                        encoder.inputChannels(),
                        encoder.latentSize(),
                        encoder.featureSize());
    }

    /**
     * The channels of the images.
     *
     * @return at least 1
     */
    int inputChannels();

    /**
     * The length of z.
     *
     * @return at least 1; 0 where the model's latent layout is to say it
     */
    int latentSize();

    /**
     * The length of the pooled features before the last layer.
     *
     * @return at least 1, or 0 where an own encoder has none
     */
    int featureSize();

    /**
     * Returns this description with another latent size.
     *
     * @param size length of z, at least 1
     * @return the changed description
     * @throws IllegalArgumentException if an own encoder has another
     */
    EncoderConfig withLatentSize(int size);
}
