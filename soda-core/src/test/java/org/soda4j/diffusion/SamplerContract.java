package org.soda4j.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every sampler must do; the denoiser is the best one for Gaussian data, in closed form. */
abstract class SamplerContract {

    private static final Shape SMALL = new Shape(2, 3, 4, 4);

    /** A fifth of the published steps with five times the betas: the same range of noise. */
    private static final int STEPS = 200;

    private NDManager manager;

    /** The sampler under test; its estimates of x0 are clipped or left alone. */
    abstract Sampler sampler(boolean clip);

    /** The value of its JSON. */
    abstract String json();

    /**
     * A pixel's way for data of known mean and deviation, without clipping; derived by hand for
     * each sampler, in double. Affine in the pixel and the noise.
     */
    abstract PixelPath path(NoiseSchedule schedule, double mean, double deviation);

    /** The times at which a trajectory evaluates the denoiser. */
    List<Long> evaluated(long... times) {
        return Arrays.stream(times).boxed().toList().subList(0, times.length - 1);
    }

    /** The steps of one pixel, one after the other; may remember. */
    @FunctionalInterface
    interface PixelPath {
        double step(double x, long from, long to, double noise);
    }

    /** {@code slope x + intercept + sigma noise}. */
    record Affine(double slope, double intercept, double sigma) {

        double at(double x, double noise) {
            return slope * x + intercept + sigma * noise;
        }

        /** E[x0 | x_t] of Gaussian data, as slope and intercept. */
        static Affine estimate(double alphaBar, double mean, double deviation) {
            double variance = deviation * deviation;
            double total = alphaBar * variance + 1 - alphaBar;
            return new Affine(
                    Math.sqrt(alphaBar) * variance / total, mean * (1 - alphaBar) / total, 0);
        }
    }

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    private NDArray normal(Shape shape, long seed) {
        return NoiseSource.seeded(seed).draw(0, manager.create(shape));
    }

    private static DiffusionProcess process() {
        return new DiffusionProcess(NoiseSchedule.linear(STEPS, 5e-4, 0.1));
    }

    /** A user previews with one step, or two. */
    @ParameterizedTest
    @EnumSource(Prediction.class)
    void fewestTimesGiveImagesInRange(Prediction prediction) {
        for (NoiseSchedule schedule :
                List.of(
                        NoiseSchedule.linear(1000),
                        NoiseSchedule.cosine(1000),
                        NoiseSchedule.inverted(1000))) {
            DiffusionProcess process = new DiffusionProcess(schedule, prediction);
            for (int steps = 1; steps <= 3; steps++) {
                Sampler few = few(steps);
                assumeThat(few).isNotNull();
                assertThat(few.times(schedule)).hasSize(steps + 1);
                NDArray image =
                        few.sample(
                                process,
                                new GaussianData(process, 0.2, 0.1),
                                normal(SMALL, 13),
                                Guidance.whole(0.3));
                // Guidance goes to 1.3 times the mean, 0.26.
                assertThat(image.mean().getFloat()).isBetween(0.16f, 0.36f);
                assertThat(image.abs().max().getFloat()).isLessThanOrEqualTo(1.0001f);
            }
        }
    }

    /** The sampler with another number of steps, without DDIM's times; null: none such. */
    Sampler few(int steps) {
        return null;
    }

    @Test
    void visitsTimesDownToZero() {
        for (int steps : new int[] {100, 101, 250, 1000}) {
            long[] times = sampler(true).times(NoiseSchedule.cosine(steps));
            assertThat(times[0]).isBetween(1L, (long) steps);
            assertThat(times[times.length - 1]).isZero();
            for (int i = 1; i < times.length; i++) {
                assertThat(times[i]).isLessThan(times[i - 1]);
            }
        }
    }

    /** A single point has E[x0 | x_t] = the point at every t, so nothing else may come out. */
    @ParameterizedTest
    @EnumSource(Prediction.class)
    void findsASinglePoint(Prediction prediction) {
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.cosine(STEPS), prediction);
        NDArray image =
                sampler(true)
                        .sample(
                                process,
                                new GaussianData(process, 0.5, 0),
                                normal(SMALL, 1),
                                Guidance.none());
        assertThat(image.getShape()).isEqualTo(SMALL);
        for (float value : image.toFloatArray()) {
            assertThat(value).isCloseTo(0.5f, within(1e-4f));
        }
    }

    /** Every step is affine here, so the mean and variance that come out are known exactly. */
    @Test
    void recoversMeanAndVarianceOfGaussianData() {
        DiffusionProcess process = process();
        double mean = 0.3;
        double deviation = 0.4;
        Sampler sampler = sampler(false);
        long[] times = sampler.times(process.schedule());
        // The way is affine, so that start and noises show their weights one by one.
        double expectedMean = end(process, times, 0, -1);
        double ofStart = end(process, times, 1, -1) - expectedMean;
        double expectedVariance = ofStart * ofStart;
        for (int i = 0; i + 1 < times.length; i++) {
            double ofNoise = end(process, times, 0, i) - expectedMean;
            expectedVariance += ofNoise * ofNoise;
        }
        NDArray image =
                sampler.sample(
                        process,
                        new GaussianData(process, mean, deviation),
                        normal(new Shape(64, 1, 16, 16), 2),
                        Guidance.none(),
                        NoiseSource.seeded(3),
                        step -> {});
        float[] values = image.toFloatArray();
        double average = 0;
        for (float value : values) {
            average += value / values.length;
        }
        double variance = 0;
        for (float value : values) {
            variance += (value - average) * (value - average) / values.length;
        }
        // 16384 pixels: standard errors 0.4 / 128 = 0.003 and 0.16 sqrt(2 / 16384) = 0.0018.
        assertThat(average).isEqualTo(expectedMean, within(0.012));
        assertThat(variance).isEqualTo(expectedVariance, within(0.007));
        // And what is expected is the data's own, up to the discretisation: with posterior-like
        // noise the variance stays short, in closed form by 0.023 for stochastic DDIM here.
        assertThat(expectedMean).isEqualTo(mean, within(0.02));
        assertThat(expectedVariance).isEqualTo(deviation * deviation, within(0.03));
    }

    /** Where a pixel ends with one unit of noise in one step and none in the others. */
    private double end(DiffusionProcess process, long[] times, double start, int noisy) {
        PixelPath path = path(process.schedule(), 0.3, 0.4);
        double x = start;
        for (int i = 0; i + 1 < times.length; i++) {
            x = path.step(x, times[i], times[i + 1], i == noisy ? 1 : 0);
        }
        return x;
    }

    /** Pixel by pixel, in float64, with noise that is known. */
    @Test
    void followsItsFormulaToTheLastDigits() {
        DiffusionProcess process = process();
        Sampler sampler = sampler(false);
        NDArray start = normal(SMALL, 4).toType(DataType.FLOAT64, true);
        double[] expected = start.toDoubleArray();
        long[] times = sampler.times(process.schedule());
        List<PixelPath> paths = new ArrayList<>();
        for (int j = 0; j < expected.length; j++) {
            paths.add(path(process.schedule(), 0.2, 0.7));
        }
        for (int i = 0; i + 1 < times.length; i++) {
            double[] drawn = NoiseSource.seeded(5).draw(i, start).toDoubleArray();
            for (int j = 0; j < expected.length; j++) {
                expected[j] = paths.get(j).step(expected[j], times[i], times[i + 1], drawn[j]);
            }
        }
        NDArray image =
                sampler.sample(
                        process,
                        new GaussianData(process, 0.2, 0.7),
                        start,
                        Guidance.none(),
                        NoiseSource.seeded(5),
                        step -> {});
        assertThat(image.getDataType()).isEqualTo(DataType.FLOAT64);
        assertThat(image.toDoubleArray()).containsExactly(expected, within(1e-10));
    }

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void whatIsPredictedMakesNoDifference(Prediction prediction) {
        NoiseSchedule schedule = process().schedule();
        DiffusionProcess reference = new DiffusionProcess(schedule);
        DiffusionProcess process = new DiffusionProcess(schedule, prediction);
        Guidance guidance = Guidance.whole(0.5);
        NDArray start = normal(SMALL, 6);
        for (boolean clip : new boolean[] {true, false}) {
            NDArray expected =
                    sampler(clip)
                            .sample(
                                    reference,
                                    new GaussianData(reference, 0.4, 0.6),
                                    start,
                                    guidance,
                                    NoiseSource.seeded(7),
                                    step -> {});
            NDArray found =
                    sampler(clip)
                            .sample(
                                    process,
                                    new GaussianData(process, 0.4, 0.6),
                                    start,
                                    guidance,
                                    NoiseSource.seeded(7),
                                    step -> {});
            // Float32 over up to 200 steps.
            assertThat(found.sub(expected).abs().max().getFloat()).isLessThan(2e-4f);
            assertThat(found.max().getFloat()).isGreaterThan(0.1f);
        }
    }

    @Test
    void clippingKeepsEstimatesInRange() {
        DiffusionProcess process = process();
        float[] largest = new float[2];
        for (int clip = 0; clip < 2; clip++) {
            int at = clip;
            sampler(clip == 1)
                    .sample(
                            process,
                            new GaussianData(process, 0, 1),
                            normal(SMALL, 8),
                            Guidance.none(),
                            NoiseSource.seeded(9),
                            step ->
                                    largest[at] =
                                            Math.max(
                                                    largest[at], step.x0().abs().max().getFloat()));
        }
        assertThat(largest[0]).isGreaterThan(1.5f);
        assertThat(largest[1]).isEqualTo(1f);
    }

    @Test
    void tellsTheListenerEachStep() {
        DiffusionProcess process = process();
        GaussianData predictor = new GaussianData(process, 0.1, 0.2);
        Sampler sampler = sampler(true);
        long[] times = sampler.times(process.schedule());
        List<Long> visited = new ArrayList<>();
        List<float[]> last = new ArrayList<>();
        NDArray image =
                sampler.sample(
                        process,
                        predictor,
                        normal(SMALL, 10),
                        Guidance.none(),
                        NoiseSource.engine(),
                        step -> {
                            assertThat(step.index()).isEqualTo(visited.size());
                            assertThat(step.count()).isEqualTo(times.length - 1);
                            assertThat(step.to()).isEqualTo(times[step.index() + 1]);
                            assertThat(step.x0().getShape()).isEqualTo(SMALL);
                            visited.add(step.from());
                            last.add(step.image().toFloatArray());
                        });
        assertThat(visited)
                .containsExactlyElementsOf(
                        Arrays.stream(times).boxed().toList().subList(0, times.length - 1));
        assertThat(predictor.calls).extracting(GaussianData.Call::t).isEqualTo(evaluated(times));
        assertThat(last.get(last.size() - 1)).containsExactly(image.toFloatArray());
    }

    @Test
    void theSeedDecides() {
        DiffusionProcess process = process();
        List<float[]> images = new ArrayList<>();
        for (int seed : new int[] {1, 1, 2}) {
            Engine.getInstance().setRandomSeed(seed);
            NDArray start = manager.randomNormal(SMALL);
            images.add(
                    sampler(true)
                            .sample(
                                    process,
                                    new GaussianData(process, 0, 0.5),
                                    start,
                                    Guidance.none())
                            .toFloatArray());
        }
        assertThat(images.get(1)).containsExactly(images.get(0));
        assertThat(images.get(2)).isNotEqualTo(images.get(0));
    }

    @Test
    void leavesNothingBehindButTheImage() {
        DiffusionProcess process = process();
        try (NDManager scope = manager.newSubManager()) {
            NDArray start = normal(SMALL, 11);
            float[] before = start.toFloatArray();
            start.attach(scope);
            List<Integer> alive = new ArrayList<>();
            NDArray image =
                    sampler(true)
                            .sample(
                                    process,
                                    new GaussianData(process, 0, 0.5),
                                    start,
                                    Guidance.whole(0.3),
                                    NoiseSource.engine(),
                                    step -> alive.add(scope.getManagedArrays().size()));
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(start, image);
            // What a step makes goes with it: no step holds more than the first three, in which
            // solvers of higher order gather their past.
            int most = alive.stream().limit(3).max(Integer::compare).orElseThrow();
            assertThat(alive).hasSizeGreaterThan(3).allMatch(count -> count <= most);
            assertThat(start.toFloatArray()).containsExactly(before);
            assertThatThrownBy(
                            () ->
                                    sampler(true)
                                            .sample(
                                                    process,
                                                    (x, t, keeps) -> {
                                                        throw new IllegalStateException("stop");
                                                    },
                                                    start,
                                                    Guidance.none()))
                    .hasMessage("stop");
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(start, image);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        DiffusionProcess process = process();
        NoisePredictor predictor = new GaussianData(process, 0, 1);
        Sampler sampler = sampler(true);
        for (NDArray start :
                new NDArray[] {
                    manager.zeros(new Shape(3, 4, 4)),
                    manager.zeros(new Shape(0, 3, 4, 4)),
                    manager.zeros(SMALL, DataType.INT64)
                }) {
            assertThatThrownBy(() -> sampler.sample(process, predictor, start, Guidance.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("start: expected floating [N, C, H, W]");
        }
        NDArray start = normal(SMALL, 12);
        assertThatThrownBy(
                        () ->
                                sampler.sample(
                                        process,
                                        (x, t, keeps) -> x.duplicate(),
                                        start,
                                        Guidance.whole(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected float32 [4, 3, 4, 4], found float32 (2, 3, 4, 4)");
        assertThatThrownBy(
                        () ->
                                sampler.sample(
                                        process,
                                        (x, t, keeps) -> x.toType(DataType.FLOAT16, true),
                                        start,
                                        Guidance.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("found float16");
    }

    @Test
    void goesThroughJson() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        assertThat(mapper.writeValueAsString(sampler(true))).isEqualTo(json());
        assertThat(mapper.readValue(json(), Sampler.class)).isEqualTo(sampler(true));
        assertThatThrownBy(() -> mapper.readValue(json().replace("}", ",\"x\":1}"), Sampler.class))
                .hasMessageContaining("\"x\"");
        String required = json().contains("clip") ? "clip" : "thresholding";
        assertThatThrownBy(
                        () ->
                                mapper.readValue(
                                        json().replaceAll(",\"%s\":[^,}]*".formatted(required), ""),
                                        Sampler.class))
                .hasMessageContaining(required);
    }
}
