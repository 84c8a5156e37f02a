package org.soda4j.examples.goldens;

/**
 * One compared quantity.
 *
 * @param name of the golden file, without its ending
 * @param quantity what was compared
 * @param error the largest absolute (or, where the quantity says so, relative) difference
 * @param bound what is allowed
 * @param skipped whether nothing was compared
 */
public record Check(String name, String quantity, double error, double bound, boolean skipped) {

    static Check of(String name, String quantity, double error, double bound) {
        return new Check(name, quantity, error, bound, false);
    }

    /**
     * Returns whether the quantity is within its bound.
     *
     * @return false for an error that is too large or not a number
     */
    public boolean passed() {
        return skipped || error <= bound;
    }

    @Override
    public String toString() {
        return skipped
                ? "%-28s %-34s skipped".formatted(name, quantity)
                : "%-28s %-34s error %.2e  bound %.0e  %s"
                        .formatted(name, quantity, error, bound, passed() ? "ok" : "FAILED");
    }
}
