package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.soda4j.eval.probe.ConfusionMatrix;

/**
 * A confusion matrix: the whole of it for up to 25 classes, else the most frequent confusions.
 *
 * @param title the heading
 * @param matrix the counts
 */
public record ConfusionSection(String title, ConfusionMatrix matrix) implements ReportSection {

    private static final int MOST_CLASSES = 25;
    private static final int MOST_CONFUSIONS = 30;

    private record Confusion(int label, int prediction, int count) {}

    @Override
    public String html() {
        return matrix.classNames().size() <= MOST_CLASSES ? whole() : confusions();
    }

    private String whole() {
        List<String> names = matrix.classNames();
        StringBuilder html =
                new StringBuilder(
                        "<p>Rows: the class. Columns: what it was taken for, in number of"
                                + " examples.</p>\n<div class=\"wide\"><table class=\"matrix\"><thead><tr><th></th>");
        names.forEach(
                name ->
                        html.append("<th scope=\"col\">")
                                .append(Html.escape(name))
                                .append("</th>"));
        html.append("</tr></thead><tbody>\n");
        int[][] counts = matrix.counts();
        for (int i = 0; i < counts.length; i++) {
            int total = Math.max(1, Arrays.stream(counts[i]).sum());
            html.append("<tr><th scope=\"row\">").append(Html.escape(names.get(i))).append("</th>");
            for (int j = 0; j < counts[i].length; j++) {
                double share = (double) counts[i][j] / total;
                // Blue for right, orange for wrong; the strength is the share of the row.
                String colour = i == j ? "0,114,178" : "213,94,0";
                html.append(
                        Html.format(
                                "<td style=\"background:rgba(%s,%.2f)\">%d</td>",
                                colour, 0.75 * share, counts[i][j]));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private String confusions() {
        List<Confusion> all = new ArrayList<>();
        int[][] counts = matrix.counts();
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                if (i != j && counts[i][j] > 0) {
                    all.add(new Confusion(i, j, counts[i][j]));
                }
            }
        }
        all.sort(Comparator.comparingInt((Confusion c) -> -c.count()));
        List<List<String>> rows =
                all.stream()
                        .limit(MOST_CONFUSIONS)
                        .map(
                                c ->
                                        List.of(
                                                matrix.classNames().get(c.label()),
                                                matrix.classNames().get(c.prediction()),
                                                Integer.toString(c.count()),
                                                Html.format(
                                                        "%.1f %%", 100 * matrix.recall(c.label()))))
                        .toList();
        return Html.paragraph("The most frequent of all confusions.")
                + Html.table(List.of("class", "taken for", "examples", "recall of class"), rows);
    }
}
