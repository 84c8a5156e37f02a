package org.soda4j.eval.report;

import java.util.List;
import java.util.Locale;

/** The little of HTML that reports are made of. */
final class Html {

    private Html() {}

    /** Text as it must stand in an element or an attribute. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    static String paragraph(String text) {
        return text.isEmpty() ? "" : "<p>" + escape(text) + "</p>\n";
    }

    /** A table that scrolls by itself where the screen is narrower. */
    static String table(List<String> headers, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=\"wide\"><table>\n");
        if (!headers.isEmpty()) {
            html.append("<thead><tr>");
            headers.forEach(
                    header ->
                            html.append("<th scope=\"col\">")
                                    .append(escape(header))
                                    .append("</th>"));
            html.append("</tr></thead>\n");
        }
        html.append("<tbody>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                // A number and its sign stay on one line, however narrow the screen.
                String cell = escape(row.get(i)).replaceAll("(\\d) %", "$1\u00a0%");
                html.append(
                        i == 0 ? "<th scope=\"row\">" + cell + "</th>" : "<td>" + cell + "</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
