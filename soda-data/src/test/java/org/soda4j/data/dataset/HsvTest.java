package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import org.junit.jupiter.api.Test;

class HsvTest {

    @Test
    void huesAreThoseOfHsv() {
        for (int step = 0; step < 24; step++) {
            double[] rgb = Hsv.toRgb(step / 24.0, 0.85, 0.95);
            Color expected = Color.getHSBColor(step / 24f, 0.85f, 0.95f);
            // AWT rounds to 8 bits.
            assertThat(rgb[0] * 255).isCloseTo(expected.getRed(), within(0.51));
            assertThat(rgb[1] * 255).isCloseTo(expected.getGreen(), within(0.51));
            assertThat(rgb[2] * 255).isCloseTo(expected.getBlue(), within(0.51));
        }
    }
}
