package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * How long a training is.
 *
 * @param unit what is counted
 * @param count how many, at least 1
 */
public record TrainingLength(Unit unit, long count) {

    /** What is counted. */
    public enum Unit {
        /** Passes over the data. */
        EPOCHS,
        /** Optimiser steps. */
        STEPS,
        /** Training images; a step that begins is finished. */
        IMAGES
    }

    /** Checks the count. */
    @JsonCreator
    public TrainingLength(
            @JsonProperty(value = "unit", required = true) Unit unit,
            @JsonProperty(value = "count", required = true) long count) {
        this.unit = Objects.requireNonNull(unit, "unit");
        if (count < 1) {
            throw new IllegalArgumentException(
                    "expected at least 1 of %s, found %d".formatted(unit, count));
        }
        this.count = count;
    }

    /**
     * Returns the length in optimiser steps.
     *
     * @param stepsPerEpoch steps of a pass over the data
     * @param batchSize images a step
     * @return at least 1
     */
    public long steps(long stepsPerEpoch, int batchSize) {
        return switch (unit) {
            case EPOCHS -> Math.multiplyExact(count, stepsPerEpoch);
            case STEPS -> count;
            case IMAGES -> (count + batchSize - 1) / batchSize;
        };
    }
}
