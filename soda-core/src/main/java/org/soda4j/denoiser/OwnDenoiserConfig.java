package org.soda4j.denoiser;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** What a configuration knows of a denoiser that is not of this library. */
@JsonDeserialize
record OwnDenoiserConfig(
        @JsonProperty(value = "own", required = true) String own,
        @JsonProperty(required = true) List<Integer> imageShape,
        @JsonProperty(required = true) int latentSize)
        implements DenoiserConfig {

    OwnDenoiserConfig {
        Objects.requireNonNull(own, "own");
        imageShape = List.copyOf(imageShape);
        if (imageShape.size() != 3 || Collections.min(imageShape) < 1 || latentSize < 1) {
            throw new IllegalArgumentException(
                    "denoiser %s: expected imageShape of channels, height and width and latentSize of at least 1, found %s and %d"
                            .formatted(own, imageShape, latentSize));
        }
    }

    @Override
    public String toString() {
        return "own denoiser '" + own + "'";
    }
}
