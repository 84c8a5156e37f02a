package org.soda4j.eval.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

/** Numbers as people read them: as many digits as say something, a point whatever the locale. */
final class Digits {

    private static final double THOUSAND = 1e3;
    private static final double MILLION = 1e6;
    private static final int SIGNIFICANT = 3;
    private static final double LEAST_PLAIN = 1e-4;

    private Digits() {}

    /** A share of 1, with one decimal. */
    static String percent(double share) {
        return Html.format("%.1f %%", 100 * share);
    }

    /** A whole number with its thousands set off. */
    static String count(long number) {
        return Html.format("%,d", number);
    }

    /** Three significant digits; whole numbers of up to a million keep all of theirs. */
    static String value(double number) {
        double size = Math.abs(number);
        if (!Double.isFinite(number)) {
            return Double.toString(number);
        }
        if (size < MILLION && (size >= THOUSAND || number == Math.rint(number))) {
            return count(Math.round(number));
        }
        if (size < LEAST_PLAIN || size >= MILLION) {
            return Html.format("%.2e", number)
                    .replaceFirst("\\.?0+e", "e")
                    .replaceFirst("e\\+0?", "e")
                    .replace("e-0", "e-");
        }
        return rounded(number, SIGNIFICANT);
    }

    /** Four significant digits, without a group separator or an exponent of small powers. */
    static String plain(double number) {
        return number != 0 && Math.abs(number) < LEAST_PLAIN
                ? Html.format("%.3e", number)
                : rounded(number, SIGNIFICANT + 1);
    }

    private static String rounded(double number, int digits) {
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(digits));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    /** Short enough for the end of an axis: 2.5k, 1.2M. */
    static String axis(double number) {
        double size = Math.abs(number);
        if (size >= MILLION) {
            return value(number / MILLION) + "M";
        }
        return size >= 10 * THOUSAND ? value(number / THOUSAND) + "k" : value(number);
    }

    /** Seconds, minutes or hours, whichever reads best. */
    static String duration(Duration time) {
        long seconds = Math.round(time.toMillis() / THOUSAND);
        if (seconds < 120) {
            return seconds + (seconds == 1 ? " second" : " seconds");
        }
        double minutes = seconds / 60.0;
        return minutes < 120
                ? Html.format("%.0f minutes", minutes)
                : Html.format("%.1f hours", minutes / 60);
    }
}
