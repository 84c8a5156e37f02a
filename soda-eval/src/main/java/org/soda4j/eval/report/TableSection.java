package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.eval.quality.ReconstructionQuality;

/**
 * A table.
 *
 * @param title the heading
 * @param headers the names of the columns
 * @param rows the cells, as many in each row as there are headers; the first cell names the row
 * @param note text below the table, may be empty
 */
public record TableSection(String title, List<String> headers, List<List<String>> rows, String note)
        implements ReportSection {

    /** Copies the lists and checks that rows are as long as the headers. */
    public TableSection {
        headers = List.copyOf(headers);
        rows = rows.stream().map(List::copyOf).toList();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).size() != headers.size()) {
                throw new IllegalArgumentException(
                        "table '%s', row %d: expected %d cells, found %d"
                                .formatted(title, i, headers.size(), rows.get(i).size()));
            }
        }
    }

    /**
     * A table of probes: accuracy and, where there are any, published values; the settings below.
     *
     * @param title the heading
     * @param results one a row
     * @param published the published accuracy of each in percent, or null where there is none
     * @return the section
     */
    public static TableSection ofProbes(
            String title, List<ProbeResult> results, List<Double> published) {
        boolean some = published.stream().anyMatch(Objects::nonNull);
        List<String> headers = new ArrayList<>(List.of("probe", "accuracy"));
        if (some) {
            headers.add("published");
        }
        headers.add("test images");
        List<List<String>> rows = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            ProbeResult result = results.get(i);
            List<String> row =
                    new ArrayList<>(List.of(result.probe(), Digits.percent(result.accuracy())));
            if (some) {
                Double value = i < published.size() ? published.get(i) : null;
                row.add(value == null ? "-" : Html.format("%.1f %%", value));
            }
            row.add(Digits.count(result.confusion().total()));
            rows.add(row);
            settings.add(
                    result.probe() + ": " + result.settings().toString().replaceAll("[{}]", ""));
        }
        return new TableSection(title, headers, rows, String.join("; ", settings));
    }

    /**
     * A model's probes beside what they have to beat.
     *
     * @param comparison the figures
     * @return the section
     */
    public static TableSection ofComparison(ProbeComparison comparison) {
        return new TableSection(
                "Compared with pixels and an untrained encoder",
                ProbeComparison.HEADERS,
                comparison.rows().stream().map(ProbeComparison.Row::cells).toList(),
                comparison.sentence());
    }

    /** A table of what a model draws from latents, with distances in its own features. */
    static TableSection ofReconstruction(ReconstructionQuality quality) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PSNR", Html.format("%.2f dB", quality.psnr())));
        rows.add(List.of("SSIM", Html.format("%.3f", quality.ssim())));
        quality.metrics().forEach((name, v) -> rows.add(List.of(name, Html.format("%.4f", v))));
        rows.add(List.of("Frechet distance", quality.distribution().frechetText(quality.images())));
        rows.add(List.of("kernel distance", quality.distribution().kernelText(quality.images())));
        rows.add(
                List.of(
                        "precision, recall",
                        quality.distribution().precisionRecallText(quality.images())));
        return new TableSection(
                "Reconstruction quality",
                List.of("measure", "value"),
                rows,
                "%d test images against their reconstructions. Distances, precision and recall are in this encoder's pooled features, so they are not the FID and KID of the literature."
                        .formatted(quality.images()));
    }

    @Override
    public String html() {
        return Html.table(headers, rows) + Html.paragraph(note);
    }
}
