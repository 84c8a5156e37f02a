package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.soda4j.diffusion.DpmSolver;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.engine.PyTorchEngine;

/** What the front door gives, to whom it belongs, and what it refuses. */
class SodaTest {

    private static final SamplingOptions TWO_STEPS = SamplingOptions.defaults().withSteps(2);

    private static Soda soda;

    private NDManager manager;
    private NDArray images;

    @BeforeAll
    static void build() {
        soda = TinyModels.builder().seed(1).build();
    }

    @AfterAll
    static void closeModel() {
        soda.close();
    }

    @BeforeEach
    void open() {
        manager = PyTorchEngine.require().newBaseManager(soda.device());
        images = TinyModels.images(manager, 3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void encodingGivesTheCallerOneArray() {
        NDArray z = onlyResult(() -> soda.encode(images));
        assertThat(z.getShape()).isEqualTo(new Shape(3, 12));
        assertThat(z.getDataType()).isEqualTo(DataType.FLOAT32);
        NDArray unit = onlyResult(() -> soda.encodeNormalized(images));
        for (int i = 0; i < 3; i++) {
            NDArray row = z.get(i);
            assertThat(unit.get(i).norm().getFloat()).isCloseTo(1, within(1e-6f));
            float[] expected = row.div(row.norm()).toFloatArray();
            assertThat(unit.get(i).toFloatArray()).containsExactly(expected, within(1e-6f));
        }
        NDArray features = onlyResult(() -> soda.encodeFeatures(images));
        assertThat(features.getShape())
                .isEqualTo(new Shape(3, soda.config().encoder().featureSize()));
        // The features are what the last layer turns into the latent.
        Map<String, NDArray> p = soda.parameters();
        NDArray again =
                features.matMul(p.get("encoder.fc.weight").transpose())
                        .add(p.get("encoder.fc.bias"));
        assertThat(z.toFloatArray()).containsExactly(again.toFloatArray(), within(1e-5f));
    }

    @Test
    void encodingTakesImagesOfAnySize() {
        assertThat(soda.encode(manager.zeros(new Shape(1, 3, 20, 9))).getShape())
                .isEqualTo(new Shape(1, 12));
    }

    @Test
    void anExampleDoesNotDependOnItsBatch() {
        float[] together = soda.encode(images).get(1).toFloatArray();
        float[] alone = soda.encode(images.get("1:2")).toFloatArray();
        assertThat(together).containsExactly(alone, within(1e-5f));
    }

    @Test
    void drawingGivesTheCallerOneArrayInRange() {
        NDArray z = soda.encode(images);
        NDArray drawn = onlyResult(() -> soda.sample(z, TWO_STEPS));
        assertImages(drawn, 3);
        NDArray again = onlyResult(() -> soda.reconstruct(images, TWO_STEPS));
        assertThat(again.toFloatArray()).isEqualTo(drawn.toFloatArray());
        assertImages(onlyResult(() -> soda.sample(manager, 2, TWO_STEPS)), 2);
        assertThat(z.toFloatArray()).isEqualTo(soda.encode(images).toFloatArray());
    }

    private static void assertImages(NDArray drawn, int count) {
        assertThat(drawn.getShape()).isEqualTo(new Shape(count, 3, 16, 16));
        for (float pixel : drawn.toFloatArray()) {
            assertThat(pixel).isBetween(0f, 1f);
        }
    }

    @Test
    void theSeedDecidesWhatIsDrawnAndTheLatentSteers() {
        NDArray z = soda.encode(images);
        float[] first = soda.sample(z, TWO_STEPS).toFloatArray();
        assertThat(soda.sample(z, TWO_STEPS).toFloatArray()).isEqualTo(first);
        assertThat(soda.sample(z, TWO_STEPS.withSeed(9)).toFloatArray()).isNotEqualTo(first);
        SamplingOptions dropped =
                TWO_STEPS.withGuidance(Guidance.keeping(SectionKeep.only(5, 0, 3)));
        assertThat(soda.sample(z, dropped).toFloatArray()).isNotEqualTo(first);
        float[] free =
                soda.sample(z, TWO_STEPS.withGuidance(Guidance.unconditional())).toFloatArray();
        assertThat(soda.sample(manager, 3, TWO_STEPS).toFloatArray()).isEqualTo(free);
    }

    @Test
    void denoisingGivesThePredictionAndActivationsByName() {
        NDArray z = soda.encode(images);
        for (NDArray times :
                List.of(
                        manager.create(new long[] {1, 500, 1000}),
                        manager.create(new float[] {1, 500, 1000}))) {
            NDArray y = onlyResult(() -> soda.denoise(images, times, z));
            assertThat(y.getShape()).isEqualTo(images.getShape());
            Set<String> before = arrays();
            List<String> names = soda.activationNames();
            Map<String, NDArray> found =
                    soda.activations(images, times, z, Set.of(names.get(0), names.get(2)));
            assertThat(found.keySet()).containsExactly(names.get(0), names.get(2));
            assertThat(arrays()).hasSize(before.size() + 2);
            for (NDArray activation : found.values()) {
                assertThat(activation.getManager()).isSameAs(manager);
                assertThat(activation.getShape().get(0)).isEqualTo(3);
            }
            assertThat(found.get("down.0").getShape()).isEqualTo(new Shape(3, 32, 16, 16));
        }
        assertThat(soda.activationNames())
                .containsExactly("down.0", "down.2", "middle", "up.0", "up.1", "up.3", "up.4");
        assertThatThrownBy(
                        () ->
                                soda.activations(
                                        images,
                                        manager.create(new long[] {1, 2, 3}),
                                        z,
                                        Set.of("up.2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found up.2");
    }

    @Test
    void theLossIsTheMeanSquaredErrorOfTheDenoiser() {
        TrainingDraw draw = TrainingDraw.random(soda.config(), images, new SplittableRandom(3));
        NDArray loss = onlyResult(() -> loss(draw));
        assertThat(loss.getShape()).isEqualTo(new Shape());
        NDArray z = soda.encode(images);
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            float[] mask = soda.config().latent().mask(draw.keep()[i]);
            double a = soda.config().schedule().alphaBar(draw.times()[i]);
            NDArray noise = draw.noise().get(i + ":" + (i + 1));
            NDArray clean = images.get(i + ":" + (i + 1)).mul(2).sub(1);
            NDArray noisy = clean.mul(Math.sqrt(a)).add(noise.mul(Math.sqrt(1 - a)));
            NDArray kept = z.get(i + ":" + (i + 1)).mul(manager.create(mask));
            NDArray times = manager.create(new long[] {draw.times()[i]});
            sum += soda.denoise(noisy, times, kept).sub(noise).square().mean().getFloat() / 3;
        }
        assertThat((double) loss.getFloat()).isCloseTo(sum, within(1e-4));
    }

    private NDArray loss(TrainingDraw draw) {
        return soda.loss(images, images, draw, false, Precision.FP32);
    }

    @Test
    void aDrawThatDoesNotFitIsRefused() {
        TrainingDraw draw = TrainingDraw.random(soda.config(), images, new SplittableRandom(3));
        boolean[][] keep = draw.keep();
        boolean[][] short1 = {keep[0]};
        boolean[][] short2 = {keep[0], keep[1], {true}};
        NDArray noise = draw.noise();
        refuses(() -> loss(new TrainingDraw(draw.times(), noise, short1)), "keep", "found 3 and 1");
        refuses(() -> loss(new TrainingDraw(draw.times(), noise, short2)), "5 sections", "found 1");
        refuses(() -> loss(new TrainingDraw(new long[] {1}, noise, keep)), "found 1 and 3");
        refuses(
                () -> loss(new TrainingDraw(draw.times(), noise.get("0:2"), keep)),
                "noise: expected shape (3, 3, 16, 16)");
    }

    @Test
    void wrongImagesAreRefused() {
        for (Function<NDArray, NDArray> f :
                List.<Function<NDArray, NDArray>>of(
                        soda::encode,
                        soda::encodeNormalized,
                        soda::encodeFeatures,
                        soda::reconstruct)) {
            refuses(
                    () -> f.apply(images.toType(DataType.UINT8, true)),
                    "images: expected float32, found uint8");
            refuses(() -> f.apply(images.toType(DataType.FLOAT64, true)), "found float64");
            refuses(() -> f.apply(images.get(0)), "images: expected 4 dimensions");
            refuses(
                    () -> f.apply(images.transpose(0, 2, 3, 1)),
                    "expected shape [N, 3, H, W]",
                    "(3, 16, 16, 3)");
            refuses(() -> f.apply(images.mul(255)), "expected pixels in [0, 1]", "by 255");
            refuses(() -> f.apply(images.sub(1)), "expected pixels in [0, 1]");
            refuses(() -> f.apply(images.mul(Float.NaN)), "found NaN at index [0, 0, 0, 0]");
            refuses(() -> f.apply(manager.zeros(new Shape(0, 3, 16, 16))), "(0, 3, 16, 16)");
            NDArray foreign =
                    PassthroughNDManager.INSTANCE.create(
                            ByteBuffer.allocate(3 * 16 * 16 * 4),
                            new Shape(1, 3, 16, 16),
                            DataType.FLOAT32);
            refuses(() -> f.apply(foreign), "images of DJL's engine PyTorch");
        }
    }

    /** What the figures of docs/samplers.md speak for. */
    @Test
    void defaultsDrawInTenEvaluations() {
        assertThat(SamplingOptions.defaults().sampler())
                .isEqualTo(DpmSolver.builder().order(2).steps(10).build());
        assertThat(TWO_STEPS.sampler()).isEqualTo(DpmSolver.builder().steps(2).build());
        List<Long> times = new ArrayList<>();
        soda.reconstruct(
                        images,
                        SamplingOptions.defaults().withListener(step -> times.add(step.from())))
                .close();
        assertThat(times).hasSize(10).startsWith(1000L);
    }

    /** How a user stops a drawing. */
    @Test
    void whatTheListenerThrowsEndsTheDrawing() {
        List<Integer> seen = new ArrayList<>();
        SamplingOptions options =
                SamplingOptions.defaults()
                        .withListener(
                                step -> {
                                    seen.add(step.index());
                                    if (step.index() == 2) {
                                        throw new CancellationException("stopped");
                                    }
                                });
        assertThatThrownBy(() -> soda.reconstruct(images, options))
                .isInstanceOf(CancellationException.class)
                .hasMessage("stopped");
        assertThat(seen).containsExactly(0, 1, 2);
    }

    @Test
    void wrongLatentsTimesAndCountsAreRefused() {
        NDArray z = soda.encode(images);
        NDArray times = manager.create(new long[] {1, 2, 3});
        refuses(() -> soda.sample(z.get(":, 1:"), TWO_STEPS), "expected shape [N, 12]", "(3, 11)");
        refuses(() -> soda.sample(z.get(0), TWO_STEPS), "latents: expected 2 dimensions");
        refuses(() -> soda.sample(manager, 0, TWO_STEPS), "count: expected at least 1, found 0");
        refuses(() -> soda.sample(manager, -2, TWO_STEPS), "count: expected at least 1, found -2");
        refuses(() -> soda.denoise(images, times.get("0:2"), z), "times: expected shape [3]");
        refuses(() -> soda.denoise(images, times.sub(1), z), "times: expected 1 .. 1000, found 0");
        refuses(() -> soda.denoise(images, times.add(998), z), "found 1001");
        refuses(() -> soda.denoise(images, times, z.get("0:2")), "latent: expected shape (3, 12)");
        refuses(
                () -> soda.denoise(images.toType(DataType.INT32, true), times, z),
                "noisy: expected float32, found int32");
        refuses(
                () -> soda.denoise(manager.zeros(new Shape(3, 3, 8, 16)), times, z),
                "noisy: expected shape (3, 3, 16, 16), the denoiser's imageShape");
        refuses(() -> soda.sample(z, SamplingOptions.defaults().withSteps(1001)), "1001");
    }

    private static void refuses(ThrowingCallable call, String... message) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message);
    }

    @Test
    void aClosedModelSaysSo() {
        Soda closed = TinyModels.builder().build();
        NDArray z = closed.encode(images);
        closed.close();
        closed.close();
        assertThat(z.toFloatArray()).hasSize(36);
        NDArray times = manager.create(new long[] {1, 2, 3});
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> closed.encode(images),
                        () -> closed.encodeNormalized(images),
                        () -> closed.encodeFeatures(images),
                        () -> closed.reconstruct(images),
                        () -> closed.sample(z, TWO_STEPS),
                        () -> closed.sample(manager, 1, TWO_STEPS),
                        () -> closed.denoise(images, times, z),
                        () -> closed.activations(images, times, z, Set.of()),
                        closed::parameters,
                        closed::describe,
                        () -> closed.newPredictor(java.nio.file.Path.class))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this Soda is closed; build or load it again");
        }
    }

    @Test
    void bfloat16StaysNearFloat32() {
        try (Soda low = TinyModels.builder().seed(1).precision(Precision.BF16).build()) {
            float[] exact = soda.encode(images).toFloatArray();
            float[] rounded = low.encode(images).toFloatArray();
            assertThat(rounded).isNotEqualTo(exact);
            double error = 0;
            double size = 0;
            for (int i = 0; i < exact.length; i++) {
                error += Math.pow(exact[i] - rounded[i], 2);
                size += Math.pow(exact[i], 2);
            }
            // Eighteen layers, each off by about 2^-8 at random: some percent together.
            assertThat(Math.sqrt(error / size)).isLessThan(0.05);
        }
    }

    @Test
    void threadsEncodeWhatOneThreadEncodes() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try (Soda fresh = TinyModels.builder().seed(1).build()) {
            float[] expected = soda.encode(images).toFloatArray();
            List<Callable<List<float[]>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                tasks.add(
                        () -> {
                            List<float[]> results = new ArrayList<>();
                            try (NDManager own =
                                    PyTorchEngine.require().newBaseManager(fresh.device())) {
                                NDArray mine = TinyModels.images(own, 3);
                                for (int i = 0; i < 10; i++) {
                                    results.add(fresh.encode(mine).toFloatArray());
                                }
                            }
                            return results;
                        });
            }
            for (Future<List<float[]>> future : executor.invokeAll(tasks)) {
                assertThat(future.get())
                        .hasSize(10)
                        .allSatisfy(z -> assertThat(z).isEqualTo(expected));
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Runs a call and checks that the caller's manager has its result, and nothing else new. */
    private NDArray onlyResult(Callable<NDArray> call) {
        Set<String> before = arrays();
        NDArray result;
        try {
            result = call.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertThat(result.getManager()).isSameAs(manager);
        before.add(result.getUid());
        assertThat(arrays()).isEqualTo(before);
        return result;
    }

    private Set<String> arrays() {
        Set<String> names = new TreeSet<>();
        manager.getManagedArrays().forEach(array -> names.add(array.getUid()));
        return names;
    }
}
