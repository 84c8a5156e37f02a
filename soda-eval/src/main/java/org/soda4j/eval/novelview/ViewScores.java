package org.soda4j.eval.novelview;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.soda4j.eval.novelview.ViewScore.Baseline;
import org.soda4j.eval.plot.LineChart;

/**
 * What {@link NovelViewEvaluation} found: the scores of each drawn view, their means by number of
 * sources and by angle, tables and charts.
 *
 * @param all the scores, by number of sources, then by object
 */
public record ViewScores(List<ViewScore> all) {

    /** Angles to the nearest source are told apart by these, in degrees. */
    private static final double[] ANGLES = {0, 15, 30, 45, 60, 90, 180};

    /** Copies the list. */
    public ViewScores {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("expected scores of drawn views, found none");
        }
    }

    /**
     * Means over a group of drawn views.
     *
     * @param group what they have in common
     * @param count how many they are
     * @param meanAngleDegrees between target and nearest source
     * @param model of the model
     * @param nearestSource of {@link Baseline#NEAREST_SOURCE}
     * @param meanImage of {@link Baseline#MEAN_IMAGE}
     */
    public record Row(
            String group,
            int count,
            double meanAngleDegrees,
            ImageScores model,
            ImageScores nearestSource,
            ImageScores meanImage) {}

    /**
     * Returns the means over everything.
     *
     * @return one row
     */
    public Row overall() {
        return row("all", score -> true);
    }

    /**
     * Returns the means by number of sources.
     *
     * @return a row for each number, ascending
     */
    public List<Row> bySources() {
        return all.stream()
                .map(ViewScore::sources)
                .distinct()
                .sorted()
                .map(count -> row(count.toString(), score -> score.sources() == count))
                .toList();
    }

    /**
     * Returns the means by angle to the nearest source.
     *
     * @return a row for 0 to 15, 30, 45, 60, 90 and 180 degrees each, where there are any
     */
    public List<Row> byAngle() {
        List<Row> rows = new ArrayList<>();
        for (int i = 1; i < ANGLES.length; i++) {
            double low = ANGLES[i - 1];
            double high = ANGLES[i];
            Predicate<ViewScore> within =
                    score ->
                            score.angleDegrees() >= low
                                    && (score.angleDegrees() < high || high == 180);
            if (all.stream().anyMatch(within)) {
                rows.add(row(String.format(Locale.ROOT, "%.0f-%.0f", low, high), within));
            }
        }
        return rows;
    }

    private Row row(String group, Predicate<ViewScore> chosen) {
        List<ViewScore> scores = all.stream().filter(chosen).toList();
        return new Row(
                group,
                scores.size(),
                mean(scores, ViewScore::angleDegrees),
                means(scores, ViewScore::model),
                means(scores, score -> score.baselines().get(Baseline.NEAREST_SOURCE)),
                means(scores, score -> score.baselines().get(Baseline.MEAN_IMAGE)));
    }

    private static ImageScores means(List<ViewScore> scores, Function<ViewScore, ImageScores> of) {
        return new ImageScores(
                mean(scores, score -> of.apply(score).psnr()),
                mean(scores, score -> of.apply(score).ssim()),
                mean(scores, score -> of.apply(score).lpips()));
    }

    private static double mean(List<ViewScore> scores, ToDoubleFunction<ViewScore> value) {
        return scores.stream().mapToDouble(value).average().orElseThrow();
    }

    /**
     * Returns the table by number of sources.
     *
     * @return lines of text, each ended by a line feed
     */
    public String tableBySources() {
        return table("sources", bySources());
    }

    /**
     * Returns the table by angle to the nearest source.
     *
     * @return lines of text, each ended by a line feed
     */
    public String tableByAngle() {
        return table("degrees", byAngle());
    }

    private static String table(String group, List<Row> rows) {
        StringBuilder text = new StringBuilder();
        text.append(
                "%-8s %6s | %7s %6s %6s | %7s %6s %6s | %7s %6s %6s\n"
                        .formatted(
                                group, "views", "PSNR", "SSIM", "LPIPS", "nearest", "SSIM", "LPIPS",
                                "mean", "SSIM", "LPIPS"));
        for (Row row : rows) {
            text.append("%-8s %6d".formatted(row.group(), row.count()));
            for (ImageScores scores : List.of(row.model(), row.nearestSource(), row.meanImage())) {
                String lpips =
                        Double.isNaN(scores.lpips())
                                ? "-"
                                : String.format(Locale.ROOT, "%.3f", scores.lpips());
                text.append(
                        String.format(
                                Locale.ROOT,
                                " | %7.2f %6.3f %6s",
                                scores.psnr(),
                                scores.ssim(),
                                lpips));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Draws PSNR by number of sources.
     *
     * @return a chart of the model and both baselines
     */
    public LineChart chartBySources() {
        List<Row> rows = bySources();
        double[] x = rows.stream().mapToDouble(row -> Double.parseDouble(row.group())).toArray();
        return chart("number of sources", x, rows);
    }

    /**
     * Draws PSNR by angle to the nearest source.
     *
     * @return a chart of the model and both baselines
     */
    public LineChart chartByAngle() {
        List<Row> rows = byAngle();
        double[] x = rows.stream().mapToDouble(Row::meanAngleDegrees).toArray();
        return chart("degrees to the nearest source", x, rows);
    }

    private static LineChart chart(String label, double[] x, List<Row> rows) {
        return LineChart.builder()
                .title("Views of unseen objects")
                .xLabel(label)
                .yLabel("PSNR in decibel")
                .series("model", x, psnr(rows, Row::model))
                .series("nearest source", x, psnr(rows, Row::nearestSource))
                .series("mean training image", x, psnr(rows, Row::meanImage))
                .build();
    }

    private static double[] psnr(List<Row> rows, Function<Row, ImageScores> of) {
        return rows.stream().mapToDouble(row -> of.apply(row).psnr()).toArray();
    }
}
