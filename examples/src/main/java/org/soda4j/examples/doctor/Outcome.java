package org.soda4j.examples.doctor;

/**
 * What a case found.
 *
 * @param error the greatest difference, relative to the greatest value unless the case says
 *     otherwise; NaN if something was no number
 * @param bound what is allowed, NaN where nothing was compared
 * @param speed how fast it was, in words; empty if that was not measured
 * @param detail where the greatest difference is; may be empty
 */
public record Outcome(double error, double bound, String speed, String detail) {

    /** A comparison without a measurement. */
    public static Outcome compared(double error, double bound) {
        return new Outcome(error, bound, "", "");
    }

    /** A measurement without a comparison. */
    public static Outcome measured(String speed, String detail) {
        return new Outcome(0, Double.NaN, speed, detail);
    }

    /** Whether nothing was compared or the error is within its bound; not so for NaN. */
    public boolean passed() {
        return Double.isNaN(bound) || error <= bound;
    }
}
