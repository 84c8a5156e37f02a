package org.soda4j.eval.report;

import java.util.List;

/**
 * Colours and marks by which classes are told apart, in the natural order of their names: ten
 * colours of the style sheet, for more classes in other shapes.
 */
final class ClassColours {

    private static final int COLOURS = 10;
    private static final int SHAPES = 4;
    private static final int MOST_SHOWN = 40;

    private final List<String> names;
    private final int[] order;
    private final int[] place;

    ClassColours(List<String> names) {
        this.names = names;
        order = NaturalOrder.of(names);
        place = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
    }

    /** The labels in the order of their names. */
    int[] order() {
        return order.clone();
    }

    String style(int label) {
        return "c" + place[label] % COLOURS;
    }

    /** A mark around a point, as a path. */
    String mark(int label, double x, double y, double r) {
        return switch (place[label] / COLOURS % SHAPES) {
            case 1 -> Html.format("M%.1f %.1fh%.1fv%.1fh-%.1fz", x - r, y - r, 2 * r, 2 * r, 2 * r);
            case 2 ->
                    Html.format(
                            "M%.1f %.1fl%.1f %.1fh-%.1fz",
                            x, y - 1.2 * r, 1.2 * r, 2.2 * r, 2.4 * r);
            case 3 ->
                    Html.format(
                            "M%.1f %.1fl%.1f %.1fl-%.1f %.1fl-%.1f -%.1fz",
                            x, y - 1.4 * r, 1.2 * r, 1.4 * r, 1.2 * r, 1.4 * r, 1.2 * r, 1.4 * r);
            default ->
                    Html.format(
                            "M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 -%.1f 0z",
                            x - r, y, r, r, 2 * r, r, r, 2 * r);
        };
    }

    /** The names beside their marks; of very many behind a line that opens them. */
    String legend() {
        StringBuilder html = new StringBuilder("<p class=\"legend marks\">");
        for (int label : order) {
            html.append(
                    Html.format(
                            "<span data-k=\"%d\"><svg viewBox=\"0 0 16 16\"><path class=\"%s\" d=\"%s\"/></svg>%s</span> ",
                            label,
                            style(label),
                            mark(label, 8, 8, 5),
                            Html.escape(names.get(label))));
        }
        html.append("</p>\n");
        return names.size() <= MOST_SHOWN
                ? html.toString()
                : Html.format("<details><summary>The %d classes</summary>", names.size())
                        + html
                        + "</details>\n";
    }
}
