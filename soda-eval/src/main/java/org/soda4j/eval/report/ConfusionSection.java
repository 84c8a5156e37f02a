package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.soda4j.eval.probe.ConfusionMatrix;

/**
 * A confusion matrix with the classes in the natural order of their names: of up to 30 classes as
 * numbers, of more as a picture whose cells tell their numbers, and the most frequent confusions.
 *
 * @param title the heading
 * @param matrix the counts
 */
public record ConfusionSection(String title, ConfusionMatrix matrix) implements ReportSection {

    private static final int MOST_NUMBERS = 30;
    private static final int FEW = 6;
    private static final int MOST_CELLS = 300;
    private static final int MOST_CONFUSIONS = 30;
    private static final int NAMES = 25;
    private static final int LONGEST_NAME = 14;

    private record Confusion(int label, int prediction, int count) {}

    @Override
    public String html() {
        int classes = matrix.classNames().size();
        if (classes <= MOST_NUMBERS) {
            return numbers();
        }
        return (classes <= MOST_CELLS ? picture() : "") + confusions();
    }

    private String numbers() {
        List<String> names = matrix.classNames();
        int[] order = NaturalOrder.of(names);
        StringBuilder html =
                new StringBuilder(
                        "<p>Rows: the class. Columns: what it was taken for, in number of"
                                + " examples.</p>\n<div class=\"wide\"><table class=\"matrix"
                                + (names.size() > FEW ? " tall" : "")
                                + "\"><thead><tr><th></th>");
        for (int label : order) {
            html.append("<th scope=\"col\"><span>")
                    .append(Html.escape(names.get(label)))
                    .append("</span></th>");
        }
        html.append("</tr></thead><tbody>\n");
        int[][] counts = matrix.counts();
        for (int i : order) {
            html.append("<tr><th scope=\"row\">").append(Html.escape(names.get(i))).append("</th>");
            for (int j : order) {
                html.append(
                        Html.format(
                                "<td%s data-t=\"%s\">%d</td>",
                                look(counts, i, j), Html.escape(cell(counts, i, j)), counts[i][j]));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    /** Its colour is that of the style sheet, its strength the root of the share of the row. */
    private static String look(int[][] counts, int i, int j) {
        if (counts[i][j] == 0) {
            return " class=\"none\"";
        }
        double share = (double) counts[i][j] / sum(counts, i);
        return Html.format(
                " class=\"%s\" style=\"--a:%.2f\"", i == j ? "right" : "wrong", Math.sqrt(share));
    }

    private String cell(int[][] counts, int i, int j) {
        List<String> names = matrix.classNames();
        return i == j
                ? "%s: %d of %d right".formatted(names.get(i), counts[i][i], sum(counts, i))
                : "%s taken for %s: %d of %d"
                        .formatted(names.get(i), names.get(j), counts[i][j], sum(counts, i));
    }

    private static int sum(int[][] counts, int label) {
        return Arrays.stream(counts[label]).sum();
    }

    /** A square for every pair that occurs, and some of the names. */
    private String picture() {
        int[] order = NaturalOrder.of(matrix.classNames());
        int[][] counts = matrix.counts();
        int classes = order.length;
        StringBuilder html =
                new StringBuilder(
                        Html.paragraph(
                                "Rows: the class. Columns: what it was taken for. Strong blue: right; orange: wrong. Each square tells its numbers."));
        html.append("<figure class=\"cells\"><div class=\"rows\" aria-hidden=\"true\">");
        int every = (classes + NAMES - 1) / NAMES;
        for (int i = 0; i < classes; i += every) {
            html.append(
                    Html.format(
                            "<span style=\"top:%.2f%%\">%s</span>",
                            100 * (i + 0.5) / classes,
                            Html.escape(shortened(matrix.classNames().get(order[i])))));
        }
        html.append(
                Html.format(
                        "</div><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                        classes, classes, Html.escape(title)));
        for (int i = 0; i < classes; i++) {
            for (int j = 0; j < classes; j++) {
                if (counts[order[i]][order[j]] > 0) {
                    html.append(
                            Html.format(
                                    "<path d=\"M%d %dh1v1h-1z\"%s data-t=\"%s\"/>%n",
                                    j,
                                    i,
                                    look(counts, order[i], order[j]),
                                    Html.escape(cell(counts, order[i], order[j]))));
                }
            }
        }
        return html.append("</svg></figure>\n").toString();
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME
                ? name
                : name.substring(0, LONGEST_NAME - 1) + "\u2026";
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
