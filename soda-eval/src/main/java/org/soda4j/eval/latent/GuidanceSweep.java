package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.eval.quality.Ssim;

/**
 * Reconstructions under several strengths of guidance, and how good they are.
 *
 * @param grid the originals in the first row, each setting in one of its own
 * @param rows the numbers of each setting
 */
public record GuidanceSweep(ImageGrid grid, List<Row> rows) {

    /**
     * One guidance to try.
     *
     * @param name for labels
     * @param guidance how the latent steers
     */
    public record Setting(String name, Guidance guidance) {}

    /**
     * How good the reconstructions of one setting are; means over the images.
     *
     * @param name of the setting
     * @param psnr against the originals, in decibel
     * @param ssim against the originals, up to 1
     * @param agreement cosine of the latent and of the reconstruction's latent, -1 to 1: whether
     *     the encoder reads out of the image what was put in
     */
    public record Row(String name, double psnr, double ssim, double agreement) {}

    /** Copies the list. */
    public GuidanceSweep {
        rows = List.copyOf(rows);
    }

    /**
     * Settings that guide by all of z.
     *
     * @param weights w of {@link Guidance#whole}
     * @return one setting for each weight
     */
    public static List<Setting> whole(double... weights) {
        return Arrays.stream(weights)
                .mapToObj(w -> new Setting("w = " + number(w), Guidance.whole(w)))
                .toList();
    }

    /**
     * Settings that see all of z and push one section further.
     *
     * @param sections how many sections z has
     * @param section which one
     * @param weights of {@code eps(only the section) - eps_0}, added to {@code eps(all)}
     * @return one setting for each weight
     */
    public static List<Setting> section(int sections, int section, double... weights) {
        List<Setting> settings = new ArrayList<>();
        for (double weight : weights) {
            Map<SectionKeep, Double> terms = new LinkedHashMap<>();
            terms.put(SectionKeep.ALL, 1.0);
            terms.merge(SectionKeep.only(sections, section), weight, Double::sum);
            settings.add(
                    new Setting("s" + section + " = " + number(weight), Guidance.sections(terms)));
        }
        return settings;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /**
     * Reconstructs the images under every setting, from one starting noise.
     *
     * @param soda the model; stays open
     * @param images float32 {@code [N, C, H, W] in [0, 1]} at the denoiser's resolution
     * @param settings what to try, at least one
     * @param options sampler and seed; its guidance is replaced
     * @return grid and numbers; there is nothing to close
     */
    public static GuidanceSweep run(
            Soda soda, NDArray images, List<Setting> settings, SamplingOptions options) {
        ImageGrid.Builder grid = ImageGrid.builder().images(images);
        List<Row> rows = new ArrayList<>();
        List<String> labels = new ArrayList<>(List.of("original"));
        FixedNoiseDecoder decoder = FixedNoiseDecoder.of(soda, options);
        try (NDManager scope = images.getManager().newSubManager()) {
            NDArray z = soda.encodeNormalized(images);
            z.attach(scope);
            NDArray latents = soda.encode(images);
            latents.attach(scope);
            for (Setting setting : settings) {
                try (NDArray drawn =
                                decoder.withOptions(options.withGuidance(setting.guidance()))
                                        .decode(latents);
                        NDArray again = soda.encodeNormalized(drawn);
                        NDArray product = again.mul(z);
                        NDArray cosines = product.sum(new int[] {1});
                        NDArray cosine = cosines.mean()) {
                    grid.images(drawn);
                    labels.add(setting.name());
                    rows.add(
                            new Row(
                                    setting.name(),
                                    mean(Psnr.of(images, drawn)),
                                    mean(Ssim.of(images, drawn)),
                                    cosine.getFloat()));
                }
            }
        }
        int columns = Math.toIntExact(images.getShape().get(0));
        return new GuidanceSweep(grid.columns(columns).rowLabels(labels).build(), rows);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /**
     * The numbers for a terminal.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        StringBuilder table =
                new StringBuilder("guidance    PSNR (dB)    SSIM  latent agreement\n");
        for (Row row : rows) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-10s  %9.2f  %6.3f  %16.3f\n",
                            row.name(),
                            row.psnr(),
                            row.ssim(),
                            row.agreement()));
        }
        return table.toString();
    }
}
