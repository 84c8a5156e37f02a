package org.soda4j.eval.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class BarChartTest {

    private static final List<String> NAMES = List.of("base", "no mask");

    @Test
    void aHigherBarTakesMoreRoom() {
        BarChart.Series low = series("low", 46.0, 46.2);
        BufferedImage both =
                new BarChart("accuracy", NAMES, List.of(low, series("high", 52.0, 53.0))).toImage();
        int first = count(both, 0x0072B2);
        assertThat(first).isPositive();
        assertThat(count(both, 0xD55E00)).isGreaterThan(2 * first);
        assertThat(count(new BarChart("", NAMES, List.of(low)).toImage(), 0xD55E00)).isZero();
    }

    @Test
    void aLongNameIsDrawnToo() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            names.add("variant " + i);
        }
        names.add("e");
        Double[] values = Collections.nCopies(names.size(), 1.0).toArray(Double[]::new);
        List<BarChart.Series> bars = List.of(series("low", values));
        int dark = count(new BarChart("", names, bars).toImage(), 0);
        names.set(11, "encoder of half the width, two blocks a stage");
        assertThat(count(new BarChart("", names, bars).toImage(), 0)).isGreaterThan(dark);
    }

    @Test
    void labelsHaveADotInEveryLocale() {
        BarChart chart = new BarChart("accuracy", NAMES, List.of(series("low", 0.1, 0.15)));
        byte[] here = chart.toPng();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(chart.toPng()).isEqualTo(here);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> new BarChart("", NAMES, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found 2 and 0");
        assertThatThrownBy(() -> new BarChart("", NAMES, List.of(series("a", 1.0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("series 'a', values: expected 2");
        assertThatThrownBy(() -> new BarChart("", NAMES, List.of(series("a", 1.0, Double.NaN))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        List<String> longNames = List.of("base", "x".repeat(101));
        assertThatThrownBy(() -> new BarChart("", longNames, List.of(series("a", 1.0, 2.0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 100 letters, found one of 101");
        BarChart.Series below = new BarChart.Series("a", List.of(1.0, 2.0), List.of(0.0, -1.0));
        assertThatThrownBy(() -> new BarChart("", NAMES, List.of(below)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least 0");
    }

    private static BarChart.Series series(String name, Double... values) {
        return new BarChart.Series(name, List.of(values), Collections.nCopies(values.length, 0.0));
    }

    private static int count(BufferedImage image, int colour) {
        int[] pixels =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        int count = 0;
        for (int pixel : pixels) {
            count += (pixel & 0xFFFFFF) == colour ? 1 : 0;
        }
        return count;
    }
}
