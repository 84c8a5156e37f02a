package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SigRegTest {

    private static final int POINTS = 17;

    /** In one dimension every random direction is 1 or -1, which the statistic does not tell. */
    private static double expected(double[] x) {
        double sum = 0;
        for (int k = 0; k < POINTS; k++) {
            double t = 3.0 * k / (POINTS - 1);
            double real = 0;
            double imaginary = 0;
            for (double value : x) {
                real += Math.cos(t * value) / x.length;
                imaginary += Math.sin(t * value) / x.length;
            }
            double normal = Math.exp(-t * t / 2);
            double square = Math.pow(real - normal, 2) + imaginary * imaginary;
            double weight = (k == 0 || k == POINTS - 1 ? 1 : 2) * 3.0 / (POINTS - 1);
            sum += weight * normal * square;
        }
        return sum;
    }

    @Test
    void itIsEppsAndPulleysStatistic() {
        double[] x = {-1.5, 0.25, 0.5, 2};
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray rows = manager.create(new float[] {-1.5f, 0.25f, 0.5f, 2}, new Shape(4, 1));
            assertThat((double) LatentStatistics.sigReg(rows).getFloat())
                    .isCloseTo(expected(x), within(1e-5));
        }
    }

    /** By central differences in double; the operator's own round-off is 1e-6 of the sum. */
    @Test
    void itsGradientIsThatOfTheStatistic() {
        double[] x = {-1.5, 0.25, 0.5, 2};
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray rows = manager.create(new float[] {-1.5f, 0.25f, 0.5f, 2}, new Shape(4, 1));
            rows.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(LatentStatistics.sigReg(rows));
            }
            float[] gradient = rows.getGradient().toFloatArray();
            for (int i = 0; i < x.length; i++) {
                double[] up = x.clone();
                double[] down = x.clone();
                up[i] += 1e-5;
                down[i] -= 1e-5;
                double slope = (expected(up) - expected(down)) / 2e-5;
                assertThat((double) gradient[i]).isCloseTo(slope, within(1e-4));
            }
        }
    }

    @Test
    void drawsOfANormalAreNearAndACollapsedLatentIsFar() {
        Random random = new Random(2);
        float[] normal = new float[512 * 8];
        float[] collapsed = new float[512 * 8];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
            collapsed[i] = (float) (i / 8 % 2);
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Shape shape = new Shape(512, 8);
            float near = LatentStatistics.sigReg(manager.create(normal, shape)).getFloat();
            float far = LatentStatistics.sigReg(manager.create(collapsed, shape)).getFloat();
            // Epps and Pulley's statistic, 512 times this, is about 1 for a normal.
            assertThat(512 * near).isBetween(0.2f, 3f);
            assertThat(far).isGreaterThan(20 * near);
        }
    }
}
