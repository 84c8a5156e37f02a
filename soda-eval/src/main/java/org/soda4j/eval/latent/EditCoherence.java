package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.latent.LatentLayout;

/**
 * How much of what an edit changes is what it was asked to change, without labels: images are drawn
 * from latents on both sides along a direction and encoded again, and the change of their latents
 * is cut into the part along the direction, the rest of its section and the other sections. Numbers
 * of the latent count in standard deviations of the data.
 *
 * <p>A change in any direction at all would have {@code along} of 1 / d in the mean; an edit that
 * does what it says and nothing else has 1.
 *
 * @param direction where the edits went
 * @param section whose direction it is
 * @param moved the way that the drawn images' latents went along the direction, mean over images,
 *     as a share of the way that was asked for: 1 if all of it can be seen in the images, 0 if
 *     nothing
 * @param along the share of the change along the direction, 0 to 1, of squared lengths
 * @param inSection the share in the rest of the section
 * @param elsewhere the share in the other sections
 * @param pixels mean absolute difference of the images on both sides, pixels in [0, 1]
 */
public record EditCoherence(
        LatentDirection direction,
        int section,
        double moved,
        double along,
        double inSection,
        double elsewhere,
        double pixels) {

    /**
     * Measures the first principal directions of every section.
     *
     * @param decoder draws the images, such as {@link FixedNoiseDecoder}
     * @param encoder latents of images {@code [N, C, H, W] in [0, 1]}, such as {@code
     *     soda::encode}; its result is closed
     * @param layout the model's, {@code soda.config().latent()}
     * @param data latents of at least 2 images, which give directions and deviations
     * @param latents float32 {@code [N, d]}, what is edited
     * @param directions of each section, at least 1; sections of fewer numbers have fewer
     * @param deviations how far to each side, in standard deviations, above 0
     * @return one for each direction, section by section; there is nothing to close
     * @throws IllegalArgumentException if shapes do not fit, or a number is out of its range
     */
    public static List<EditCoherence> measure(
            LatentDecoder decoder,
            UnaryOperator<NDArray> encoder,
            LatentLayout layout,
            FeatureSet data,
            NDArray latents,
            int directions,
            double deviations) {
        if (directions < 1) {
            throw new IllegalArgumentException(
                    "directions: expected at least 1, found " + directions);
        }
        List<EditCoherence> found = new ArrayList<>();
        for (int section = 0; section < layout.sections(); section++) {
            int count = Math.min(directions, layout.size(section));
            for (LatentDirection direction :
                    LatentDirection.principal(data, layout, section, count)) {
                found.add(
                        measure(
                                decoder,
                                encoder,
                                layout,
                                data,
                                latents,
                                section,
                                direction,
                                deviations));
            }
        }
        return found;
    }

    /**
     * Measures one direction, such as one that labels gave.
     *
     * @param decoder as above
     * @param encoder as above
     * @param layout as above
     * @param data as above
     * @param latents as above
     * @param section what {@code inSection} is of; a direction may leave it
     * @param direction where to go
     * @param deviations as above
     * @return the measure
     * @throws IllegalArgumentException as above
     */
    public static EditCoherence measure(
            LatentDecoder decoder,
            UnaryOperator<NDArray> encoder,
            LatentLayout layout,
            FeatureSet data,
            NDArray latents,
            int section,
            LatentDirection direction,
            double deviations) {
        if (!(deviations > 0)) {
            throw new IllegalArgumentException(
                    "deviations: expected more than 0, found " + deviations);
        }
        int width = LatentRows.of("latents", latents, layout.size()).width();
        float[] scale = FeatureStatistics.of(data.sharedValues(), data.width()).deviation();
        double[] unit = direction.unit();
        double length = 0;
        for (int j = 0; j < width; j++) {
            unit[j] /= scale[j];
            length += unit[j] * unit[j];
        }
        length = Math.sqrt(length);
        double asked = 2 * deviations * direction.deviation() * length;
        float[] before;
        float[] after;
        double pixels;
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray left = images(decoder, direction, latents, -deviations, scope);
            NDArray right = images(decoder, direction, latents, deviations, scope);
            pixels = right.sub(left).abs().mean().getFloat();
            try (NDArray l = encoder.apply(left);
                    NDArray r = encoder.apply(right)) {
                before = l.toFloatArray();
                after = r.toFloatArray();
            }
        }
        int from = layout.offset(section);
        int to = from + layout.size(section);
        double way = 0;
        double along = 0;
        double own = 0;
        double all = 0;
        int n = before.length / width;
        for (int i = 0; i < n; i++) {
            double projection = 0;
            double[] rest = new double[width];
            for (int j = 0; j < width; j++) {
                rest[j] = (after[i * width + j] - before[i * width + j]) / scale[j];
                projection += rest[j] * unit[j] / length;
                all += rest[j] * rest[j];
            }
            way += projection / n;
            along += projection * projection;
            for (int j = from; j < to; j++) {
                double left = rest[j] - projection * unit[j] / length;
                own += left * left;
            }
        }
        double share = all == 0 ? 0 : 1 / all;
        return new EditCoherence(
                direction,
                section,
                way / asked,
                along * share,
                own * share,
                all == 0 ? 0 : Math.max(0, 1 - (along + own) * share),
                pixels);
    }

    private static NDArray images(
            LatentDecoder decoder,
            LatentDirection direction,
            NDArray latents,
            double deviations,
            NDManager scope) {
        NDArray moved = direction.traverse(latents, deviations);
        moved.attach(scope);
        return decoder.decode(moved);
    }

    /**
     * Measures for a terminal.
     *
     * @param measured what {@link #measure} gave
     * @return lines that end with a line feed
     */
    public static String table(List<EditCoherence> measured) {
        StringBuilder table =
                new StringBuilder(
                        "direction            moved   along  section  elsewhere  pixels\n");
        for (EditCoherence edit : measured) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-18s %6d%% %6.1f%% %7.1f%% %9.1f%% %6.1f%%\n",
                            edit.direction.name(),
                            Math.round(100 * edit.moved), // -0.3 is no -0.
                            100 * edit.along,
                            100 * edit.inSection,
                            100 * edit.elsewhere,
                            100 * edit.pixels));
        }
        return table.toString();
    }
}
