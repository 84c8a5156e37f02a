package org.soda4j.eval.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.training.GarbagePressure;

/** Priors against scikit-learn 1.7 on computed rows, and samples against what they came from. */
class LatentPriorTest {

    /** sin(1 + i (j + 2)) (j + 1) + (i mod 3) j, and {@code shift} more in column 0 of odd rows. */
    private static FeatureSet rows(double shift) {
        float[] values = new float[30 * 4];
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < 4; j++) {
                double value = Math.sin(1 + i * (j + 2)) * (j + 1) + (i % 3) * j;
                values[4 * i + j] = (float) value + (j == 0 && i % 2 == 1 ? (float) shift : 0);
            }
        }
        return FeatureSet.of(values, 4);
    }

    @Test
    void gaussianIsLedoitWolfs() {
        GaussianPrior prior = GaussianPrior.fit(rows(0));
        // sklearn.covariance.LedoitWolf().fit(x): shrinkage_, covariance_[0], score; all double.
        assertThat(prior.shrinkage()).isCloseTo(0.1292824378829188, within(1e-9));
        assertThat(prior.covariance()[0])
                .containsExactly(
                        new double[] {1.22319731, -0.06020775, -0.21575611, 0.02832276},
                        within(1e-7));
        assertThat(prior.logLikelihood(rows(0))).isCloseTo(-8.070048176138844, within(1e-9));
    }

    @Test
    void gaussianSamplesHaveItsMoments() {
        GaussianPrior prior = GaussianPrior.fit(rows(0));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray drawn = prior.sample(manager, 20_000, 5);
            assertThat(drawn.getShape()).isEqualTo(new Shape(20_000, 4));
            assertThat(prior.sample(manager, 3, 5)).isEqualTo(drawn.get("0:3"));
            assertThat(prior.sample(manager, 3, 6)).isNotEqualTo(drawn.get("0:3"));
            double[][] expected = prior.covariance();
            float[] z = drawn.toFloatArray();
            for (int j = 0; j < 4; j++) {
                for (int k = 0; k < 4; k++) {
                    double sum = 0;
                    for (int i = 0; i < 20_000; i++) {
                        sum += (z[4 * i + j] - prior.mean()[j]) * (z[4 * i + k] - prior.mean()[k]);
                    }
                    // Four standard errors of a covariance.
                    double error = 4 * Math.sqrt(2 * expected[j][j] * expected[k][k] / 20_000);
                    assertThat(sum / 20_000).isCloseTo(expected[j][k], within(error));
                }
            }
        }
    }

    @Test
    void mixtureOfTwoFarClustersIsScikitLearns() {
        MixturePrior prior = MixturePrior.fit(rows(20), 2, 3);
        int left = prior.means()[0][0] < prior.means()[1][0] ? 0 : 1;
        // GaussianMixture(2, reg_covar=1e-6 mean variance): no row is shared between the two.
        assertThat(prior.weights()).containsExactly(new double[] {0.5, 0.5}, within(1e-9));
        assertThat(prior.means()[left])
                .containsExactly(
                        new double[] {0.0480731, 0.3312925, 2.035134, 3.10255976}, within(1e-6));
        assertThat(prior.means()[1 - left])
                .containsExactly(
                        new double[] {20.02926801, 1.72499511, 1.92217706, 3.06104794},
                        within(1e-6));
        assertThat(prior.covariances()[left][0])
                .containsExactly(
                        new double[] {0.49612002, -0.05997514, -0.27034513, -0.53238094},
                        within(1e-6));
        assertThat(prior.logLikelihood(rows(20))).isCloseTo(-8.402241385620478, within(1e-6));
    }

    @Test
    void expectationMaximisationNeverFallsAndBeatsOneGaussian() {
        FeatureSet ring = ring(500);
        MixturePrior prior = MixturePrior.fit(ring, 6, 0);
        for (int i = 1; i < prior.history().size(); i++) {
            assertThat(prior.history().get(i)).isGreaterThan(prior.history().get(i - 1) - 1e-9);
        }
        assertThat(prior.history().size()).isGreaterThan(3);
        assertThat(prior.logLikelihood(ring))
                .isGreaterThan(GaussianPrior.fit(ring).logLikelihood(ring) + 0.5);
        assertThat(MixturePrior.fit(ring, 6, 0).means()).isDeepEqualTo(prior.means());
    }

    @Test
    void anUnusedDimensionIsNoObstacle() {
        float[] values = new float[200];
        for (int i = 0; i < 100; i++) {
            values[2 * i] = i % 10;
        }
        FeatureSet flat = FeatureSet.of(values, 2);
        try (NDManager manager = NDManager.newBaseManager()) {
            float[] drawn = MixturePrior.fit(flat, 2, 0).sample(manager, 50, 0).toFloatArray();
            for (int i = 0; i < 50; i++) {
                assertThat(drawn[2 * i + 1]).isCloseTo(0f, within(0.05f));
            }
        }
        assertThatThrownBy(() -> MixturePrior.fit(flat, 100, 0))
                .hasMessageContaining("more latents than components");
    }

    /** A thin ring of radius 3, which no normal distribution fits. */
    private static FeatureSet ring(int n) {
        SplittableRandom random = new SplittableRandom(2);
        float[] values = new float[2 * n];
        for (int i = 0; i < n; i++) {
            double angle = random.nextDouble() * 2 * Math.PI;
            double radius = 3 + 0.1 * random.nextGaussian();
            values[2 * i] = (float) (radius * Math.cos(angle));
            values[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
        return FeatureSet.of(values, 2);
    }

    /** The share of rows whose distance from the origin is between 2.5 and 3.5. */
    private static double onRing(NDArray drawn) {
        float[] z = drawn.toFloatArray();
        int hits = 0;
        for (int i = 0; i < z.length; i += 2) {
            double radius = Math.hypot(z[i], z[i + 1]);
            hits += radius > 2.5 && radius < 3.5 ? 1 : 0;
        }
        return hits / (z.length / 2.0);
    }

    @Test
    void diffusionDoesNotDependOnGarbageCollection() throws InterruptedException {
        FeatureSet ring = ring(200);
        assertThat(GarbagePressure.during(() -> loss(ring))).isEqualTo(loss(ring));
    }

    private static double loss(FeatureSet latents) {
        try (DiffusionPrior prior = DiffusionPrior.fit(latents, 300, 0)) {
            return prior.finalLoss();
        }
    }

    @Test
    void diffusionLearnsTheRing() {
        FeatureSet ring = ring(1000);
        try (NDManager manager = NDManager.newBaseManager();
                DiffusionPrior prior = DiffusionPrior.fit(ring, 800, 0)) {
            NDArray drawn = prior.sample(manager, 500, 1);
            double gaussian = onRing(GaussianPrior.fit(ring).sample(manager, 500, 1));
            assertThat(gaussian).isLessThan(0.3);
            assertThat(prior.finalLoss()).isBetween(0.5, 0.95);
            assertThat(onRing(drawn)).as("loss %s", prior.finalLoss()).isGreaterThan(0.6);
            // All around: the mean of the angles' unit vectors is near 0.
            float[] mean = drawn.mean(new int[] {0}).toFloatArray();
            assertThat(Math.hypot(mean[0], mean[1])).isLessThan(0.6);
            assertThat(prior.sample(manager, 500, 1).toFloatArray())
                    .isEqualTo(drawn.toFloatArray());
        }
        assertThatThrownBy(() -> DiffusionPrior.fit(ring, 0, 0)).hasMessageContaining("1 step");
    }

    @Test
    void priorsRefuseASingleLatent() {
        FeatureSet one = rows(0).rows(0);
        assertThatThrownBy(() -> GaussianPrior.fit(one)).hasMessageContaining("at least 2 latents");
    }
}
