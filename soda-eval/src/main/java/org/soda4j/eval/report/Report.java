package org.soda4j.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.io.AtomicFile;

/**
 * A report of a run as one HTML file that opens from disk: no script, nothing from the network (a
 * policy in the file forbids both), readable on a phone and in print.
 *
 * <pre>{@code
 * Report.builder().title("CIFAR-10").provenance(Map.of("checkpoint", "800"))
 *         .add(TableSection.ofProbes("Probes", List.of(knn, linear), List.of(80.4, 80.0)))
 *         .add(new PictureSection("Loss", chart, "Training loss"))
 *         .build().save(run.resolve("report.html"));
 * }</pre>
 */
public final class Report {

    private static final String STYLE = resource("report.css");

    private final String title;
    private final Map<String, String> provenance;
    private final List<ReportSection> sections;

    private Report(Builder builder) {
        title = builder.title;
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(builder.provenance));
        sections = List.copyOf(builder.sections);
    }

    /**
     * Starts an empty report.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The report as text.
     *
     * @return a whole HTML document
     */
    public String toHtml() {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.append("<title>").append(Html.escape(title)).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<main>\n");
        html.append("<h1>").append(Html.escape(title)).append("</h1>\n");
        if (sections.size() > 1) {
            html.append("<nav><ul>\n");
            for (int i = 0; i < sections.size(); i++) {
                html.append("<li><a href=\"#s")
                        .append(i)
                        .append("\">")
                        .append(Html.escape(sections.get(i).title()))
                        .append("</a></li>\n");
            }
            html.append("</ul></nav>\n");
        }
        for (int i = 0; i < sections.size(); i++) {
            html.append("<section id=\"s").append(i).append("\">\n<h2>");
            html.append(Html.escape(sections.get(i).title())).append("</h2>\n");
            html.append(sections.get(i).html()).append("</section>\n");
        }
        if (!provenance.isEmpty()) {
            html.append("<section id=\"provenance\">\n<h2>Provenance</h2>\n");
            html.append(
                    Html.table(
                            List.of(),
                            provenance.entrySet().stream()
                                    .map(entry -> List.of(entry.getKey(), entry.getValue()))
                                    .toList()));
            html.append("</section>\n");
        }
        return html.append("</main>\n</body>\n</html>\n").toString();
    }

    /**
     * Writes the report, whole or not at all.
     *
     * @param file the file to make or replace; its folder must exist
     * @throws IOException if it cannot be written; the old file, if any, is then untouched
     */
    public void save(Path file) throws IOException {
        AtomicFile.write(file, toHtml().getBytes(StandardCharsets.UTF_8));
    }

    private static String resource(String name) {
        try (InputStream in = Report.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    /** The content of a report. */
    public static final class Builder {

        private final List<ReportSection> sections = new ArrayList<>();
        private String title = "SODA";
        private Map<String, String> provenance = Map.of();

        private Builder() {}

        /**
         * The heading of the whole.
         *
         * @param title default "SODA"
         * @return this
         */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /**
         * Where everything came from, shown at the end.
         *
         * @param provenance text by key, in order; copied
         * @return this
         */
        public Builder provenance(Map<String, String> provenance) {
            this.provenance = new LinkedHashMap<>(provenance);
            return this;
        }

        /**
         * Adds a section at the end.
         *
         * @param section the section
         * @return this
         */
        public Builder add(ReportSection section) {
            sections.add(section);
            return this;
        }

        /**
         * Makes the report.
         *
         * @return an immutable report
         */
        public Report build() {
            return new Report(this);
        }
    }
}
