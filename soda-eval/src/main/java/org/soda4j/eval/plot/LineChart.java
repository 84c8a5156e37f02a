package org.soda4j.eval.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Curves over one axis, such as the loss over the training steps.
 *
 * <pre>{@code
 * LineChart.builder().title("Loss").xLabel("step").yLog(true)
 *         .series("train", steps, losses).build().save(path);
 * }</pre>
 */
public final class LineChart implements Picture {

    /** Colours that remain different to the colour-blind (Okabe and Ito, 2008). */
    static final Color[] COLOURS = {
        new Color(0x0072B2),
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x000000)
    };

    private static final int MOST_POINTS_WITH_MARKERS = 40;
    private static final double LEAST_LOG_RATIO = 3;
    private static final int TICK_PIXELS = 110;
    private static final float LINE_PIXELS = 2f;

    /** About what XChart leaves free around a name of its legend and the line before it, pixels. */
    private static final int LEGEND_GAPS = 30;

    private record Series(String name, double[] x, double[] y) {}

    private final Builder settings;
    private final List<Series> series;

    private LineChart(Builder builder) {
        settings = builder;
        series = List.copyOf(builder.series);
    }

    /**
     * Starts an empty chart.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public BufferedImage toImage() {
        XYChart chart =
                new XYChartBuilder()
                        .title(settings.title)
                        .xAxisTitle(settings.xLabel)
                        .yAxisTitle(settings.yLabel)
                        .width(settings.width)
                        .height(settings.height)
                        .build();
        chart.getStyler()
                .setChartTitleVisible(!settings.title.isEmpty())
                .setLegendVisible(series.size() > 1)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(
                        legendFitsARow(chart.getStyler())
                                ? Styler.LegendLayout.Horizontal
                                : Styler.LegendLayout.Vertical)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE);
        chart.getStyler()
                .setXAxisTickMarkSpacingHint(TICK_PIXELS)
                .setPlotGridLinesColor(new Color(0xDDDDDD))
                .setSeriesColors(COLOURS);
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setDecimalPattern("#,##0.##########");
        scaleX(chart.getStyler());
        scaleY(chart.getStyler());
        for (Series curve : series) {
            XYSeries drawn = chart.addSeries(curve.name(), curve.x(), curve.y());
            drawn.setLineStyle(new BasicStroke(LINE_PIXELS));
            drawn.setMarker(
                    curve.x().length > MOST_POINTS_WITH_MARKERS
                            ? SeriesMarkers.NONE
                            : SeriesMarkers.CIRCLE);
        }
        return BitmapEncoder.getBufferedImage(chart);
    }

    /** XChart draws a row of names that is too long beyond the picture's edges. */
    private boolean legendFitsARow(Styler styler) {
        FontRenderContext context = new FontRenderContext(null, true, true);
        double names =
                series.stream()
                        .mapToDouble(
                                curve ->
                                        styler.getLegendFont()
                                                .getStringBounds(curve.name(), context)
                                                .getWidth())
                        .sum();
        double marks = series.size() * (styler.getLegendSeriesLineLength() + LEGEND_GAPS);
        return names + marks < settings.width;
    }

    /**
     * XChart labels equally spaced places themselves instead of round numbers, which is right for a
     * few short ones; otherwise an end beside them keeps it from seeing any spacing.
     */
    private void scaleX(XYStyler styler) {
        double[] range = range(Series::x);
        boolean few =
                series.stream()
                        .allMatch(
                                curve ->
                                        curve.x().length <= MOST_POINTS_WITH_MARKERS
                                                && Arrays.stream(curve.x())
                                                        .allMatch(LineChart::isShort));
        styler.setXAxisLogarithmic(settings.xLog);
        if (settings.xLog) {
            styler.setXAxisMin(powerOfTenBelow(range[0]));
            styler.setXAxisMax(powerOfTenAbove(range[1]));
        } else if (!few) {
            styler.setXAxisMax(range[1] + 1e-3 * (range[1] - range[0]));
        }
    }

    private static boolean isShort(double value) {
        return Math.abs(value) < 1e6 && value * 1000 == Math.rint(value * 1000);
    }

    /** A logarithmic axis has labels at powers of ten only: so it ends at such. */
    private void scaleY(XYStyler styler) {
        double[] range = range(Series::y);
        boolean log = settings.yLog && range[1] > LEAST_LOG_RATIO * range[0];
        styler.setYAxisLogarithmic(log);
        if (log) {
            styler.setYAxisMin(powerOfTenBelow(range[0]));
            styler.setYAxisMax(powerOfTenAbove(range[1]));
        }
    }

    private static double powerOfTenBelow(double value) {
        return Math.pow(10, Math.floor(Math.log10(value)));
    }

    private static double powerOfTenAbove(double value) {
        return Math.pow(10, Math.ceil(Math.log10(value)));
    }

    private double[] range(Function<Series, double[]> values) {
        return series.stream()
                .map(values)
                .map(array -> Arrays.stream(array).summaryStatistics())
                .reduce(
                        (a, b) -> {
                            a.combine(b);
                            return a;
                        })
                .map(all -> new double[] {all.getMin(), all.getMax()})
                .orElseThrow();
    }

    /** The curves and the look of a chart. */
    public static final class Builder {

        private final List<Series> series = new ArrayList<>();
        private String title = "";
        private String xLabel = "";
        private String yLabel = "";
        private boolean xLog;
        private boolean yLog;
        private int width = 800;
        private int height = 480;

        private Builder() {}

        /**
         * The line above the chart.
         *
         * @param title default none
         * @return this
         */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /**
         * What the horizontal axis shows.
         *
         * @param label default none
         * @return this
         */
        public Builder xLabel(String label) {
            xLabel = label;
            return this;
        }

        /**
         * What the vertical axis shows.
         *
         * @param label default none
         * @return this
         */
        public Builder yLabel(String label) {
            yLabel = label;
            return this;
        }

        /**
         * Whether the horizontal axis is logarithmic.
         *
         * @param log default false
         * @return this
         */
        public Builder xLog(boolean log) {
            xLog = log;
            return this;
        }

        /**
         * Whether the vertical axis is logarithmic. It is drawn linear where the values span less
         * than a factor of 3.
         *
         * @param log default false
         * @return this
         */
        public Builder yLog(boolean log) {
            yLog = log;
            return this;
        }

        /**
         * The size of the picture.
         *
         * @param width pixels, at least 200; default 800
         * @param height pixels, at least 150; default 480
         * @return this
         * @throws IllegalArgumentException if too small for axes and labels
         */
        public Builder size(int width, int height) {
            if (width < 200 || height < 150) {
                throw new IllegalArgumentException(
                        "expected at least 200 x 150 pixels, found %d x %d"
                                .formatted(width, height));
            }
            this.width = width;
            this.height = height;
            return this;
        }

        /**
         * Adds a curve.
         *
         * @param name for the legend, another one than every earlier curve's
         * @param x places, finite, at least one; copied
         * @param y as many values, finite; copied
         * @return this
         * @throws IllegalArgumentException if the lengths differ, a value is not finite, or the
         *     name is taken
         */
        public Builder series(String name, double[] x, double[] y) {
            if (x.length == 0 || x.length != y.length) {
                throw new IllegalArgumentException(
                        "series '%s': expected as many places as values and at least one, found %d and %d"
                                .formatted(name, x.length, y.length));
            }
            if (series.stream().anyMatch(other -> other.name().equals(name))) {
                throw new IllegalArgumentException("series '" + name + "': the name is taken");
            }
            for (int i = 0; i < x.length; i++) {
                if (!Double.isFinite(x[i]) || !Double.isFinite(y[i])) {
                    throw new IllegalArgumentException(
                            "series '%s': expected finite values, found (%s, %s) at index %d"
                                    .formatted(name, x[i], y[i], i));
                }
            }
            series.add(new Series(name, x.clone(), y.clone()));
            return this;
        }

        /**
         * Makes the chart.
         *
         * @return an immutable picture
         * @throws IllegalStateException if there is no curve, or a logarithmic axis has a value
         *     that is not above 0
         */
        public LineChart build() {
            if (series.isEmpty()) {
                throw new IllegalStateException("expected at least one series, found none");
            }
            for (Series curve : series) {
                requirePositive(xLog, "x", curve.name(), curve.x());
                requirePositive(yLog, "y", curve.name(), curve.y());
            }
            return new LineChart(copy());
        }

        private static void requirePositive(
                boolean log, String axis, String name, double[] values) {
            for (int i = 0; log && i < values.length; i++) {
                if (!(values[i] > 0)) {
                    throw new IllegalStateException(
                            "series '%s': expected values above 0 for a logarithmic %s axis, found %s at index %d"
                                    .formatted(name, axis, values[i], i));
                }
            }
        }

        /** What the chart keeps, so that later calls of setters do not reach it. */
        private Builder copy() {
            Builder copy = new Builder();
            copy.series.addAll(series);
            return copy.title(title)
                    .xLabel(xLabel)
                    .yLabel(yLabel)
                    .xLog(xLog)
                    .yLog(yLog)
                    .size(width, height);
        }
    }
}
