package org.soda4j.denoiser;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.Objects;
import org.soda4j.engine.Bounds;

/** What a configuration knows of a denoiser that is not of this library. */
@JsonDeserialize
record OwnDenoiserConfig(
        @JsonProperty(value = "own", required = true) String own,
        @JsonProperty(required = true) List<Integer> imageShape,
        @JsonProperty(required = true) int latentSize)
        implements DenoiserConfig {

    OwnDenoiserConfig {
        Objects.requireNonNull(own, "own");
        String denoiser = "denoiser " + own + ": ";
        imageShape = UNetBounds.requireImageShape(denoiser + "imageShape", imageShape);
        Bounds.requireLatentSize(denoiser + "latentSize", 1, latentSize);
    }

    @Override
    public String toString() {
        return "own denoiser '" + own + "'";
    }
}
