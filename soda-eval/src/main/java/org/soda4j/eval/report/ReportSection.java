package org.soda4j.eval.report;

/** A part of a report with a heading: one of those here, or one of your own. */
public interface ReportSection {

    /**
     * The heading.
     *
     * @return plain text
     */
    String title();

    /**
     * The content below the heading, which stands in the report as it is: escape what is text.
     *
     * @return HTML that needs no other file
     */
    String html();
}
