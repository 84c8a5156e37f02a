package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.soda4j.eval.plot.HeatMap;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.latent.LatentLayout;

/**
 * How much the images change when one section changes: at which scale, and by how much.
 *
 * @param resolutions side lengths at which images were compared, the full one first; halved by
 *     averaging 2 x 2 pixels
 * @param effects one for each section and change
 */
public record SectionEffects(List<Integer> resolutions, List<Effect> effects) {

    /** What is done to a section. */
    public enum Change {
        /** Zeroed, as training masks it. */
        DROPPED,
        /** Replaced by that of a random latent. */
        RESAMPLED,
        /** Replaced by that of the next image. */
        SWAPPED
    }

    /**
     * What a change of one section did.
     *
     * @param section its index
     * @param change what was done
     * @param difference mean absolute difference of pixels in [0, 1], for each resolution
     * @param psnr mean over images, in decibel, against the images of the unchanged latents
     */
    public record Effect(int section, Change change, List<Double> difference, double psnr) {}

    /** Copies the lists. */
    public SectionEffects {
        resolutions = List.copyOf(resolutions);
        effects = List.copyOf(effects);
    }

    /**
     * Draws the images of the latents, and those of every change of every section.
     *
     * @param decoder draws the images, such as {@link FixedNoiseDecoder}
     * @param layout the model's, {@code soda.config().latent()}
     * @param latents float32 {@code [N, d]}, N of at least 2
     * @param random float32 {@code [N, d]}, such as samples of a {@link LatentPrior}
     * @return the effects; there is nothing to close
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static SectionEffects measure(
            LatentDecoder decoder, LatentLayout layout, NDArray latents, NDArray random) {
        LatentRows z = LatentRows.of("latents", latents, layout.size());
        LatentRows other = LatentRows.of("random", random, layout.size());
        if (z.size() < 2 || other.size() != z.size()) {
            throw new IllegalArgumentException(
                    "expected at least 2 latents and as many random ones, found %d and %d"
                            .formatted(z.size(), other.size()));
        }
        List<Integer> resolutions = new ArrayList<>();
        List<Effect> effects = new ArrayList<>();
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray before = decoder.decode(z.toArray(scope));
            for (Shape s = before.getShape(); ; s = new Shape(1, 1, s.get(2) / 2, s.get(3) / 2)) {
                resolutions.add(Math.toIntExact(s.get(2)));
                if (s.get(2) % 2 != 0 || s.get(3) % 2 != 0 || s.get(2) <= 2) {
                    break;
                }
            }
            for (int section = 0; section < layout.sections(); section++) {
                for (Change change : Change.values()) {
                    try (NDArray changed = changed(scope, layout, section, change, z, other);
                            NDArray after = decoder.decode(changed)) {
                        effects.add(
                                new Effect(
                                        section,
                                        change,
                                        differences(before, after, resolutions.size()),
                                        Arrays.stream(Psnr.of(before, after)).average().orElse(0)));
                    }
                }
            }
        }
        return new SectionEffects(resolutions, effects);
    }

    private static NDArray changed(
            NDManager manager,
            LatentLayout layout,
            int section,
            Change change,
            LatentRows z,
            LatentRows random) {
        LatentRows rows = new LatentRows(z.values().clone(), z.size(), z.width());
        int from = layout.offset(section);
        for (int i = 0; i < z.size(); i++) {
            for (int j = from; j < from + layout.size(section); j++) {
                rows.set(
                        i,
                        j,
                        switch (change) {
                            case DROPPED -> 0;
                            case RESAMPLED -> random.get(i, j);
                            case SWAPPED -> z.get((i + 1) % z.size(), j);
                        });
            }
        }
        return rows.toArray(manager);
    }

    private static List<Double> differences(NDArray before, NDArray after, int count) {
        List<Double> result = new ArrayList<>();
        try (NDManager scope = before.getManager().newSubManager()) {
            NDArray error = after.sub(before);
            error.attach(scope);
            for (int k = 0; k < count; k++) {
                result.add((double) error.abs().mean().getFloat());
                if (k + 1 < count) {
                    Shape s = error.getShape();
                    error =
                            error.reshape(s.get(0), s.get(1), s.get(2) / 2, 2, s.get(3) / 2, 2)
                                    .mean(new int[] {5})
                                    .mean(new int[] {3});
                }
            }
        }
        return result;
    }

    /**
     * The effects for a terminal.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        StringBuilder table = new StringBuilder("section  change     PSNR (dB)");
        resolutions.forEach(r -> table.append(String.format(Locale.ROOT, "  diff@%-4d", r)));
        table.append('\n');
        for (Effect effect : effects) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%7d  %-9s  %9.2f",
                            effect.section(),
                            effect.change().name().toLowerCase(Locale.ROOT),
                            effect.psnr()));
            effect.difference()
                    .forEach(d -> table.append(String.format(Locale.ROOT, "  %9.4f", d)));
            table.append('\n');
        }
        return table.toString();
    }

    /**
     * The mean pixel differences of one change as a picture.
     *
     * @param change which
     * @return sections by resolutions, in hundredths of the pixel range
     */
    public HeatMap chart(Change change) {
        List<Effect> shown = effects.stream().filter(e -> e.change() == change).toList();
        return HeatMap.builder()
                .title("Section " + change.name().toLowerCase(Locale.ROOT))
                .rows("section", shown.stream().map(e -> Integer.toString(e.section())).toList())
                .columns(
                        "mean pixel difference (%) at resolution",
                        resolutions.stream().map(r -> Integer.toString(r)).toList())
                .values(
                        shown.stream()
                                .map(e -> e.difference().stream().mapToDouble(d -> 100 * d))
                                .map(row -> row.toArray())
                                .toArray(double[][]::new))
                .decimals(1)
                .build();
    }
}
