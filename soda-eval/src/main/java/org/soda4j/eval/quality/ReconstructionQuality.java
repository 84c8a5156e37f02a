package org.soda4j.eval.quality;

import java.util.Locale;

/**
 * How well a model draws images again from their latents.
 *
 * @param images how many
 * @param psnr mean peak signal-to-noise ratio in decibel
 * @param ssim mean structural similarity, at most 1
 * @param distribution originals against reconstructions
 */
public record ReconstructionQuality(
        int images, double psnr, double ssim, DistributionQuality distribution) {

    /**
     * The figures for a terminal.
     *
     * @return lines of at most 80 characters, each ending with a line feed
     */
    public String table() {
        return String.format(
                Locale.ROOT,
                "reconstruction of %d images: PSNR %.2f dB, SSIM %.3f\n"
                        + "  Frechet distance %s, kernel distance %.5f%s\n",
                images,
                psnr,
                ssim,
                distribution.frechetText(images),
                distribution.kernelDistance(),
                precisionRecall(distribution));
    }

    static String precisionRecall(DistributionQuality distribution) {
        return distribution
                .precisionRecall()
                .map(
                        p ->
                                String.format(
                                        Locale.ROOT,
                                        "\n  precision %.3f, recall %.3f",
                                        p.precision(),
                                        p.recall()))
                .orElse("");
    }
}
