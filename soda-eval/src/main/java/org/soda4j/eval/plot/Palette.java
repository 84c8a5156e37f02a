package org.soda4j.eval.plot;

import java.awt.Color;

/** Colours from dark blue over green to yellow that become lighter evenly, in grey print too. */
final class Palette {

    private static final int[] STOPS = {0x2B1A52, 0x31578F, 0x23898C, 0x55B86A, 0xF4E44A};

    private Palette() {}

    /** The colour at 0 (dark) to 1 (light). */
    static Color of(double place) {
        double scaled = Math.min(Math.max(place, 0), 1) * (STOPS.length - 1);
        int index = Math.min((int) scaled, STOPS.length - 2);
        double weight = scaled - index;
        Color low = new Color(STOPS[index]);
        Color high = new Color(STOPS[index + 1]);
        return new Color(
                mix(low.getRed(), high.getRed(), weight),
                mix(low.getGreen(), high.getGreen(), weight),
                mix(low.getBlue(), high.getBlue(), weight));
    }

    private static int mix(int low, int high, double weight) {
        return (int) Math.round(low + weight * (high - low));
    }

    /** Perceived brightness, 0 to 255 (ITU-R BT.601). */
    static int brightness(Color colour) {
        return (299 * colour.getRed() + 587 * colour.getGreen() + 114 * colour.getBlue()) / 1000;
    }
}
