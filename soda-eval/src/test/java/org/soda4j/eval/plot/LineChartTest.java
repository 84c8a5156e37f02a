package org.soda4j.eval.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Curves are drawn where they should be. */
class LineChartTest {

    private static final double[] STEPS = {1, 2, 3, 4, 5};

    @Test
    void drawsEveryCurveInItsColour() {
        LineChart.Builder builder =
                LineChart.builder()
                        .title("Loss")
                        .xLabel("step")
                        .yLabel("loss")
                        .size(400, 300)
                        .series("falling", STEPS, new double[] {5, 4, 3, 2, 1});
        BufferedImage one = builder.build().toImage();
        BufferedImage two =
                builder.series("rising", STEPS, new double[] {1, 2, 3, 4, 5}).build().toImage();
        assertThat(one.getWidth()).isEqualTo(400);
        assertThat(one.getHeight()).isEqualTo(300);
        assertThat(count(one, 0x0072B2)).isGreaterThan(200);
        assertThat(count(one, 0xD55E00)).isZero();
        assertThat(count(two, 0xD55E00)).isGreaterThan(200);
        // A falling curve is higher, that is at smaller y, at its left end.
        assertThat(heightOf(one, 0x0072B2, true)).isLessThan(heightOf(one, 0x0072B2, false));
    }

    /** The grey frame of a legend that is too wide crosses the edges. */
    @Test
    void aLegendTooLongForARowBecomesAColumn() {
        for (int letters : new int[] {2, 5, 10, 15, 20, 40, 60}) {
            LineChart.Builder builder = LineChart.builder().size(800, 480);
            for (int i = 0; i < 4; i++) {
                builder.series(i + "w".repeat(letters), STEPS, STEPS);
            }
            BufferedImage image = builder.build().toImage();
            for (int y = 0; y < image.getHeight(); y++) {
                assertThat(image.getRGB(0, y) & 0xFFFFFF)
                        .as("%d letters", letters)
                        .isEqualTo(0xFFFFFF);
                assertThat(image.getRGB(799, y) & 0xFFFFFF)
                        .as("%d letters", letters)
                        .isEqualTo(0xFFFFFF);
            }
        }
    }

    @Test
    void labelsHaveADotInEveryLocale() {
        LineChart chart =
                LineChart.builder()
                        .series("y", STEPS, new double[] {0, 0.1, 0.2, 0.3, 0.4})
                        .build();
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
    void logarithmicAxesBendTheCurve() {
        double[] powers = {1, 10, 100, 1000, 10000};
        LineChart.Builder builder = LineChart.builder().size(400, 300).series("y", STEPS, powers);
        int linear = count(builder.build().toImage(), 0x0072B2);
        int log = count(builder.yLog(true).build().toImage(), 0x0072B2);
        assertThat(linear).isNotEqualTo(log);
    }

    @Test
    void aLogarithmicAxisOfLessThanAFactorOf3IsLinear() {
        LineChart.Builder builder =
                LineChart.builder().series("y", STEPS, new double[] {1, 1.5, 2, 2.5, 2.9});
        assertThat(builder.yLog(true).build().toPng())
                .isEqualTo(builder.yLog(false).build().toPng());
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> LineChart.builder().build()).hasMessageContaining("found none");
        assertThatThrownBy(() -> LineChart.builder().series("a", STEPS, new double[2]))
                .hasMessageContaining("series 'a'")
                .hasMessageContaining("found 5 and 2");
        assertThatThrownBy(
                        () ->
                                LineChart.builder()
                                        .series(
                                                "a",
                                                new double[] {0, 1},
                                                new double[] {1, Double.NaN}))
                .hasMessageContaining("(1.0, NaN) at index 1");
        assertThatThrownBy(
                        () ->
                                LineChart.builder()
                                        .yLog(true)
                                        .series("a", new double[] {0, 1}, new double[] {1, 0})
                                        .build())
                .hasMessageContaining("above 0 for a logarithmic y axis, found 0.0 at index 1");
    }

    private static int count(BufferedImage image, int colour) {
        int count = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                if ((image.getRGB(x, y) & 0xFFFFFF) == colour) {
                    count++;
                }
            }
        }
        return count;
    }

    /** The y of the first pixel of that colour, from the left or from the right. */
    private static int heightOf(BufferedImage image, int colour, boolean fromLeft) {
        for (int i = 0; i < image.getWidth(); i++) {
            int x = fromLeft ? i : image.getWidth() - 1 - i;
            for (int y = 0; y < image.getHeight(); y++) {
                if ((image.getRGB(x, y) & 0xFFFFFF) == colour) {
                    return y;
                }
            }
        }
        throw new AssertionError("no pixel of colour " + Integer.toHexString(colour));
    }
}
