package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.KnnProbe;
import org.soda4j.eval.probe.LinearProbe;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.eval.probe.LogisticRegression;
import org.soda4j.latent.LatentLayout;

/** Directions of latents that were made along known ones. */
class LatentDirectionTest {

    private static final LatentLayout LAYOUT = new LatentLayout(List.of(2, 2));

    /** Independent normal dimensions of deviations 4, 1, 2 and 0.5. */
    private static FeatureSet latents(int n) {
        SplittableRandom random = new SplittableRandom(1);
        double[] deviations = {4, 1, 2, 0.5};
        float[] values = new float[4 * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviations[i % 4] * random.nextGaussian() + i % 4);
        }
        return FeatureSet.of(values, 4);
    }

    @Test
    void principalComponentsAreTheAxesOfLargestSpread() {
        List<LatentDirection> all = LatentDirection.principal(latents(4000), 4);
        // Sampling error of a deviation is 1 / sqrt(2 n), 1.1 %; of an axis of the order of 1 %.
        assertThat(all.get(0).unit()[0]).isCloseTo(1, within(0.01));
        assertThat(all.get(0).deviation()).isCloseTo(4, within(0.15));
        assertThat(all.get(0).explained()).isCloseTo(16 / 21.25, within(0.02));
        assertThat(all.get(1).unit()[2]).isCloseTo(1, within(0.01));
        assertThat(all.stream().mapToDouble(LatentDirection::explained).sum())
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void aSectionsComponentsStayInIt() {
        List<LatentDirection> of1 = LatentDirection.principal(latents(4000), LAYOUT, 1, 2);
        assertThat(of1.get(0).unit()[0]).isZero();
        assertThat(of1.get(0).unit()[1]).isZero();
        assertThat(of1.get(0).unit()[2]).isCloseTo(1, within(0.01));
        assertThat(of1.get(0).explained()).isCloseTo(4 / 4.25, within(0.02));
        assertThat(of1.get(0).deviation()).isCloseTo(2, within(0.1));
    }

    @Test
    void traversalIsInStandardDeviations() {
        try (NDManager manager = NDManager.newBaseManager()) {
            LatentDirection direction =
                    new LatentDirection("x", new double[] {0.6, 0.8, 0, 0}, 5, 0.5);
            NDArray z = manager.create(new float[][] {{1, 1, 1, 1}, {0, 0, 0, 0}});
            float[] moved = direction.traverse(z, -1, 0, 2).toFloatArray();
            assertThat(moved)
                    .containsExactly(
                            new float[] {
                                -2, -3, 1, 1, 1, 1, 1, 1, 7, 9, 1, 1, -3, -4, 0, 0, 0, 0, 0, 0, 6,
                                8, 0, 0
                            },
                            within(1e-6f));
        }
    }

    @Test
    void orthogonalisedDirectionsLeaveTheOtherProbeAlone() {
        FeatureSet z = latents(100);
        double[][] others = {{1, 1, 0, 0}, {2, 2, 0, 0}, {0, 1, 1, 0}};
        LatentDirection rest =
                LatentDirection.of("x", new double[] {1, 0, 0, 1}, z).orthogonalTo(others, z);
        double[] unit = rest.unit();
        assertThat(unit[0] + unit[1]).isCloseTo(0, within(1e-12));
        assertThat(unit[1] + unit[2]).isCloseTo(0, within(1e-12));
        // (1, 0, 0, 1) minus its part in the plane is (1, -1, 1, 3) / 3, of length sqrt(12) / 3.
        assertThat(unit)
                .containsExactly(
                        new double[] {
                            1 / Math.sqrt(12),
                            -1 / Math.sqrt(12),
                            1 / Math.sqrt(12),
                            3 / Math.sqrt(12)
                        },
                        within(1e-12));
    }

    @Test
    void refusesDirectionsThatAreNone() {
        FeatureSet z = latents(10);
        assertThatThrownBy(() -> LatentDirection.of("x", new double[4], z))
                .hasMessageContaining("x: expected a direction");
        assertThatThrownBy(
                        () ->
                                LatentDirection.of("x", new double[] {1, 1, 0, 0}, z)
                                        .orthogonalTo(
                                                new double[][] {{1, 0, 0, 0}, {0, 1, 0, 0}}, z))
                .hasMessageContaining("2 others span it");
    }

    /** Latents whose dimensions go along with each other. */
    private static FeatureSet correlated(int n) {
        FeatureSet independent = latents(n);
        float[] values = new float[4 * n];
        for (int i = 0; i < n; i++) {
            float[] row = independent.row(i);
            for (int j = 0; j < 4; j++) {
                values[4 * i + j] = row[j] + (j == 0 ? 0 : 0.7f * row[j - 1]);
            }
        }
        return FeatureSet.of(values, 4);
    }

    /** The sample covariance of latents times a vector, written out. */
    private static double[] covarianceTimes(FeatureSet z, double[] vector) {
        double[] mean = new double[4];
        for (int i = 0; i < z.size(); i++) {
            for (int j = 0; j < 4; j++) {
                mean[j] += z.row(i)[j] / (double) z.size();
            }
        }
        double[] product = new double[4];
        for (int i = 0; i < z.size(); i++) {
            double along = 0;
            for (int j = 0; j < 4; j++) {
                along += (z.row(i)[j] - mean[j]) * vector[j];
            }
            for (int j = 0; j < 4; j++) {
                product[j] += along * (z.row(i)[j] - mean[j]) / (z.size() - 1);
            }
        }
        return product;
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(j -> a[j] * b[j]).sum();
    }

    private static double[] unit(double[] vector) {
        return IntStream.range(0, vector.length)
                .mapToDouble(j -> vector[j] / Math.sqrt(dot(vector, vector)))
                .toArray();
    }

    private static LogisticModel probe(double[] away, double[] towards) {
        return new LogisticModel(new double[][] {away, towards}, new double[2], 0, 0, true);
    }

    @Test
    void aPatternIsTheCovarianceTimesTheWeights() {
        FeatureSet z = correlated(300);
        LogisticModel probe = probe(new double[] {1, 0, 0, 2}, new double[] {0, 1, 3, 1});
        double[] w = {-1, 1, 3, -1};
        // Single precision is in the latents only; both sides compute in double.
        assertThat(LatentDirection.pattern("x", probe, 0, 1, new double[0][], z).unit())
                .containsExactly(unit(covarianceTimes(z, w)), within(1e-9));
        double[] v = {0.5, -1, 0, 1};
        double[] cw = covarianceTimes(z, w);
        double[] cv = covarianceTimes(z, v);
        double[] expected = new double[4];
        for (int j = 0; j < 4; j++) {
            expected[j] = cw[j] - dot(v, cw) / dot(v, cv) * cv[j];
        }
        double[] found = LatentDirection.pattern("x", probe, 0, 1, new double[][] {v, v}, z).unit();
        assertThat(found).containsExactly(unit(expected), within(1e-9));
        assertThat(dot(found, v)).isCloseTo(0, within(1e-9));
        assertThatThrownBy(
                        () -> LatentDirection.pattern("x", probe, 0, 1, new double[][] {w, v}, z))
                .hasMessageContaining("x: expected classes that differ beyond the 2 kept rows");
        assertThatThrownBy(() -> LatentDirection.pattern("x", probe, 1, 1, new double[0][], z))
                .hasMessageContaining("x: expected classes that differ");
    }

    @Test
    void distanceOfClassMeansIsInStandardDeviations() {
        FeatureSet z = FeatureSet.of(new float[] {0, 5, 2, 5, 9, 0, 11, 0, 40, 1}, 2);
        FeatureSet labelled = z.withLabels(new int[] {0, 0, 1, 1, 2}, List.of());
        LatentDirection x = new LatentDirection("x", new double[] {1, 0}, 3, 0.5);
        assertThat(x.between(labelled, 0, 1)).isEqualTo(3);
        assertThat(x.between(labelled, 2, 0)).isEqualTo(-13);
        assertThatThrownBy(() -> x.between(labelled, 0, 3))
                .hasMessageContaining("x: expected examples of the labels 0 and 3, found 2 and 0");
    }

    /** Dimension 0 decides the label, dimension 3 a second one. */
    private static FeatureSet labelled(FeatureSet z, int dimension) {
        int[] labels = new int[z.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = z.row(i)[dimension] > dimension ? 1 : 0; // Its mean is its index.
        }
        return z.withLabels(labels, List.of("low", "high"));
    }

    @Test
    void aProbesDirectionMovesItsAttributeAndNotTheOther() {
        FeatureSet z = latents(1000);
        LogisticModel attribute = LogisticRegression.builder().build().fit(labelled(z, 0));
        LogisticModel other = LogisticRegression.builder().build().fit(labelled(z, 3));
        LatentDirection direction =
                LatentDirection.ofProbe("attribute", attribute, 0, 1, z)
                        .orthogonalTo(other.weights(), z);
        assertThat(direction.unit()[0]).isGreaterThan(0.99);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = z.rows(IntStream.range(0, 50).toArray()).toArray(manager);
            // "Images" that show z and an encoder that reads it: the probes' answers are exact.
            DirectionEffect effect =
                    DirectionEffect.measure(
                            latents -> latents.reshape(new Shape(-1, 1, 2, 2)),
                            images -> images.reshape(new Shape(-1, 4)),
                            direction,
                            start,
                            new double[] {-3, 0, 3},
                            attribute,
                            1,
                            Map.of("other", other));
            assertThat(effect.attribute().get(0)).isLessThan(0.05);
            assertThat(effect.attribute().get(1)).isBetween(0.3, 0.7);
            assertThat(effect.attribute().get(2)).isGreaterThan(0.95);
            assertThat(effect.kept().get("other")).containsExactly(1.0, 1.0, 1.0);
            assertThat(effect.table()).contains("same other").contains("100.0%");
            assertThat(effect.chart().toPng()).isNotEmpty();
            DirectionEffect wrong =
                    DirectionEffect.measure(
                            latents -> latents.reshape(new Shape(-1, 1, 2, 2)),
                            images -> images.reshape(new Shape(-1, 4)),
                            LatentDirection.ofProbe("wrong", other, 0, 1, z),
                            start,
                            new double[] {4},
                            attribute,
                            1,
                            Map.of("other", other));
            assertThat(wrong.kept().get("other").get(0)).isLessThan(0.7);
        }
    }

    @Test
    void sectionScoresFindWhereTheLabelIs() {
        FeatureSet z = labelled(latents(600), 2);
        int[] even = IntStream.range(0, 300).map(i -> 2 * i).toArray();
        int[] odd = IntStream.range(0, 300).map(i -> 2 * i + 1).toArray();
        SectionScores scores =
                SectionScores.of(LinearProbe.onFeatures(), LAYOUT, z.rows(even), z.rows(odd));
        assertThat(scores.sections().get(1).alone()).isGreaterThan(0.95);
        assertThat(scores.sections().get(0).without()).isEqualTo(scores.sections().get(1).alone());
        assertThat(scores.sections().get(1).without()).isBetween(0.35, 0.65);
        assertThat(scores.whole()).isGreaterThan(0.95);
        assertThat(scores.table()).contains("all but it");
        assertThat(scores.chart("label").toPng()).isNotEmpty();
        FeatureSet noise = FeatureSet.of(new float[600], 1).withLabels(z.labels(), z.classNames());
        SectionScores.Baselines baselines =
                SectionScores.Baselines.of(
                        LinearProbe.onFeatures(),
                        LAYOUT,
                        noise.rows(even),
                        noise.rows(odd),
                        z.rows(odd),
                        z.rows(even));
        assertThat(baselines.pixels()).isBetween(0.3, 0.7); // They know nothing.
        assertThat(baselines.chance()).isBetween(0.3, 0.7);
        assertThat(scores.table(baselines))
                .containsPattern("alone, untrained\n +0 .+\n +1 .+ (9[5-9]\\.[0-9]|100\\.0)%\n")
                .containsPattern("whole .+chance [3-6].+, raw pixels [3-6].+, untrained (9|100)");
        assertThat(scores.chart("label", baselines).toImage().getHeight())
                .isGreaterThan(scores.chart("label").toImage().getHeight());
        SectionScores one =
                SectionScores.of(
                        KnnProbe.builder().build(), LatentLayout.of(4), z.rows(even), z.rows(odd));
        assertThat(one.sections().get(0).without()).isNaN();
        assertThat(one.sections().get(0).alone()).isEqualTo(one.whole());
    }
}
