package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.SectionKeep;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.CameraFrame;
import org.soda4j.novelview.EncodedViews;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewBatch;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewDraw;
import org.soda4j.novelview.ViewPooling;

/** A model with cameras: what it draws, what it does not depend on, what it learns and refuses. */
class NovelViewsTest {

    private static final int SIZE = 16;
    private static final SamplingOptions TWO_STEPS =
            SamplingOptions.defaults().withSteps(2).withGuidance(Guidance.none());

    /** Float32 sums in another order. */
    private static final float ORDER = 2e-5f;

    private static Soda soda;

    private NDManager manager;

    private static ViewConditioning.Builder everything() {
        return ViewConditioning.builder()
                .rays(new RayEncoding(3, 2, 20))
                .sources(3)
                .pooling(ViewPooling.ATTENTION)
                .crossAttention(0, 1)
                .cameraMasking(0.3);
    }

    @BeforeAll
    static void build() {
        soda = TinyModels.builder().views(everything().build()).seed(1).build();
    }

    @AfterAll
    static void closeModel() {
        soda.close();
    }

    @BeforeEach
    void open() {
        manager = PyTorchEngine.require().newBaseManager(soda.device());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private EncodedViews encode(Soda model, int n, int s) {
        return model.novelViews()
                .encode(ViewScenes.images(manager, SIZE, n, s), ViewScenes.cameras(SIZE, n, s));
    }

    private static List<Camera> targets(int n) {
        List<Camera> targets = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            targets.add(ViewScenes.camera(SIZE, 15 + 80 * i));
        }
        return targets;
    }

    @Test
    void viewsAreEncodedAndDrawn() {
        Set<String> before = arrays();
        EncodedViews views = encode(soda, 2, 3);
        assertThat(views.latents().getShape()).isEqualTo(new Shape(2, 3, 12));
        assertThat(views.pooled().getShape()).isEqualTo(new Shape(2, 12));
        assertThat(arrays()).hasSize(before.size() + 3); // the images, too
        NDArray drawn = soda.novelViews().sample(views, targets(2), TWO_STEPS);
        assertThat(arrays()).hasSize(before.size() + 4);
        assertThat(drawn.getShape()).isEqualTo(new Shape(2, 3, SIZE, SIZE));
        for (float pixel : drawn.toFloatArray()) {
            assertThat(pixel).isBetween(0f, 1f);
        }
        assertThat(
                        soda.novelViews()
                                .encodeFeatures(
                                        ViewScenes.images(manager, SIZE, 2, 3),
                                        ViewScenes.cameras(SIZE, 2, 3))
                                .getShape())
                .isEqualTo(new Shape(2, soda.config().encoder().featureSize()));
    }

    private Set<String> arrays() {
        Set<String> names = new TreeSet<>();
        manager.getManagedArrays().forEach(array -> names.add(array.getUid()));
        return names;
    }

    @Test
    void theOrderOfTheSourcesDoesNotMatter() {
        for (CameraFrame frame : CameraFrame.values()) {
            for (ViewPooling pooling : ViewPooling.values()) {
                ViewConditioning views = everything().frame(frame).pooling(pooling).build();
                try (Soda model = TinyModels.builder().views(views).seed(1).build()) {
                    orderDoesNotMatter(model);
                }
            }
        }
    }

    private void orderDoesNotMatter(Soda model) {
        NDArray images = ViewScenes.images(manager, SIZE, 2, 4);
        List<List<Camera>> cameras = ViewScenes.cameras(SIZE, 2, 4);
        EncodedViews views = model.novelViews().encode(images, cameras);
        int[] order = {2, 0, 3, 1};
        NDList moved = new NDList();
        List<List<Camera>> movedCameras = new ArrayList<>(List.of(List.of(), List.of()));
        for (int s : order) {
            moved.add(images.get(":, " + s + ":" + (s + 1)));
        }
        for (int i = 0; i < 2; i++) {
            List<Camera> own = new ArrayList<>();
            for (int s : order) {
                own.add(cameras.get(i).get(s));
            }
            movedCameras.set(i, own);
        }
        NDArray joined = moved.get(0).getNDArrayInternal().concat(moved.subNDList(1), 1);
        EncodedViews again = model.novelViews().encode(joined, movedCameras);
        assertThat(again.pooled().toFloatArray())
                .containsExactly(views.pooled().toFloatArray(), within(ORDER));
        assertThat(again.references()).isEqualTo(views.references());
        float[] drawn = model.novelViews().sample(views, targets(2), TWO_STEPS).toFloatArray();
        float[] drawnAgain = model.novelViews().sample(again, targets(2), TWO_STEPS).toFloatArray();
        // Two steps amplify the rounding of the first by 1 / sqrt(alphaBar).
        assertThat(drawnAgain).containsExactly(drawn, within(2e-3f));
        // But each view counts.
        EncodedViews fewer =
                model.novelViews()
                        .encode(
                                images.get(":, 0:3"),
                                cameras.stream().map(c -> c.subList(0, 3)).toList());
        assertThat(fewer.pooled().toFloatArray()).isNotEqualTo(views.pooled().toFloatArray());
    }

    @Test
    void aSingleViewIsItsOwnPool() {
        EncodedViews views = encode(soda, 2, 1);
        assertThat(views.pooled().toFloatArray())
                .containsExactly(views.latents().toFloatArray(), within(1e-6f));
    }

    @Test
    void theRelativeFrameDoesNotDependOnTheWorld() {
        ViewConditioning views = everything().frame(CameraFrame.RELATIVE).build();
        try (Soda model = TinyModels.builder().views(views).seed(1).build()) {
            float[] first = turned(model, 0);
            assertThat(turned(model, 71)).containsExactly(first, within(2e-3f));
        }
        assertThat(turned(soda, 71)).isNotEqualTo(turned(soda, 0));
    }

    /** What is drawn when source and target camera turn together. */
    private float[] turned(Soda model, double degrees) {
        NDArray images = ViewScenes.images(manager, SIZE, 1, 1);
        List<List<Camera>> source = List.of(List.of(ViewScenes.camera(SIZE, degrees)));
        return model.novelViews()
                .sample(
                        model.novelViews().encode(images, source),
                        List.of(ViewScenes.camera(SIZE, 60 + degrees)),
                        TWO_STEPS)
                .toFloatArray();
    }

    @Test
    void oneObjectIsDrawnForAnyNumberOfCameras() {
        EncodedViews views = encode(soda, 1, 2);
        NDArray orbit = soda.novelViews().sample(views, targets(3), TWO_STEPS);
        assertThat(orbit.getShape()).isEqualTo(new Shape(3, 3, SIZE, SIZE));
        NDArray one = soda.novelViews().sample(views, targets(1), TWO_STEPS);
        assertThat(orbit.get("0:1").toFloatArray()).hasSameSizeAs(one.toFloatArray());
        assertThat(orbit.get(1).toFloatArray()).isNotEqualTo(orbit.get(2).toFloatArray());
    }

    @Test
    void latentAndCameraAreGuidedApart() {
        EncodedViews views = encode(soda, 2, 2);
        float[] seen = draw(views, targets(2), Guidance.none());
        List<Camera> others = List.of(ViewScenes.camera(SIZE, 200), ViewScenes.camera(SIZE, 300));
        assertThat(draw(views, others, Guidance.none())).isNotEqualTo(seen);
        // Without the camera, it does not matter which it is.
        Guidance blind = Guidance.keeping(SectionKeep.ALL.withoutCamera());
        assertThat(draw(views, others, blind)).isEqualTo(draw(views, targets(2), blind));
        // Without the latent, it does not matter which it is, but the camera does.
        EncodedViews doubled =
                new EncodedViews(views.latents().mul(2), views.pooled().mul(2), views.references());
        Guidance empty = Guidance.unconditional();
        assertThat(draw(doubled, targets(2), empty)).isEqualTo(draw(views, targets(2), empty));
        assertThat(draw(views, others, empty)).isNotEqualTo(draw(views, targets(2), empty));
        assertThat(draw(views, targets(2), Guidance.latentAndCamera(0.5, 0.5)))
                .isNotEqualTo(draw(views, targets(2), Guidance.latentAndCamera(0.5, 0)));
    }

    private static float[] draw(EncodedViews views, List<Camera> cameras, Guidance guidance) {
        return soda.novelViews()
                .sample(views, cameras, TWO_STEPS.withGuidance(guidance))
                .toFloatArray();
    }

    @Test
    void gradientsReachEveryParameter() {
        TrainingDraw draw = TrainingDraw.random(soda.config(), target(2), random());
        boolean[][] keep = {draw.keep()[0].clone(), draw.keep()[1].clone()};
        for (boolean[] example : keep) {
            java.util.Arrays.fill(example, true);
        }
        TrainingDraw all =
                new TrainingDraw(
                        draw.times(),
                        draw.noise(),
                        keep,
                        new ViewDraw(3, new boolean[] {true, true}));
        try (Soda model = TinyModels.builder().views(everything().build()).seed(1).build()) {
            // It starts at zero, through which no gradient comes to what is before it.
            model.parameters().get("encoder.views.conv1.weight").addi(0.01f);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                collector.backward(model.loss(batch(2, 3), all, true, Precision.FP32));
            }
            for (String name : model.trainableNames()) {
                NDArray gradient = model.parameters().get(name).getGradient();
                assertThat(gradient.abs().max().getFloat()).as(name).isPositive();
            }
        }
    }

    private static SplittableRandom random() {
        return new SplittableRandom(4);
    }

    private NDArray target(int n) {
        return ViewScenes.images(manager, SIZE, n, 1).reshape(n, 3, SIZE, SIZE);
    }

    private NDList batch(int n, int s) {
        List<Camera> sources =
                ViewScenes.cameras(SIZE, n, s).stream().flatMap(List::stream).toList();
        return new ViewBatch(
                        ViewScenes.images(manager, SIZE, n, s),
                        target(n),
                        ViewScenes.numbers(manager, sources).reshape(n, s, Camera.NUMBERS),
                        ViewScenes.numbers(manager, targets(n)))
                .toList();
    }

    @Test
    void theLossUsesAsManySourcesAsWereDrawn() {
        NDList batch = batch(2, 3);
        TrainingDraw draw = TrainingDraw.random(soda.config(), batch.get(1), random());
        double[] losses = new double[4];
        for (int k = 1; k <= 3; k++) {
            TrainingDraw of =
                    new TrainingDraw(
                            draw.times(),
                            draw.noise(),
                            draw.keep(),
                            new ViewDraw(k, new boolean[] {true, false}));
            losses[k] = soda.loss(batch, of, false, Precision.FP32).getFloat();
        }
        assertThat(losses[1]).isNotEqualTo(losses[2]).isNotEqualTo(losses[3]);
        Set<Integer> drawn = new TreeSet<>();
        SplittableRandom random = random();
        for (int i = 0; i < 100; i++) {
            drawn.add(ViewDraw.random(soda.config().views(), 1, random).sources());
        }
        assertThat(drawn).containsExactly(1, 2, 3);
    }

    @Test
    void aHiddenCameraDoesNotReachTheLoss() {
        NDList batch = batch(2, 3);
        TrainingDraw draw = TrainingDraw.random(soda.config(), batch.get(1), random());
        NDList moved = new NDList(batch);
        List<Camera> others = new ArrayList<>(targets(2));
        Collections.reverse(others);
        moved.set(3, ViewScenes.numbers(manager, others));
        for (boolean seen : new boolean[] {false, true}) {
            TrainingDraw of =
                    new TrainingDraw(
                            draw.times(),
                            draw.noise(),
                            draw.keep(),
                            new ViewDraw(2, new boolean[] {seen, seen}));
            float loss = soda.loss(batch, of, false, Precision.FP32).getFloat();
            float other = soda.loss(moved, of, false, Precision.FP32).getFloat();
            assertThat(loss == other).isEqualTo(!seen);
        }
    }

    @Test
    void aModelWithCamerasIsTheModelWithoutAndMore(@TempDir Path folder) throws Exception {
        try (Soda plain = TinyModels.builder().seed(1).build()) {
            Set<String> names = plain.parameters().keySet();
            assertThat(soda.parameters().keySet()).containsAll(names);
            List<String> more =
                    soda.parameters().keySet().stream().filter(n -> !names.contains(n)).toList();
            assertThat(more).allMatch(name -> name.contains(".views."));
            assertThat(more)
                    .contains(
                            "encoder.views.conv1.weight",
                            "encoder.views.rays.projection.weight",
                            "encoder.views.pool.score.weight",
                            "decoder.views.image_proj.weight",
                            "decoder.views.rays.projection.bias",
                            "decoder.views.tokens.embedding",
                            "decoder.down.0.views.query.weight",
                            "decoder.middle.views.output.bias");
            for (String name : names) {
                assertThat(soda.parameters().get(name).toFloatArray())
                        .as(name)
                        .isEqualTo(plain.parameters().get(name).toFloatArray());
            }
            assertThat(plain.describe().parameters()).doesNotContainKey("views");
            assertThat(soda.describe().parameters().get("encoder"))
                    .isEqualTo(plain.describe().parameters().get("encoder"));
            assertThat(soda.describe().toString()).contains("views");
            assertThat(plain.config().toJson()).doesNotContain("views");
        }
        soda.save(folder);
        EncodedViews views = encode(soda, 1, 2);
        float[] drawn = soda.novelViews().sample(views, targets(1), TWO_STEPS).toFloatArray();
        try (Soda loaded = Soda.load(folder)) {
            assertThat(loaded.config()).isEqualTo(soda.config());
            assertThat(loaded.novelViews().sample(views, targets(1), TWO_STEPS).toFloatArray())
                    .isEqualTo(drawn);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedNamingTheView() {
        NDArray images = ViewScenes.images(manager, SIZE, 2, 3);
        List<List<Camera>> cameras = ViewScenes.cameras(SIZE, 2, 3);
        refuses(
                () -> soda.novelViews().encode(images, cameras.subList(0, 1)),
                "cameras: expected those of 2 examples, found 1");
        refuses(
                () ->
                        soda.novelViews()
                                .encode(
                                        images,
                                        List.of(cameras.get(0), cameras.get(1).subList(0, 2))),
                "cameras of example 1: expected 3, one for each source view, found 2");
        refuses(
                () -> soda.novelViews().encode(images.get(":, 0"), cameras),
                "images: expected 5 dimensions");
        refuses(
                () -> soda.novelViews().encode(images.mul(255), cameras),
                "expected pixels in [0, 1]");
        EncodedViews views = soda.novelViews().encode(images, cameras);
        refuses(
                () -> soda.novelViews().sample(views, targets(3), TWO_STEPS),
                "target cameras: expected 2, one for each example");
        NDList broken = batch(2, 3);
        TrainingDraw draw = TrainingDraw.random(soda.config(), broken.get(1), random());
        broken.get(2).set(new float[2 * 3 * Camera.NUMBERS]);
        refuses(() -> soda.loss(broken, draw, false, Precision.FP32), "source view 0 of example 0");
        refuses(
                () -> soda.loss(batch(2, 3).subNDList(0, 2), draw, false, Precision.FP32),
                "found 2 arrays");
        TrainingDraw many =
                new TrainingDraw(
                        draw.times(), draw.noise(), draw.keep(), new ViewDraw(3, new boolean[2]));
        refuses(
                () -> soda.loss(batch(2, 2), many, false, Precision.FP32),
                "expected at least 3 source views");
    }

    private static void refuses(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void modelsWithAndWithoutCamerasSayWhatTheyWant() {
        NDArray images = target(2);
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> soda.encode(images),
                        () -> soda.sample(manager, 1, TWO_STEPS),
                        () -> soda.reconstruct(images))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("use novelViews()");
        }
        try (Soda plain = TinyModels.builder().build()) {
            assertThatThrownBy(() -> encode(plain, 1, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this model has no cameras");
            Guidance blind = Guidance.keeping(SectionKeep.ALL.withoutCamera());
            refuses(
                    () -> plain.reconstruct(images, TWO_STEPS.withGuidance(blind)),
                    "this model has no cameras");
        }
    }
}
