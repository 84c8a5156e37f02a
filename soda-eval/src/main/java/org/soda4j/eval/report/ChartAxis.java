package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.List;

/**
 * From values to places between 0 and 1, with round numbers to write beside them.
 *
 * @param low the value at 0
 * @param high the value at 1
 * @param logarithmic whether places follow the logarithm
 */
record ChartAxis(double low, double high, boolean logarithmic) {

    private static final int STEPS = 5;
    private static final double[] ROUND = {1, 2, 5, 10};

    /** Of one value only, that value stands in the middle. */
    static ChartAxis linear(double low, double high) {
        double around = low == high ? Math.max(Math.abs(low) / 2, 1e-9) : 0;
        return new ChartAxis(low - around, high + around, false);
    }

    static ChartAxis logarithmic(double low, double high) {
        return new ChartAxis(low / 1.05, high * 1.05, true);
    }

    /** From one round number to another. */
    ChartAxis rounded() {
        double step = step();
        return new ChartAxis(
                step * Math.floor(low / step + 1e-9), step * Math.ceil(high / step - 1e-9), false);
    }

    double place(double value) {
        return logarithmic
                ? Math.log(value / low) / Math.log(high / low)
                : (value - low) / (high - low);
    }

    /** Round numbers within, ascending. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            double decades = Math.log10(high / low);
            double[] digits =
                    decades > 4 ? new double[] {1} : decades > 2 ? new double[] {1, 3} : ROUND;
            for (int e = (int) Math.floor(Math.log10(low)); Math.pow(10, e) <= high; e++) {
                for (double digit : digits) {
                    double tick = Double.parseDouble((int) digit + "e" + e);
                    if (digit < 10 && tick >= low && tick <= high) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }
        double step = step();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private double step() {
        double wanted = (high - low) / STEPS;
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        double best = power;
        for (double round : ROUND) {
            if (round * power <= wanted * 1.5) {
                best = round * power;
            }
        }
        return best;
    }
}
