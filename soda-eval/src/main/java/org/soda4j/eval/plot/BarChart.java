package org.soda4j.eval.plot;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/**
 * Bars side by side for each of several names, such as the accuracies of two probes by variant of a
 * recipe, with the deviation of each over repetitions.
 *
 * <pre>{@code
 * new BarChart("Accuracy, %", List.of("base", "no mask"),
 *         List.of(new BarChart.Series("k-NN", List.of(46.0, 45.2), List.of(0.5, 0.7))))
 *     .save(path);
 * }</pre>
 */
public final class BarChart implements Picture {

    private static final int GROUP_PIXELS = 70;
    private static final int MARGIN_PIXELS = 160;
    private static final int HEIGHT = 360;
    private static final int LABEL_DEGREES = 45;

    /** Of a letter of a name at that angle. */
    private static final int LETTER_HEIGHT = 5;

    /** Longer names leave no room for bars. */
    private static final int MOST_LETTERS = 100;

    /** The axis begins below the lowest bar by this share of what bars span. */
    private static final double ROOM = 0.3;

    private final String label;
    private final List<String> names;
    private final List<Series> series;

    /**
     * One bar for each name.
     *
     * @param name for the legend
     * @param values heights, finite
     * @param deviations half the length of each bar's whisker, at least 0; as many
     */
    public record Series(String name, List<Double> values, List<Double> deviations) {

        /** Copies the lists. */
        public Series {
            values = List.copyOf(values);
            deviations = List.copyOf(deviations);
        }
    }

    /**
     * Makes a chart.
     *
     * @param label of the vertical axis
     * @param names of the groups, at least one, each another, of at most 100 letters
     * @param series what is shown of each, at least one, with another name each
     * @throws IllegalArgumentException if there is no name or series, a name is too long, a series
     *     has another number of values or deviations than there are names, one is not finite, or a
     *     deviation is below 0
     */
    public BarChart(String label, List<String> names, List<Series> series) {
        this.label = label;
        this.names = List.copyOf(names);
        this.series = List.copyOf(series);
        if (names.isEmpty() || series.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected at least one name and one series, found %d and %d"
                            .formatted(names.size(), series.size()));
        }
        for (String name : this.names) {
            if (name.length() > MOST_LETTERS) {
                throw new IllegalArgumentException(
                        "expected names of at most %d letters, found one of %d: %s..."
                                .formatted(
                                        MOST_LETTERS,
                                        name.length(),
                                        name.substring(0, MOST_LETTERS)));
            }
        }
        for (Series one : this.series) {
            requireFinite(one.name(), "values", one.values());
            requireFinite(one.name(), "deviations", one.deviations());
            if (one.deviations().stream().anyMatch(deviation -> deviation < 0)) {
                throw new IllegalArgumentException(
                        "series '%s', deviations: expected at least 0, found %s"
                                .formatted(one.name(), one.deviations()));
            }
        }
    }

    private void requireFinite(String name, String what, List<Double> numbers) {
        if (numbers.size() != names.size() || !numbers.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "series '%s', %s: expected %d finite numbers, found %s"
                            .formatted(name, what, names.size(), numbers));
        }
    }

    @Override
    public BufferedImage toImage() {
        int longest = names.stream().mapToInt(String::length).max().orElseThrow();
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(MARGIN_PIXELS + GROUP_PIXELS * names.size())
                        .height(HEIGHT + LETTER_HEIGHT * longest)
                        .yAxisTitle(label)
                        .build();
        chart.getStyler()
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendVisible(series.size() > 1)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE);
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler()
                .setXAxisLabelRotation(LABEL_DEGREES)
                // Names end at their bars; in the middle of them, long ones are left out.
                .setXAxisLabelAlignment(AxesChartStyler.TextAlignment.Right)
                .setXAxisLabelAlignmentVertical(AxesChartStyler.TextAlignment.Right)
                .setPlotGridLinesColor(new Color(0xDDDDDD))
                .setSeriesColors(LineChart.COLOURS);
        DoubleSummaryStatistics ends = new DoubleSummaryStatistics();
        for (Series one : series) {
            for (int i = 0; i < names.size(); i++) {
                ends.accept(one.values().get(i) - one.deviations().get(i));
                ends.accept(one.values().get(i) + one.deviations().get(i));
            }
        }
        double room = ROOM * (ends.getMax() - ends.getMin());
        if (ends.getMin() > room) {
            chart.getStyler().setYAxisMin(Math.floor(ends.getMin() - room));
        }
        for (Series one : series) {
            chart.addSeries(one.name(), names, one.values(), one.deviations());
        }
        return BitmapEncoder.getBufferedImage(chart);
    }
}
