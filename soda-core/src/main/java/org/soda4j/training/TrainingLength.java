package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import org.soda4j.engine.Bounds;

/**
 * How long a training is.
 *
 * @param unit what is counted
 * @param count how many, 1 .. 10^12, of epochs 1 .. 10^6
 */
public record TrainingLength(Unit unit, long count) {

    private static final long MOST = 1_000_000_000_000L;
    private static final long MOST_EPOCHS = 1_000_000;

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
        Bounds.require("count of " + unit, 1, unit == Unit.EPOCHS ? MOST_EPOCHS : MOST, count);
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
