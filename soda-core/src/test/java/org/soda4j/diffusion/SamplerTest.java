package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** The samplers, and what only one of them has. */
class SamplerTest {

    abstract static class DdimContract extends SamplerContract {

        abstract double eta();

        @Override
        Sampler sampler(boolean clip) {
            return DdimSampler.builder().steps(100).eta(eta()).clip(clip).build();
        }

        @Override
        String json() {
            return "{\"kind\":\"ddim\",\"steps\":100,\"eta\":%s,\"clip\":true,\"spacing\":\"UNIFORM\"}"
                    .formatted(eta());
        }

        @Override
        PixelPath path(NoiseSchedule schedule, double mean, double deviation) {
            return (x, from, to, noise) -> step(schedule, from, to, mean, deviation).at(x, noise);
        }

        private Affine step(
                NoiseSchedule schedule, long from, long to, double mean, double deviation) {
            double a = schedule.alphaBar(from);
            double b = schedule.alphaBar(to);
            double sigma = eta() * Math.sqrt((1 - b) / (1 - a)) * Math.sqrt(1 - a / b);
            Affine x0 = Affine.estimate(a, mean, deviation);
            // x' = sqrt(b) x0 + k (x - sqrt(a) x0) with k = sqrt((1 - b - sigma^2) / (1 - a)).
            double k = Math.sqrt((1 - b - sigma * sigma) / (1 - a));
            double ofX0 = Math.sqrt(b) - k * Math.sqrt(a);
            return new Affine(ofX0 * x0.slope() + k, ofX0 * x0.intercept(), sigma);
        }
    }

    @Nested
    class DdimDeterministic extends DdimContract {
        @Override
        double eta() {
            return 0;
        }
    }

    @Nested
    class DdimStochastic extends DdimContract {
        @Override
        double eta() {
            return 1;
        }
    }

    abstract static class DdpmContract extends SamplerContract {

        abstract DdpmSampler.Variance variance();

        @Override
        Sampler sampler(boolean clip) {
            return DdpmSampler.builder().variance(variance()).clip(clip).build();
        }

        @Override
        String json() {
            return "{\"kind\":\"ddpm\",\"variance\":\"%s\",\"clip\":true}".formatted(variance());
        }

        /** DDPM's eq. 11: mean = (x - beta / sqrt(1 - a) eps) / sqrt(1 - beta). */
        @Override
        PixelPath path(NoiseSchedule schedule, double mean, double deviation) {
            return (x, from, to, noise) -> step(schedule, from, to, mean, deviation).at(x, noise);
        }

        private Affine step(
                NoiseSchedule schedule, long from, long to, double mean, double deviation) {
            double a = schedule.alphaBar(from);
            double beta = schedule.beta(from);
            double total = a * deviation * deviation + 1 - a;
            // eps = sqrt(1 - a) (x - sqrt(a) mean) / total
            double slope = (1 - beta / total) / Math.sqrt(1 - beta);
            double intercept = beta * Math.sqrt(a) * mean / total / Math.sqrt(1 - beta);
            double variance =
                    variance() == DdpmSampler.Variance.BETA
                            ? beta
                            : beta * (1 - schedule.alphaBar(from - 1)) / (1 - a);
            return new Affine(slope, intercept, from == 1 ? 0 : Math.sqrt(variance));
        }
    }

    @Nested
    class DdpmPosterior extends DdpmContract {
        @Override
        DdpmSampler.Variance variance() {
            return DdpmSampler.Variance.POSTERIOR;
        }
    }

    @Nested
    class DdpmBeta extends DdpmContract {
        @Override
        DdpmSampler.Variance variance() {
            return DdpmSampler.Variance.BETA;
        }
    }

    /** Entries `times` of the reference's sampling files. */
    @Test
    void ddimTimesAreThoseOfTheReference() {
        NoiseSchedule schedule = NoiseSchedule.linear(1000);
        assertThat(DdimSampler.builder().steps(5).build().times(schedule))
                .containsExactly(801, 601, 401, 201, 1, 0);
        assertThat(DdimSampler.builder().steps(10).build().times(schedule))
                .containsExactly(901, 801, 701, 601, 501, 401, 301, 201, 101, 1, 0);
        assertThat(DdimSampler.builder().steps(1).build().times(schedule)).containsExactly(1, 0);
        assertThat(DdimSampler.builder().steps(1000).build().times(schedule))
                .hasSize(1001)
                .startsWith(1000, 999)
                .endsWith(2, 1, 0);
    }

    @Test
    void ddimTimesGoOnToTheEndWhereStepsDoNotDivide() {
        assertThat(DdimSampler.builder().steps(3).build().times(NoiseSchedule.linear(10)))
                .containsExactly(10, 7, 4, 1, 0);
        assertThat(DdimSampler.builder().steps(6).build().times(NoiseSchedule.linear(10)))
                .containsExactly(10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        assertThat(DdimSampler.builder().steps(300).build().times(NoiseSchedule.linear(1000)))
                .hasSize(335)
                .startsWith(1000, 997)
                .endsWith(4, 1, 0);
    }

    /**
     * The reference's first stochastic step without its network: start, result and noise leave one
     * x0, which only the right formula, schedule and noise put into [-1, 1], mostly on its ends.
     */
    @Test
    void ddimFirstStepOfTheReferenceFollowsTheFormula() throws Exception {
        NoiseSchedule schedule = NoiseSchedule.inverted(1000);
        DdimSampler sampler = DdimSampler.builder().steps(5).eta(1).build();
        DiffusionProcess process = new DiffusionProcess(schedule, Prediction.X0);
        double a = schedule.alphaBar(801);
        double b = schedule.alphaBar(601);
        double sigma = Math.sqrt((1 - a / b) * (1 - b) / (1 - a));
        double k = Math.sqrt((1 - b - sigma * sigma) / (1 - a));
        try (SafetensorsFile golden =
                        Safetensors.open(
                                Path.of(
                                        SamplerTest.class
                                                .getResource(
                                                        "/golden/sampling_stochastic.safetensors")
                                                .toURI()));
                NDManager manager = NDManager.newBaseManager()) {
            NDArray start = golden.read("start", manager);
            NDArray first = golden.read("first_step", manager);
            NDArray noise =
                    manager.create(
                            GoldenNumbers.normal("sampling_stochastic.noise.0", (int) start.size()),
                            start.getShape());
            NDArray x0 =
                    first.sub(noise.mul(sigma))
                            .sub(start.mul(k))
                            .div(Math.sqrt(b) - k * Math.sqrt(a));
            assertThat(x0.abs().max().getFloat()).isCloseTo(1f, within(1e-5f));
            assertThat(x0.abs().gt(1 - 1e-5).toType(DataType.INT64, true).sum().getLong())
                    .isGreaterThan(900);
            List<NDArray> seen = new ArrayList<>();
            sampler.sample(
                    process,
                    (x, t, keeps) -> x0.duplicate(),
                    start,
                    Guidance.none(),
                    (step, like) ->
                            manager.create(
                                    GoldenNumbers.normal(
                                            "sampling_stochastic.noise." + step, (int) like.size()),
                                    like.getShape()),
                    step -> {
                        if (step.index() == 0) {
                            NDArray image = step.image().duplicate();
                            image.attach(manager);
                            seen.add(image);
                        }
                    });
            // Float32 of numbers up to 4.
            assertThat(seen.get(0).sub(first).abs().max().getFloat()).isLessThan(5e-6f);
        }
    }

    /** As it was written before there were spacings. */
    @Test
    void ddimOfOlderJsonIsUniform() throws Exception {
        assertThat(
                        new ObjectMapper()
                                .readValue(
                                        "{\"kind\":\"ddim\",\"steps\":50,\"eta\":0.5,\"clip\":true}",
                                        Sampler.class))
                .isEqualTo(DdimSampler.builder().steps(50).eta(0.5).build());
        assertThat(
                        DdimSampler.builder()
                                .steps(4)
                                .spacing(TimestepSpacing.TRAILING)
                                .build()
                                .times(NoiseSchedule.linear(1000)))
                .containsExactly(1000, 750, 500, 250, 0);
    }

    @Test
    void ddpmTakesEveryStep() {
        assertThat(DdpmSampler.builder().build().times(NoiseSchedule.cosine(3)))
                .containsExactly(3, 2, 1, 0);
    }

    @Test
    void refusesBadSettings() {
        assertThatThrownBy(() -> DdimSampler.builder().steps(0))
                .hasMessage("steps: expected at least 1, found 0");
        for (double eta : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> DdimSampler.builder().eta(eta))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("eta: expected 0 to 1, found " + eta);
        }
        assertThatThrownBy(() -> new DdimSampler(-1, 0, true, TimestepSpacing.UNIFORM))
                .isInstanceOf(IllegalArgumentException.class);
        DdimSampler sampler = DdimSampler.builder().steps(11).build();
        assertThatThrownBy(() -> sampler.times(NoiseSchedule.linear(10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected at most the schedule's 10 steps, found 11");
        assertThatThrownBy(() -> DdpmSampler.builder().variance(null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void noiseIsDrawnOnceAStepAndNeverForTheLast() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.inverted(100));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.randomNormal(new Shape(1, 1, 2, 2));
            for (double eta : new double[] {0, 0.5}) {
                List<Integer> drawn = new ArrayList<>();
                DdimSampler.builder()
                        .steps(5)
                        .eta(eta)
                        .build()
                        .sample(
                                process,
                                new GaussianData(process, 0, 1),
                                start,
                                Guidance.none(),
                                (step, like) -> {
                                    drawn.add(step);
                                    return NoiseSource.engine().draw(step, like);
                                },
                                step -> {});
                assertThat(drawn).isEqualTo(eta == 0 ? List.of() : List.of(0, 1, 2, 3));
            }
            assertThatThrownBy(
                            () ->
                                    DdpmSampler.builder()
                                            .build()
                                            .sample(
                                                    process,
                                                    new GaussianData(process, 0, 1),
                                                    start,
                                                    Guidance.none(),
                                                    (step, like) -> like.get("0"),
                                                    step -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("noise of step 0: expected float32 (1, 1, 2, 2)");
        }
    }

    /** A loop of one's own over single steps is the sampler's loop, bit for bit. */
    @Test
    void aLoopOfOnesOwnDrawsTheSameImage() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.inverted(100));
        Sampler sampler = DdimSampler.builder().steps(10).eta(0.5).build();
        GaussianData data = new GaussianData(process, 0.2, 0.5);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.randomNormal(new Shape(2, 1, 4, 4));
            NoiseSource noise = NoiseSource.seeded(3);
            NDArray expected =
                    sampler.sample(process, data, start, Guidance.none(), noise, step -> {});
            long[] times = sampler.times(process.schedule());
            Trajectory trajectory = sampler.trajectory(process, noise, manager);
            Trajectory fromOutputs = sampler.trajectory(process, noise, manager);
            NDArray x = start;
            NDArray y = start;
            for (int i = 0; i + 1 < times.length; i++) {
                x =
                        trajectory
                                .step(
                                        x,
                                        times[i],
                                        times[i + 1],
                                        (image, t) -> Guidance.none().predict(data, image, t))
                                .image();
                NDArray output = Guidance.none().predict(data, y, times[i]);
                y = fromOutputs.step(y, times[i], times[i + 1], output).image();
            }
            assertThat(x).isEqualTo(expected);
            assertThat(y).isEqualTo(expected);
        }
    }

    /**
     * Heun's method (Karras et al. 2022, algorithm 1) on the DDIM equation: a sampler from outside,
     * with two evaluations a step and something to remember.
     */
    private static final class OutsideHeun implements Sampler {

        private final Sampler plan;

        OutsideHeun(int steps) {
            plan = DdimSampler.builder().steps(steps).build();
        }

        @Override
        public long[] times(NoiseSchedule schedule) {
            return plan.times(schedule);
        }

        @Override
        public Trajectory trajectory(
                DiffusionProcess process, NoiseSource noise, NDManager memory) {
            NDArray steps = memory.zeros(new Shape(1));
            return (x, from, to, denoiser) -> {
                steps.addi(1);
                NDArray first = process.toEpsilon(denoiser.predict(x, from), x, from);
                NDArray guess = moved(process.schedule(), x, first, from, to);
                if (to > 0) {
                    NDArray second = process.toEpsilon(denoiser.predict(guess, to), guess, to);
                    guess = moved(process.schedule(), x, first.add(second).mul(0.5), from, to);
                }
                return new Trajectory.Step(guess, process.toX0(first, x, from));
            };
        }

        private static NDArray moved(
                NoiseSchedule schedule, NDArray x, NDArray epsilon, long from, long to) {
            double a = schedule.alphaBar(from);
            double b = schedule.alphaBar(to);
            double slope = Math.sqrt(1 / b - 1) - Math.sqrt(1 / a - 1);
            return x.div(Math.sqrt(a)).add(epsilon.mul(slope)).mul(Math.sqrt(b));
        }
    }

    /** Of Gaussian data, whose end is known: twice the evaluations, much closer. */
    @Test
    void aSamplerFromOutsideEvaluatesTwiceAStepAndRemembers() {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.cosine(1000));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.randomNormal(new Shape(1, 1, 8, 8));
            GaussianData data = new GaussianData(process, 0, 0.5);
            float ddim = error(DdimSampler.builder().steps(20).clip(false).build(), data, start);
            data.calls.clear();
            float heun = error(new OutsideHeun(10), data, start);
            assertThat(data.calls).hasSize(19);
            assertThat(heun).isLessThan(ddim / 2);
            Trajectory trajectory =
                    new OutsideHeun(10).trajectory(process, NoiseSource.engine(), manager);
            assertThatThrownBy(() -> trajectory.step(start, 901, 801, start.duplicate()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("expected one evaluation at 901, found another at 801");
        }
    }

    /** Against the exact solution: all of Gaussian data shrinks by the ratio of deviations. */
    private static float error(Sampler sampler, GaussianData data, NDArray start) {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.cosine(1000));
        double a = process.schedule().alphaBar(sampler.times(process.schedule())[0]);
        NDArray exact = start.mul(0.5 / Math.sqrt(a * 0.25 + 1 - a));
        NDArray found = sampler.sample(process, data, start, Guidance.none());
        return found.sub(exact).abs().max().getFloat();
    }
}
