package org.soda4j.eval.quality;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How well a model draws images again from their latents.
 *
 * @param images how many
 * @param psnr mean peak signal-to-noise ratio in decibel
 * @param ssim mean structural similarity, at most 1
 * @param distribution originals against reconstructions
 * @param metrics the mean of each further {@link ImageMetric} by its name, in the order given
 */
public record ReconstructionQuality(
        int images,
        double psnr,
        double ssim,
        DistributionQuality distribution,
        Map<String, Double> metrics) {

    /** Copies the map. */
    public ReconstructionQuality {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /**
     * The figures for a terminal.
     *
     * @return lines of at most 80 characters, each ending with a line feed
     */
    public String table() {
        return String.format(
                Locale.ROOT,
                "reconstruction of %d images: PSNR %.2f dB, SSIM %.3f\n%s%s",
                images,
                psnr,
                ssim,
                distribution.table(images),
                furtherMetrics());
    }

    private String furtherMetrics() {
        return metrics.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "  %s %.4f\n", e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }
}
