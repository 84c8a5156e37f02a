package org.soda4j.data;

import org.soda4j.engine.Internal;

/** Refuses whole numbers that are outside of an option's range, in one wording. */
@Internal
public final class IntRange {

    private IntRange() {}

    /**
     * Requires at least 1.
     *
     * @param option how the message names it
     * @param value what was given
     * @return the value
     * @throws IllegalArgumentException if it is below 1
     */
    public static int atLeastOne(String option, int value) {
        return atLeast(1, option, value);
    }

    /**
     * Requires at least a number.
     *
     * @param least the smallest that is allowed
     * @param option how the message names it
     * @param value what was given
     * @return the value
     * @throws IllegalArgumentException if it is below
     */
    public static int atLeast(int least, String option, int value) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s: expected at least %d, found %d".formatted(option, least, value));
        }
        return value;
    }

    /**
     * Requires a number between two others.
     *
     * @param option how the message names it
     * @param value what was given
     * @param low the smallest that is allowed
     * @param high the largest that is allowed
     * @return the value
     * @throws IllegalArgumentException if it is outside
     */
    public static int within(String option, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    "%s: expected %d to %d, found %d".formatted(option, low, high, value));
        }
        return value;
    }
}
