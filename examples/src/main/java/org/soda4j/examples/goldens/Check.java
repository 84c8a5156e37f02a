package org.soda4j.examples.goldens;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * One compared quantity.
 *
 * @param name of the golden file, without its ending
 * @param quantity what was compared
 * @param error the largest absolute (or, where the quantity says so, relative) difference
 * @param bound what is allowed
 */
public record Check(String name, String quantity, double error, double bound) {

    /**
     * Returns whether the quantity is within its bound.
     *
     * @return false for an error that is too large or not a number
     */
    @JsonProperty
    public boolean passed() {
        return error <= bound;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-24s %-33s error %.1e  bound %.1e  %s",
                name,
                quantity,
                error,
                bound,
                passed() ? "ok" : "FAILED");
    }
}
