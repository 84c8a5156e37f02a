package org.soda4j.eval.latent;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.plot.HeatMap;
import org.soda4j.eval.probe.FeatureProbe;
import org.soda4j.latent.LatentLayout;

/**
 * What each section knows about the labels: a probe's test accuracy on every section alone and on
 * all but it. A section whose absence costs nothing is redundant; one that is good alone is
 * sufficient.
 *
 * @param whole accuracy on all of z, 0 to 1
 * @param sections one for each section, in order
 */
public record SectionScores(double whole, List<Score> sections) {

    /**
     * One section.
     *
     * @param section its index
     * @param size its dimensions
     * @param alone accuracy on this section only, 0 to 1
     * @param without accuracy on all other sections, 0 to 1; NaN where there is no other
     */
    public record Score(int section, int size, double alone, double without) {}

    /** Copies the list. */
    public SectionScores {
        sections = List.copyOf(sections);
    }

    /**
     * Probes.
     *
     * @param probe such as {@code KnnProbe} or {@code LinearProbe}; fitted anew for each choice
     * @param layout the model's, {@code soda.config().latent()}
     * @param train labelled latents
     * @param test labelled latents
     * @return the accuracies
     * @throws IllegalArgumentException if the latents do not have the layout's size, or the probe
     *     refuses them
     */
    public static SectionScores of(
            FeatureProbe probe, LatentLayout layout, FeatureSet train, FeatureSet test) {
        if (train.width() != layout.size()) {
            throw new IllegalArgumentException(
                    "expected latents of the layout's %d dimensions, found %d"
                            .formatted(layout.size(), train.width()));
        }
        List<Score> scores = new ArrayList<>();
        for (int s = 0; s < layout.sections(); s++) {
            int from = layout.offset(s);
            int to = from + layout.size(s);
            double alone =
                    probe.evaluate(train.columns(from, to), test.columns(from, to)).accuracy();
            double without =
                    layout.sections() == 1
                            ? Double.NaN
                            : probe.evaluate(without(train, from, to), without(test, from, to))
                                    .accuracy();
            scores.add(new Score(s, layout.size(s), alone, without));
        }
        return new SectionScores(probe.evaluate(train, test).accuracy(), scores);
    }

    private static FeatureSet without(FeatureSet set, int from, int to) {
        int width = set.width() - (to - from);
        float[] rest = new float[set.size() * width];
        FloatBuffer all = set.values();
        for (int row = 0, at = 0; row < set.size(); row++) {
            for (int j = 0; j < set.width(); j++) {
                float value = all.get();
                if (j < from || j >= to) {
                    rest[at++] = value;
                }
            }
        }
        return FeatureSet.of(rest, width).withLabels(set.labels(), set.classNames());
    }

    /**
     * The scores for a terminal.
     *
     * @return lines that end with a line feed
     */
    public String table() {
        StringBuilder table = new StringBuilder("section  size   alone  all but it\n");
        for (Score score : sections) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%7d  %4d  %5.1f%%  %9.1f%%\n",
                            score.section(),
                            score.size(),
                            100 * score.alone(),
                            100 * score.without()));
        }
        return table.append(String.format(Locale.ROOT, "  whole         %5.1f%%\n", 100 * whole))
                .toString();
    }

    /**
     * The scores as a picture.
     *
     * @param title such as the factor's name
     * @return accuracies in per cent
     */
    public HeatMap chart(String title) {
        double[][] values = new double[2][sections.size()];
        for (Score score : sections) {
            values[0][score.section()] = 100 * score.alone();
            values[1][score.section()] =
                    100 * (sections.size() == 1 ? score.alone() : score.without());
        }
        return HeatMap.builder()
                .title(title)
                .rows("probed on", List.of("it alone", "all but it"))
                .columns(
                        "section",
                        sections.stream().map(score -> Integer.toString(score.section())).toList())
                .values(values)
                .decimals(0)
                .build();
    }
}
