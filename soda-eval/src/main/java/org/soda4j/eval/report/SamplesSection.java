package org.soda4j.eval.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Pictures that a run drew on its way, the earliest first: how far the drawing has come. */
record SamplesSection(List<Picture> pictures) implements ReportSection {

    private static final int MOST = 6;
    private static final int LARGEST = 4 << 20;

    record Picture(long step, String name, byte[] png) {}

    /** Some, evenly over the training, the first and the last among them. */
    static Optional<ReportSection> of(List<RunHistory.Sample> samples) throws IOException {
        List<Picture> pictures = new ArrayList<>();
        int shown = Math.min(MOST, samples.size());
        for (int i = 0; i < shown; i++) {
            int index = shown == 1 ? 0 : i * (samples.size() - 1) / (shown - 1);
            RunHistory.Sample sample = samples.get(index);
            try {
                if (Files.size(sample.png()) <= LARGEST) {
                    pictures.add(
                            new Picture(
                                    sample.step(),
                                    sample.name(),
                                    Files.readAllBytes(sample.png())));
                }
            } catch (NoSuchFileException e) {
                // Somebody tidied up; the others are shown.
            }
        }
        return pictures.isEmpty() ? Optional.empty() : Optional.of(new SamplesSection(pictures));
    }

    @Override
    public String title() {
        return "Drawn on the way";
    }

    @Override
    public String html() {
        StringBuilder html =
                new StringBuilder(
                        Html.paragraph(
                                "What the model drew during training. Each picture: above, images drawn from their latents; below, in the same order, the views they should show."));
        html.append("<div class=\"samples\">\n");
        for (Picture picture : pictures) {
            String caption = "step " + Digits.count(picture.step);
            if (!picture.name.equals("reconstruction")) {
                caption = picture.name + ", " + caption;
            }
            html.append("<figure><img src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(picture.png))
                    .append("\" alt=\"")
                    .append(Html.escape(caption))
                    .append("\"><figcaption>")
                    .append(Html.escape(caption))
                    .append("</figcaption></figure>\n");
        }
        return html.append("</div>\n").toString();
    }
}
