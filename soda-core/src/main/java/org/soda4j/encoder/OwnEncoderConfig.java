package org.soda4j.encoder;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Objects;

/** What a configuration knows of an encoder that is not of this library. */
@JsonDeserialize
record OwnEncoderConfig(
        @JsonProperty(value = "own", required = true) String own,
        @JsonProperty(required = true) int inputChannels,
        @JsonProperty(required = true) int latentSize,
        @JsonProperty(required = true) int featureSize)
        implements EncoderConfig {

    OwnEncoderConfig {
        Objects.requireNonNull(own, "own");
        if (inputChannels < 1 || latentSize < 1 || featureSize < 0) {
            throw new IllegalArgumentException(
                    "encoder %s: expected inputChannels and latentSize of at least 1 and featureSize of at least 0, found %d, %d and %d"
                            .formatted(own, inputChannels, latentSize, featureSize));
        }
    }

    @Override
    public EncoderConfig withLatentSize(int size) {
        if (size != latentSize) {
            throw new IllegalArgumentException(
                    "latent size: expected the %d of encoder %s, found %d"
                            .formatted(latentSize, own, size));
        }
        return this;
    }

    @Override
    public String toString() {
        return "own encoder '" + own + "'";
    }
}
