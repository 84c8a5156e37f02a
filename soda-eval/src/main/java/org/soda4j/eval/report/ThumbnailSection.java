package org.soda4j.eval.report;

import java.util.Base64;
import java.util.List;

/**
 * A sheet of small images, each with its name and a caption.
 *
 * @param title the heading
 * @param thumbnails in order
 * @param note what is seen, empty for none
 */
public record ThumbnailSection(String title, List<Thumbnail> thumbnails, String note)
        implements ReportSection {

    /**
     * One image of a sheet.
     *
     * @param png the bytes of a small PNG file, empty where there is no image to show; not changed
     *     afterwards
     * @param name of the image, such as its path
     * @param caption a score, or empty
     */
    public record Thumbnail(byte[] png, String name, String caption) {
        @Override
        public String toString() {
            return "%s (%d bytes of PNG): %s".formatted(name, png.length, caption);
        }
    }

    /** Copies the list. */
    public ThumbnailSection {
        thumbnails = List.copyOf(thumbnails);
    }

    @Override
    public String html() {
        StringBuilder html =
                new StringBuilder(Html.paragraph(note)).append("<ul class=\"sheet\">\n");
        for (Thumbnail thumbnail : thumbnails) {
            html.append("<li><span class=\"frame\">");
            if (thumbnail.png.length > 0) {
                html.append("<img src=\"data:image/png;base64,")
                        .append(Base64.getEncoder().encodeToString(thumbnail.png))
                        .append("\" alt=\"")
                        .append(Html.escape(thumbnail.name))
                        .append("\">");
            } else {
                html.append("no image");
            }
            html.append("</span>");
            if (!thumbnail.caption.isEmpty()) {
                html.append("<b>").append(Html.escape(thumbnail.caption)).append("</b>");
            }
            html.append(Html.escape(thumbnail.name)).append("</li>\n");
        }
        return html.append("</ul>\n").toString();
    }
}
