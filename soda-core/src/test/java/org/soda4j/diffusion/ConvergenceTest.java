package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Orders of convergence against the exact solution of the probability-flow ODE: for normal data (x
 * - sqrt(alphaBar) mean) / sqrt(alphaBar deviation^2 + 1 - alphaBar) never changes. In float64, on
 * a schedule whose log-SNR falls evenly, so that every grid lies on whole times.
 */
class ConvergenceTest {

    private static final double MEAN = 0.3;
    private static final double DEVIATION = 0.5;
    private static final double[] START = {-1.7, -0.4, 0.3, 1.2};

    /** T; half the log-SNR falls from 3 at t = 0, were it not infinite there, to -7. */
    private static final int STEPS = 1600;

    static Stream<Arguments> solvers() {
        return Stream.of(
                Arguments.of(DdimSampler.builder().steps(1).clip(false).build(), 1),
                Arguments.of(exact(DpmSolver.builder()), 2),
                Arguments.of(exact(DpmSolver.builder().order(3)), 3),
                Arguments.of(HeunSampler.builder().thresholding(Thresholding.NONE).build(), 2),
                Arguments.of(UniPc.builder().thresholding(Thresholding.NONE).build(), 3));
    }

    private static DpmSolver exact(DpmSolver.Builder builder) {
        return builder.thresholding(Thresholding.NONE).build();
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void errorFallsWithThePowerOfTheStep(Sampler sampler, int order) {
        double coarse = error(sampler, 80);
        double fine = error(sampler, 160);
        double finest = error(sampler, 320);
        // The tolerance is the next power of the step, seen at these sizes.
        assertThat(log2(coarse / fine)).isBetween(order - 0.25, order + 0.5);
        assertThat(log2(fine / finest)).isBetween(order - 0.15, order + 0.3);
    }

    private static double log2(double ratio) {
        return Math.log(ratio) / Math.log(2);
    }

    private static double error(Sampler sampler, int steps) {
        double[] alphaBars = new double[STEPS + 1];
        alphaBars[0] = 1;
        for (int t = 1; t <= STEPS; t++) {
            double lambda = 3 - 10.0 * t / STEPS;
            alphaBars[t] = 1 / (1 + Math.exp(-2 * lambda));
        }
        NoiseSchedule schedule = NoiseSchedule.of(alphaBars);
        DiffusionProcess process = new DiffusionProcess(schedule);
        GaussianData data = new GaussianData(process, MEAN, DEVIATION);
        // From -7, where x0 hardly depends on lambda and a first step of low order does no harm, to
        // 1.
        long last = STEPS / 5;
        long stride = (STEPS - last) / steps;
        try (NDManager manager = NDManager.newBaseManager()) {
            Trajectory trajectory = sampler.trajectory(process, NoiseSource.engine(), manager);
            NDArray x = manager.create(START, new Shape(1, 1, 2, 2));
            for (long t = STEPS; t > last; t -= stride) {
                x =
                        trajectory
                                .step(
                                        x,
                                        t,
                                        t - stride,
                                        (image, time) -> Guidance.none().predict(data, image, time))
                                .image();
            }
            double worst = 0;
            double[] found = x.toDoubleArray();
            for (int i = 0; i < START.length; i++) {
                double kept = (START[i] - signal(schedule, STEPS) * MEAN) / spread(schedule, STEPS);
                double exact = signal(schedule, last) * MEAN + spread(schedule, last) * kept;
                worst = Math.max(worst, Math.abs(found[i] - exact));
            }
            return worst;
        }
    }

    private static double signal(NoiseSchedule schedule, long t) {
        return Math.sqrt(schedule.alphaBar(t));
    }

    private static double spread(NoiseSchedule schedule, long t) {
        double a = schedule.alphaBar(t);
        return Math.sqrt(a * DEVIATION * DEVIATION + 1 - a);
    }
}
