package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * Curves over one axis, drawn by the page itself: they stay sharp at every size, follow its
 * colours, and show the values below the pointer. Of many points a mean is drawn, in a band of the
 * extremes.
 *
 * @param title the heading
 * @param xLabel what the points are over, such as {@code step}
 * @param scale of the values
 * @param series at least one, and at most ten that can be told apart
 * @param caption what is seen, also for those who cannot see it
 */
public record ChartSection(
        String title, String xLabel, Scale scale, List<Series> series, String caption)
        implements ReportSection {

    /** How values become heights, and how they are written. */
    public enum Scale {
        /** Even. */
        LINEAR,
        /** Logarithmic, where all values are above 0 and apart enough; else even. */
        LOG,
        /** Shares of 1, written as percent. */
        PERCENT
    }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param x ascending, finite; none for a curve that stands in the legend alone
     * @param y as many, finite
     * @param faint whether it is only the background of another curve
     * @param reference whether it is drawn dashed, as what others are compared with
     */
    public record Series(String name, double[] x, double[] y, boolean faint, boolean reference) {

        /** A curve that is no reference. */
        public Series(String name, double[] x, double[] y, boolean faint) {
            this(name, x, y, faint, false);
        }

        /** Refuses curves that cannot be drawn. */
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "curve '%s': expected as many x as y, found %d and %d"
                                .formatted(name, x.length, y.length));
            }
            if (!Arrays.stream(x).allMatch(Double::isFinite)
                    || !Arrays.stream(y).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException(
                        "curve '%s': expected finite points, found others".formatted(name));
            }
        }

        @Override
        public String toString() {
            return "%s (%d points)".formatted(name, x.length);
        }
    }

    private static final int MOST_POINTS = 400;
    private static final int DOTS = 20;
    private static final double BOX = 1000;
    private static final double LEAST_LOG_RATIO = 8;
    private static final double FROM_ZERO = 0.6;

    /** Copies the list and refuses one without a point. */
    public ChartSection {
        series = List.copyOf(series);
        if (series.stream().allMatch(one -> one.x.length == 0)) {
            throw new IllegalArgumentException(
                    "chart '%s': expected a curve with a point, found none".formatted(title));
        }
    }

    @Override
    public String html() {
        ChartAxis across =
                ChartAxis.linear(
                        least(series.stream().map(Series::x)),
                        most(series.stream().map(Series::x)));
        ChartAxis up = up();
        StringBuilder html =
                new StringBuilder(
                        "<figure class=\"chart\"><div class=\"plot\"><div class=\"y\" aria-hidden=\"true\">");
        for (double tick : up.ticks()) {
            html.append(
                    Html.format(
                            "<span style=\"bottom:%.2f%%\">%s</span>",
                            100 * up.place(tick), Html.escape(label(tick))));
        }
        html.append(
                Html.format(
                        "</div>%n<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\" data-x0=\"%s\" data-x1=\"%s\" data-label=\"%s\"%s>%n",
                        Html.escape(title + ". " + caption),
                        across.low(),
                        across.high(),
                        Html.escape(xLabel),
                        scale == Scale.PERCENT ? " data-unit=\" %\"" : ""));
        StringBuilder grid = new StringBuilder();
        for (double tick : up.ticks()) {
            grid.append(Html.format("M0 %.1fH1000", BOX * (1 - up.place(tick))));
        }
        html.append("<path class=\"grid\" d=\"").append(grid).append("\"/>\n");
        int colour = 0;
        for (Series one : series) {
            if (one.x.length > 0) {
                draw(html, one, colour, across::place, up::place);
            }
            colour += one.faint ? 0 : 1;
        }
        html.append("</svg>\n<div class=\"x\" aria-hidden=\"true\">");
        for (double tick : across.ticks()) {
            html.append(
                    Html.format(
                            "<span style=\"left:%.2f%%\">%s</span>",
                            100 * across.place(tick), Digits.axis(tick)));
        }
        html.append("<em>").append(Html.escape(xLabel)).append("</em></div></div>\n");
        return html.append(legend())
                .append("<figcaption>")
                .append(Html.escape(caption))
                .append("</figcaption></figure>\n")
                .toString();
    }

    private ChartAxis up() {
        double low = least(series.stream().map(Series::y));
        double high = most(series.stream().map(Series::y));
        if (scale == Scale.LOG && low > 0 && high / low >= LEAST_LOG_RATIO) {
            return ChartAxis.logarithmic(low, high);
        }
        ChartAxis round =
                ChartAxis.linear(low >= 0 && low < FROM_ZERO * high ? 0 : low, high).rounded();
        return scale == Scale.PERCENT && low >= 0 && high <= 1
                ? new ChartAxis(Math.max(0, round.low()), Math.min(1, round.high()), false)
                : round;
    }

    private String label(double tick) {
        return scale == Scale.PERCENT ? Digits.value(100 * tick) + " %" : Digits.axis(tick);
    }

    private static double least(Stream<double[]> values) {
        return values.flatMapToDouble(Arrays::stream).min().orElseThrow();
    }

    private static double most(Stream<double[]> values) {
        return values.flatMapToDouble(Arrays::stream).max().orElseThrow();
    }

    /** The line, and behind it the band of what it is the mean of. */
    private void draw(
            StringBuilder html,
            Series one,
            int colour,
            DoubleUnaryOperator across,
            DoubleUnaryOperator up) {
        int bucket = (one.x.length + MOST_POINTS - 1) / MOST_POINTS;
        StringBuilder line = new StringBuilder();
        StringBuilder top = new StringBuilder();
        List<String> bottom = new ArrayList<>();
        StringJoiner xs = new StringJoiner(",");
        StringJoiner ys = new StringJoiner(",");
        for (int from = 0; from < one.x.length; from += bucket) {
            int to = Math.min(one.x.length, from + bucket);
            double[] part = Arrays.copyOfRange(one.y, from, to);
            double mean = Arrays.stream(part).average().orElseThrow();
            double x = one.x[to - 1];
            double place = BOX * across.applyAsDouble(x);
            line.append(from == 0 ? 'M' : 'L').append(point(place, up.applyAsDouble(mean)));
            top.append(from == 0 ? 'M' : 'L')
                    .append(point(place, up.applyAsDouble(Arrays.stream(part).max().orElse(mean))));
            bottom.add(point(place, up.applyAsDouble(Arrays.stream(part).min().orElse(mean))));
            xs.add(x == Math.rint(x) ? Long.toString((long) x) : Double.toString(x));
            ys.add(Digits.plain(scale == Scale.PERCENT ? 100 * mean : mean));
        }
        if (bucket > 1) {
            for (int i = bottom.size() - 1; i >= 0; i--) {
                top.append('L').append(bottom.get(i));
            }
            html.append(Html.format("<path class=\"band c%d\" d=\"%sZ\"/>%n", colour % 10, top));
        }
        if (one.x.length <= DOTS && !one.faint && (!one.reference || one.x.length == 1)) {
            for (int i = 0; i < one.x.length; i++) {
                String at = point(BOX * across.applyAsDouble(one.x[i]), up.applyAsDouble(one.y[i]));
                html.append(
                        Html.format("<path class=\"dot c%d\" d=\"M%sh0\"/>%n", colour % 10, at));
            }
        }
        html.append(
                Html.format(
                        "<path class=\"line%s%s c%d\" d=\"%s\" data-name=\"%s\" data-x=\"%s\" data-y=\"%s\"/>%n",
                        one.faint ? " faint" : "",
                        one.reference ? " reference" : "",
                        colour % 10,
                        line,
                        Html.escape(one.name),
                        xs,
                        ys));
    }

    private static String point(double place, double height) {
        return Html.format("%.1f %.1f", place, BOX * (1 - height));
    }

    private String legend() {
        if (series.size() == 1) {
            return "";
        }
        StringBuilder html = new StringBuilder("<p class=\"legend\">");
        int colour = 0;
        for (Series one : series) {
            html.append(
                    Html.format(
                            "<span><i class=\"c%d%s%s\"></i>%s</span> ",
                            colour % 10,
                            one.faint ? " faint" : "",
                            one.reference ? " reference" : "",
                            Html.escape(one.name)));
            colour += one.faint ? 0 : 1;
        }
        return html.append("</p>\n").toString();
    }
}
