package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normal data, for which sampler and probability flow are known in closed form. */
class DdimInversionTest {

    private static final double MEAN = 0.3;
    private static final double DEVIATION = 0.5;
    private static final double[] PIXELS = {-0.9, -0.2, 0.3, 0.95};

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void limitIsTheExactInverseOfTheSampler(Prediction prediction) {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(1000), prediction);
            GaussianData denoiser = new GaussianData(process, MEAN, DEVIATION);
            NDArray images = manager.create(PIXELS, new Shape(1, 1, 2, 2));
            DdimInversion inversion = new DdimInversion(10, 200);
            NDArray noise =
                    inversion.invert(process, denoiser, images, Guidance.none(), step -> {});
            NDArray again = inversion.sampler().sample(process, denoiser, noise, Guidance.none());
            // Round-off in double, magnified by 1 / sqrt(alphaBar) of up to 150.
            assertThat(again.toDoubleArray()).containsExactly(PIXELS, within(1e-10));
        }
    }

    @Test
    void tendsToTheProbabilityFlowAsStepsGrow() {
        double coarse = errorAgainstFlow(50);
        double fine = errorAgainstFlow(1000);
        // First order in the step; the times end at 1 and T - T/steps + 1 rather than at 0 and T.
        assertThat(coarse).isBetween(0.01, 0.2);
        assertThat(fine).isLessThan(coarse / 10);
    }

    /** (x - sqrt(a) mean) / sqrt(a deviation^2 + 1 - a) is constant along the flow. */
    private static double errorAgainstFlow(int steps) {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(1000));
            GaussianData denoiser = new GaussianData(process, MEAN, DEVIATION);
            NDArray images = manager.create(PIXELS, new Shape(1, 1, 2, 2));
            DdimInversion inversion = new DdimInversion(steps, 1);
            double[] noise =
                    inversion
                            .invert(process, denoiser, images, Guidance.none(), step -> {})
                            .toDoubleArray();
            double a =
                    process.schedule().alphaBar(inversion.sampler().times(process.schedule())[0]);
            double worst = 0;
            for (int i = 0; i < noise.length; i++) {
                double expected =
                        Math.sqrt(a) * MEAN
                                + Math.sqrt(a * DEVIATION * DEVIATION + 1 - a)
                                        * (PIXELS[i] - MEAN)
                                        / DEVIATION;
                worst = Math.max(worst, Math.abs(noise[i] - expected));
            }
            return worst;
        }
    }

    @Test
    void moreEvaluationsComeCloser() {
        assertThat(roundTripError(4)).isLessThan(roundTripError(1) / 5);
    }

    private static double roundTripError(int evaluations) {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(1000));
            GaussianData denoiser = new GaussianData(process, MEAN, DEVIATION);
            NDArray images = manager.create(PIXELS, new Shape(1, 1, 2, 2));
            DdimInversion inversion = new DdimInversion(20, evaluations);
            NDArray noise =
                    inversion.invert(process, denoiser, images, Guidance.none(), step -> {});
            NDArray again = inversion.sampler().sample(process, denoiser, noise, Guidance.none());
            return again.sub(images).abs().max().getDouble();
        }
    }

    @Test
    void listenerSeesAscendingTimesAndInputsStay() {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(1000));
            GaussianData denoiser = new GaussianData(process, MEAN, DEVIATION);
            NDArray images = manager.create(PIXELS, new Shape(1, 1, 2, 2));
            List<Long> times = new ArrayList<>();
            new DdimInversion(4, 2)
                    .invert(
                            process,
                            denoiser,
                            images,
                            Guidance.none(),
                            step -> {
                                times.add(step.from());
                                times.add(step.to());
                            });
            assertThat(times).containsExactly(0L, 1L, 1L, 251L, 251L, 501L, 501L, 751L);
            assertThat(denoiser.calls.stream().map(GaussianData.Call::t))
                    .containsExactly(1L, 1L, 1L, 251L, 251L, 501L, 501L, 751L);
            assertThat(images.toDoubleArray()).containsExactly(PIXELS);
        }
    }

    @Test
    void refusesWhatItCannotDo() {
        assertThatThrownBy(() -> new DdimInversion(0, 1)).hasMessageContaining("at least 1 step");
        assertThatThrownBy(() -> new DdimInversion(1, 0)).hasMessageContaining("evaluation");
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(10));
            GaussianData denoiser = new GaussianData(process, MEAN, DEVIATION);
            NDArray images = manager.create(PIXELS, new Shape(1, 1, 2, 2));
            assertThatThrownBy(
                            () ->
                                    new DdimInversion(11, 1)
                                            .invert(
                                                    process,
                                                    denoiser,
                                                    images,
                                                    Guidance.none(),
                                                    step -> {}))
                    .hasMessageContaining("at most the schedule's 10 steps");
        }
    }
}
