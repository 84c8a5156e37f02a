package org.soda4j.eval.latent;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.plot.HeatMap;
import org.soda4j.eval.probe.FeatureProbe;
import org.soda4j.eval.probe.ProbeComparison;
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

    /**
     * What the scores have to beat, by the same probe on the same images.
     *
     * @param chance accuracy of always the label that is the most frequent in training, 0 to 1
     * @param pixels accuracy on raw pixels, 0 to 1
     * @param untrained of the latents before any training
     */
    public record Baselines(double chance, double pixels, SectionScores untrained) {

        /**
         * Probes.
         *
         * @param probe as for the scores
         * @param layout the model's
         * @param trainPixels raw pixels, labelled
         * @param testPixels the same to test on
         * @param trainLatents of the untrained model, labelled
         * @param testLatents the same to test on
         * @return the accuracies
         */
        public static Baselines of(
                FeatureProbe probe,
                LatentLayout layout,
                FeatureSet trainPixels,
                FeatureSet testPixels,
                FeatureSet trainLatents,
                FeatureSet testLatents) {
            return new Baselines(
                    ProbeComparison.chance(trainPixels, testPixels).linear(),
                    probe.evaluate(trainPixels, testPixels).accuracy(),
                    SectionScores.of(probe, layout, trainLatents, testLatents));
        }
    }

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
     * The scores for a terminal, beside what they have to beat.
     *
     * @param baselines of the same sections
     * @return lines that end with a line feed
     */
    public String table(Baselines baselines) {
        StringBuilder table =
                new StringBuilder("section  size   alone  all but it  alone, untrained\n");
        for (Score score : sections) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%7d  %4d  %5.1f%%  %9.1f%%  %15.1f%%\n",
                            score.section(),
                            score.size(),
                            100 * score.alone(),
                            100 * score.without(),
                            100 * baselines.untrained().sections().get(score.section()).alone()));
        }
        return table.append(
                        String.format(
                                Locale.ROOT,
                                "  whole         %5.1f%%  (chance %.1f%%, raw pixels %.1f%%, untrained %.1f%%)\n",
                                100 * whole,
                                100 * baselines.chance(),
                                100 * baselines.pixels(),
                                100 * baselines.untrained().whole()))
                .toString();
    }

    /**
     * The scores as a picture, beside what they have to beat.
     *
     * @param title such as the factor's name; accuracy of the whole, of chance and of raw pixels
     *     stand behind it
     * @param baselines of the same sections
     * @return accuracies in per cent
     */
    public HeatMap chart(String title, Baselines baselines) {
        double[][] values = new double[3][sections.size()];
        for (Score score : sections) {
            int s = score.section();
            values[0][s] = 100 * score.alone();
            values[1][s] = 100 * (sections.size() == 1 ? score.alone() : score.without());
            values[2][s] = 100 * baselines.untrained().sections().get(s).alone();
        }
        return chart(
                String.format(
                        Locale.ROOT,
                        "%s: whole %.0f, untrained %.0f, pixels %.0f, chance %.0f",
                        title,
                        100 * whole,
                        100 * baselines.untrained().whole(),
                        100 * baselines.pixels(),
                        100 * baselines.chance()),
                List.of("it alone", "all but it", "it alone, untrained"),
                values);
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
        return chart(title, List.of("it alone", "all but it"), values);
    }

    private HeatMap chart(String title, List<String> rows, double[][] values) {
        return HeatMap.builder()
                .title(title)
                .rows("probed on", rows)
                .columns(
                        "section",
                        sections.stream().map(score -> Integer.toString(score.section())).toList())
                .values(values)
                .decimals(0)
                .build();
    }
}
