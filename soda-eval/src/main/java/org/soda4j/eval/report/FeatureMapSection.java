package org.soda4j.eval.report;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;
import org.soda4j.eval.feature.TsneMap;

/**
 * A map of the features in the plane, coloured by class, as a vector picture; a pointer finds the
 * image of each point.
 *
 * @param title the heading
 * @param features at least 2 rows and 2 columns (7 rows for t-SNE); of more than 2,000 rows (1,000
 *     for t-SNE) a random choice of as many is shown
 * @param projection how they come into the plane
 */
public record FeatureMapSection(String title, FeatureSet features, Projection projection)
        implements ReportSection {

    /** How features come into the plane. */
    public enum Projection {
        /** Their first two principal components. */
        PCA(2000),
        /** Neighbours stay neighbours; see {@link TsneMap}. */
        TSNE(1000);

        private final int mostPoints;

        Projection(int mostPoints) {
            this.mostPoints = mostPoints;
        }
    }

    private static final int SIZE = 640;
    private static final int MARGIN = 12;
    private static final double RADIUS = 4;

    /**
     * A map of principal components.
     *
     * @param title the heading
     * @param features at least 2 rows and 2 columns
     */
    public FeatureMapSection(String title, FeatureSet features) {
        this(title, features, Projection.PCA);
    }

    @Override
    public String html() {
        int[] rows = rows();
        FeatureSet shown = features.rows(rows);
        return switch (projection) {
            case PCA -> {
                Pca pca = Pca.of(shown, 2);
                yield figure(
                        shown,
                        pca.projection(),
                        Html.format(
                                "Principal components 1 (across) and 2 (up) of %d of %d examples: %.1f %% and %.1f %% of the variance.",
                                rows.length,
                                features.size(),
                                100 * pca.explained()[0],
                                100 * pca.explained()[1]));
            }
            case TSNE -> {
                TsneMap map = TsneMap.of(shown, 0);
                yield figure(
                        shown,
                        map.points(),
                        Html.format(
                                "t-SNE with perplexity %.0f of %d of %d examples: near points are near in the features, far ones say nothing.",
                                map.perplexity(), rows.length, features.size()));
            }
        };
    }

    private String figure(FeatureSet shown, double[][] points, String caption) {
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double[] point : points) {
            for (int c = 0; c < 2; c++) {
                low[c] = Math.min(low[c], point[c]);
                high[c] = Math.max(high[c], point[c]);
            }
        }
        double range = Math.max(high[0] - low[0], high[1] - low[1]);
        double scale = range == 0 ? 1 : (SIZE - 2 * MARGIN) / range;
        int height = (int) Math.ceil((high[1] - low[1]) * scale) + 2 * MARGIN;
        StringBuilder html =
                new StringBuilder(
                        Html.format(
                                "<figure class=\"map\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                                SIZE, height, Html.escape(title)));
        ClassColours colours =
                new ClassColours(shown.hasLabels() ? shown.classNames() : List.of(""));
        for (int label : colours.order()) {
            html.append(
                    Html.format("<g class=\"%s\" data-k=\"%d\">%n", colours.style(label), label));
            for (int i = 0; i < points.length; i++) {
                if (shown.hasLabels() && shown.label(i) != label) {
                    continue;
                }
                double x = MARGIN + (points[i][0] - low[0]) * scale;
                double y = height - MARGIN - (points[i][1] - low[1]) * scale;
                html.append(
                        Html.format(
                                "<path d=\"%s\" data-t=\"%s\"/>%n",
                                colours.mark(label, x, y, RADIUS), Html.escape(name(shown, i))));
            }
            html.append("</g>\n");
        }
        return html.append("</svg>\n")
                .append(shown.hasLabels() ? colours.legend() : "")
                .append("<figcaption>")
                .append(Html.escape(caption))
                .append("</figcaption></figure>\n")
                .toString();
    }

    /** What a pointer finds. */
    private static String name(FeatureSet shown, int row) {
        return shown.hasLabels()
                ? shown.classNames().get(shown.label(row)) + ": " + shown.id(row)
                : shown.id(row);
    }

    private int[] rows() {
        if (features.size() <= projection.mostPoints) {
            return IntStream.range(0, features.size()).toArray();
        }
        int[] rows =
                new Random(0)
                        .ints(0, features.size())
                        .distinct()
                        .limit(projection.mostPoints)
                        .toArray();
        Arrays.sort(rows);
        return rows;
    }
}
