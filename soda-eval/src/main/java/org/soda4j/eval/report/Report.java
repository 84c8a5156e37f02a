package org.soda4j.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.soda4j.io.AtomicFile;

/**
 * A report of a run as one HTML file that opens from disk: nothing from the network and no script
 * but its own, which shows values below the pointer (a policy in the file forbids both); light or
 * dark as the reader's screen is, readable on a phone and in print.
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
    private static final String SCRIPT = resource("report.js");

    private final String title;
    private final String verdict;
    private final Map<String, String> facts;
    private final Map<String, String> provenance;
    private final List<ReportSection> sections;

    private Report(Builder builder) {
        title = builder.title;
        verdict = builder.verdict;
        facts = builder.facts;
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
        return toHtml("");
    }

    /**
     * The report as a page that asks its server for a new version of itself, and shows the last one
     * when there is none any more.
     *
     * @param every how long it waits in between; at least a second
     * @return a whole HTML document
     */
    public String toLiveHtml(Duration every) {
        return toHtml(Html.format(" data-refresh=\"%d\"", Math.max(1, every.toSeconds())));
    }

    /**
     * What the page may do, for a server that sends it: the same that stands in the page.
     *
     * @param live whether it asks its server for new versions of itself
     * @return a value of the header {@code Content-Security-Policy}
     */
    public static String policy(boolean live) {
        return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '"
                + hash(SCRIPT)
                + (live ? "'; connect-src 'self'" : "'");
    }

    private static String hash(String script) {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in this Java, found none", e);
        }
    }

    private String toHtml(String refresh) {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
                .append(policy(!refresh.isEmpty()))
                .append("\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.append("<title>").append(Html.escape(title)).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<main");
        html.append(refresh).append(">\n");
        header(html, !refresh.isEmpty());
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
        boolean charts = false; // They stand side by side where there is room.
        for (int i = 0; i < sections.size(); i++) {
            boolean chart = sections.get(i) instanceof ChartSection;
            if (chart != charts) {
                html.append(chart ? "<div class=\"charts\">\n" : "</div>\n");
                charts = chart;
            }
            html.append("<section id=\"s").append(i).append("\">\n<h2>");
            html.append(Html.escape(sections.get(i).title())).append("</h2>\n");
            html.append(sections.get(i).html()).append("</section>\n");
        }
        html.append(charts ? "</div>\n" : "");
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
        html.append("</main>\n<script>").append(SCRIPT).append("</script>\n");
        return html.append("</body>\n</html>\n").toString();
    }

    private void header(StringBuilder html, boolean live) {
        html.append("<header>\n<h1>").append(Html.escape(title)).append("</h1>\n");
        if (!verdict.isEmpty()) {
            html.append("<p class=\"verdict\">").append(Html.escape(verdict)).append("</p>\n");
        }
        if (!facts.isEmpty()) {
            html.append("<dl class=\"facts\">\n");
            facts.forEach(
                    (name, value) ->
                            html.append("<div><dt>")
                                    .append(Html.escape(name))
                                    .append("</dt><dd>")
                                    .append(Html.escape(value))
                                    .append("</dd></div>\n"));
            html.append("</dl>\n");
        }
        if (live) {
            html.append(
                    "<p class=\"ended\">The training has ended, or does not answer: this is how the page was last.</p>\n");
        }
        html.append("</header>\n");
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
        private String verdict = "";
        private Map<String, String> facts = Map.of();
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
         * What was found, in a sentence below the heading.
         *
         * @param sentence default none
         * @return this
         */
        public Builder verdict(String sentence) {
            verdict = Objects.requireNonNull(sentence, "sentence");
            return this;
        }

        /**
         * What the report is of, below the verdict: data, model, machine, date.
         *
         * @param facts text by name, in order; copied
         * @return this
         */
        public Builder facts(Map<String, String> facts) {
            this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
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
