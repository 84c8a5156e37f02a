package org.soda4j.eval.report;

/** A part of a report with a heading. */
public sealed interface ReportSection
        permits ConfusionSection, FeatureMapSection, PictureSection, TableSection {

    /**
     * The heading.
     *
     * @return plain text
     */
    String title();

    /**
     * The content below the heading.
     *
     * @return HTML
     */
    String html();
}
