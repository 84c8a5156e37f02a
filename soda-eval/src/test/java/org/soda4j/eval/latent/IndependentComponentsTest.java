package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.disentanglement.Disentanglement;
import org.soda4j.eval.disentanglement.DisentanglementScores;
import org.soda4j.eval.disentanglement.Factor;
import org.soda4j.eval.feature.FeatureSet;

class IndependentComponentsTest {

    private static final int N = 3000;
    private static final int D = 8;

    private final double[] x = new double[N];
    private final double[] y = new double[N];
    private final int[] hue = new int[N];

    /** A place and a hue on its circle, mixed at random, with a little noise in all 8 numbers. */
    private FeatureSet mixed() {
        Random random = new Random(4);
        double[][] mixing = new double[4][D];
        for (double[] row : mixing) {
            for (int j = 0; j < D; j++) {
                row[j] = random.nextGaussian();
            }
        }
        float[] values = new float[N * D];
        for (int i = 0; i < N; i++) {
            x[i] = random.nextInt(8);
            y[i] = random.nextInt(8);
            hue[i] = random.nextInt(6);
            double angle = 2 * Math.PI * hue[i] / 6;
            double[] sources = {x[i] / 2.3, y[i] / 2.3, Math.cos(angle), Math.sin(angle)};
            for (int j = 0; j < D; j++) {
                double value = 3 + 0.01 * random.nextGaussian();
                for (int s = 0; s < sources.length; s++) {
                    value += sources[s] * mixing[s][j];
                }
                values[i * D + j] = (float) value;
            }
        }
        return FeatureSet.of(values, D);
    }

    private List<Factor> factors() {
        return List.of(
                Factor.continuous("x", x),
                Factor.continuous("y", y),
                Factor.categorical("hue", hue));
    }

    @Test
    void mixedFactorsComeApart() {
        FeatureSet latents = mixed();
        DisentanglementScores before = Disentanglement.of(latents, factors()).perDimension();
        assertThat(before.disentanglement()).isLessThan(0.7);
        // The noise has a thousandth of the variance, so that the gap is behind the fourth.
        IndependentComponents components =
                IndependentComponents.beforeGap(latents, 2, 0).sections(3);
        assertThat(components.sizes()).containsExactly(2, 1, 1);
        FeatureSet apart = components.of(latents);
        DisentanglementScores after =
                Disentanglement.of(apart, factors()).perSection(components.sizes());
        // Not 1: of 3,000 examples the axes are found to a few degrees.
        assertThat(after.disentanglement()).isGreaterThan(0.85);
        assertThat(after.informativeness()).isGreaterThan(0.95);
        for (int k = 0; k < 4; k++) {
            double squares = 0;
            for (int i = 0; i < N; i++) {
                squares += Math.pow(apart.row(i)[k], 2) / N;
            }
            assertThat(squares).isCloseTo(1, within(1e-3));
        }
    }

    /** Peaked sources are where log cosh is least, flat ones where it is greatest. */
    @Test
    void peakedSourcesComeApartAsFlatOnesDo() {
        Random random = new Random(6);
        double[][] sources = new double[4][N];
        float[] values = new float[4 * N];
        double[][] mixing = {{1, 1, 0, 1}, {1, -1, 1, 0}, {0, 1, 1, -1}, {1, 0, -1, -1}};
        for (int i = 0; i < N; i++) {
            for (int s = 0; s < 4; s++) {
                sources[s][i] =
                        s < 2
                                ? random.nextGaussian() * random.nextGaussian()
                                : random.nextDouble() - 0.5;
                for (int j = 0; j < 4; j++) {
                    values[4 * i + j] += (float) (sources[s][i] * mixing[s][j]);
                }
            }
        }
        FeatureSet latents = FeatureSet.of(values, 4);
        FeatureSet apart = IndependentComponents.of(latents, 4, 0).of(latents);
        for (double[] source : sources) {
            double most = 0;
            for (int k = 0; k < 4; k++) {
                int component = k;
                double covariance =
                        IntStream.range(0, N)
                                .mapToDouble(i -> source[i] * apart.row(i)[component])
                                .average()
                                .orElseThrow();
                double squares = Arrays.stream(source).map(v -> v * v).average().orElseThrow();
                most = Math.max(most, Math.abs(covariance) / Math.sqrt(squares));
            }
            // Of 3,000 examples the axes are found to a few degrees.
            assertThat(most).isGreaterThan(0.98);
        }
    }

    @Test
    void aDirectionMovesItsComponentAlone() {
        FeatureSet latents = mixed();
        IndependentComponents components = IndependentComponents.of(latents, 4, 0).sections(3);
        List<LatentDirection> directions = components.directions(latents);
        assertThat(directions).hasSize(4);
        assertThat(directions.get(2).name()).isEqualTo("independent section 1, 1");
        // Components are uncorrelated, but for the noise in the other dimensions.
        assertThat(directions.stream().mapToDouble(LatentDirection::explained).sum())
                .isCloseTo(1, within(0.01));
        float[] z = latents.row(0);
        for (int k = 0; k < 4; k++) {
            float[] moved = z.clone();
            for (int j = 0; j < D; j++) {
                moved[j] += (float) (directions.get(k).deviation() * directions.get(k).unit()[j]);
            }
            float[] both = new float[2 * D];
            System.arraycopy(z, 0, both, 0, D);
            System.arraycopy(moved, 0, both, D, D);
            FeatureSet change = components.of(FeatureSet.of(both, D));
            for (int other = 0; other < 4; other++) {
                double moves = change.row(1)[other] - change.row(0)[other];
                // One standard deviation of its own, and nothing of the others; z is in float32.
                assertThat(moves).isCloseTo(other == k ? 1 : 0, within(1e-3));
            }
        }
    }

    @Test
    void theSameSeedFindsTheSame() {
        FeatureSet latents = mixed();
        assertThat(IndependentComponents.of(latents, 4, 7).of(latents).values())
                .isEqualTo(IndependentComponents.of(latents, 4, 7).of(latents).values());
    }

    @Test
    void whatCannotBeUnmixedIsRefused() {
        FeatureSet latents = mixed();
        assertThatThrownBy(() -> IndependentComponents.of(latents.rows(0, 1, 2), 2, 0))
                .hasMessageContaining("expected at least 100 latents, found 3");
        assertThatThrownBy(() -> IndependentComponents.of(latents, 4, 0).sections(5))
                .hasMessageContaining("expected 1 to 4");
        assertThatThrownBy(() -> IndependentComponents.beforeGap(latents, 8, 0))
                .hasMessageContaining("least components: expected 1 to 7")
                .hasMessageContaining("found 8");
        float[] flat = new float[400];
        for (int i = 0; i < 400; i += 4) {
            flat[i] = i;
        }
        assertThatThrownBy(() -> IndependentComponents.of(FeatureSet.of(flat, 4), 2, 0))
                .hasMessageContaining("expected 2 directions that vary, found 1");
        IndependentComponents components = IndependentComponents.of(latents, 4, 0);
        assertThatThrownBy(() -> components.of(latents.columns(0, 3)))
                .hasMessageContaining("expected latents of 8 dimensions, found 3");
    }
}
