package org.soda4j.data.dataset;

import org.soda4j.engine.Internal;

/** Colours by hue, saturation and value, in arithmetic that gives the same bits everywhere. */
@Internal
public final class Hsv {

    private Hsv() {}

    /**
     * Turns them into red, green and blue.
     *
     * @param hue in full circles, 0 to 1; 0 is red
     * @param saturation 0 to 1
     * @param value 0 to 1
     * @return red, green and blue in [0, 1]
     */
    public static double[] toRgb(double hue, double saturation, double value) {
        double[] rgb = new double[3];
        for (int c = 0; c < 3; c++) {
            // A channel is full within a sixth of the circle around its own hue, 0 beyond a third.
            double away = Math.abs(hue - c / 3.0);
            double nearest = Math.min(away, 1 - away);
            double pure = Math.max(0, Math.min(1, 2 - 6 * nearest));
            rgb[c] = value * (1 - saturation + saturation * pure);
        }
        return rgb;
    }
}
