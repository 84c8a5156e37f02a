package org.soda4j.encoder;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Objects;
import org.soda4j.engine.Bounds;

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
        String encoder = "encoder " + own + ": ";
        Bounds.require(encoder + "inputChannels", 1, Integer.MAX_VALUE, inputChannels);
        Bounds.requireLatentSize(encoder + "latentSize", 1, latentSize);
        Bounds.require(encoder + "featureSize", 0, Integer.MAX_VALUE, featureSize);
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
