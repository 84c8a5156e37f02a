package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.TrainingDraw;
import org.soda4j.diffusion.Prediction;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.latent.LatentMasking;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;
import org.soda4j.novelview.RayEncoding;
import org.soda4j.novelview.ViewConditioning;
import org.soda4j.novelview.ViewPooling;
import org.soda4j.training.run.RunFolder;

/** Two objects, four views each: what training makes of cameras. */
class NovelViewTrainingTest {

    private static final int SIZE = TinyTraining.SIZE;
    private static final int OBJECTS = 2;
    private static final int VIEWS = 4;
    private static final int IMAGE = 3 * SIZE * SIZE;

    private NDManager manager;
    private final float[][] pixels = new float[OBJECTS * VIEWS][IMAGE];

    @BeforeEach
    void open() {
        manager = PyTorchEngine.require().newBaseManager();
        Random random = new Random(3);
        for (float[] view : pixels) {
            float[] colours = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
            for (int i = 0; i < IMAGE; i++) {
                view[i] = colours[i / (SIZE * SIZE)];
            }
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Camera camera(int view) {
        return new Camera(
                Intrinsics.ofHorizontalView(SIZE, SIZE, 50),
                Pose.orbit(2, view * Math.PI / 2, 0.3));
    }

    /** Every pair of views of an object, with a second source view that is the one after. */
    private ArrayDataset data(boolean cameras) {
        int n = OBJECTS * VIEWS * VIEWS;
        float[] sources = new float[n * 2 * IMAGE];
        float[] targets = new float[n * IMAGE];
        float[] sourceCameras = new float[n * 2 * Camera.NUMBERS];
        float[] targetCameras = new float[n * Camera.NUMBERS];
        for (int i = 0; i < n; i++) {
            int object = i / (VIEWS * VIEWS);
            int source = i / VIEWS % VIEWS;
            int target = i % VIEWS;
            for (int s = 0; s < 2; s++) {
                int view = (source + s) % VIEWS;
                put(pixels[object * VIEWS + view], sources, 2 * i + s);
                put(camera(view).toNumbers(), sourceCameras, 2 * i + s);
            }
            put(pixels[object * VIEWS + target], targets, i);
            put(camera(target).toNumbers(), targetCameras, i);
        }
        NDArray all = manager.create(sources, new Shape(n, 2, 3, SIZE, SIZE));
        NDArray wanted = manager.create(targets, new Shape(n, 3, SIZE, SIZE));
        NDArray[] arrays =
                cameras
                        ? new NDArray[] {
                            all,
                            wanted,
                            manager.create(sourceCameras, new Shape(n, 2, Camera.NUMBERS)),
                            manager.create(targetCameras, new Shape(n, Camera.NUMBERS))
                        }
                        : new NDArray[] {all.get(":, 0"), wanted};
        return new ArrayDataset.Builder().setData(arrays).setSampling(16, true).build();
    }

    private static void put(float[] one, float[] all, int index) {
        System.arraycopy(one, 0, all, index * one.length, one.length);
    }

    /** From noise alone (t = T): the loss is the squared error of the image that is guessed. */
    private static TrainingDraw fromNoise(SodaConfig config, NDArray target, long step) {
        TrainingDraw draw = TrainingDraw.random(config, target, new SplittableRandom(step));
        long[] times = new long[draw.times().length];
        Arrays.fill(times, config.schedule().steps());
        return new TrainingDraw(times, draw.noise(), draw.keep(), draw.views());
    }

    private static Soda model(ViewConditioning views) {
        var builder =
                TinyTraining.model(0)
                        .prediction(Prediction.X0)
                        .masking(LatentMasking.none())
                        .seed(5);
        return views == null ? builder.build() : builder.views(views).build();
    }

    private SodaTrainer.Builder trainer(Soda soda, ArrayDataset data, int steps) {
        return SodaTrainer.builder(soda)
                .data(data)
                .batchSize(16)
                .learningRate(2e-3)
                .emaDecay(0.5)
                .length(new TrainingLength(TrainingLength.Unit.STEPS, steps))
                .draws((step, config, target) -> fromNoise(config, target, step))
                .seed(7);
    }

    /** The mean loss of the last 16 steps. */
    private double lastLoss(ViewConditioning views, int steps) {
        try (Soda soda = model(views)) {
            List<Double> losses = TinyTraining.losses(trainer(soda, data(views != null), steps));
            return losses.subList(steps - 16, steps).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
        }
    }

    /** The variance over the views of an object, in [-1, 1]: the best that the blind can do. */
    private double varianceOfViews() {
        double sum = 0;
        for (int object = 0; object < OBJECTS; object++) {
            for (int i = 0; i < IMAGE; i++) {
                double mean = 0;
                double square = 0;
                for (int view = 0; view < VIEWS; view++) {
                    double value = 2 * pixels[object * VIEWS + view][i] - 1;
                    mean += value / VIEWS;
                    square += value * value / VIEWS;
                }
                sum += square - mean * mean;
            }
        }
        return sum / (OBJECTS * IMAGE);
    }

    private static ViewConditioning twoSources() {
        return ViewConditioning.builder()
                .rays(new RayEncoding(2, 2, 0))
                .sources(2)
                .crossAttention(1)
                .build();
    }

    @Test
    void camerasTellWhichViewIsWanted() {
        double variance = varianceOfViews();
        double with = lastLoss(twoSources(), 48);
        assertThat(with).isLessThan(0.5 * variance); // 0.23 of it was found.
    }

    @Test
    @Tag("thorough")
    void aModelWithCamerasMemorisesViewsAndOneWithoutCannot() {
        double variance = varianceOfViews();
        assertThat(lastLoss(twoSources(), 150)).isLessThan(0.2 * variance);
        assertThat(lastLoss(null, 150)).isGreaterThan(0.8 * variance);
    }

    @Test
    void aStoppedTrainingGoesOnAsIfNothingHadHappened(@TempDir Path folder) throws Exception {
        ViewConditioning views =
                ViewConditioning.builder()
                        .sources(2)
                        .pooling(ViewPooling.ATTENTION)
                        .cameraMasking(0.5)
                        .build();
        Path whole = folder.resolve("whole");
        Path stopped = folder.resolve("stopped");
        try (Soda soda = model(views)) {
            run(soda, whole).build().fit();
        }
        try (Soda soda = model(views)) {
            run(soda, stopped).listener(TinyTraining.stopAfter(3)).build().fit();
        }
        try (Soda soda = model(views)) {
            run(soda, stopped).build().fit();
        }
        assertThat(TinyTraining.files(TinyTraining.newest(stopped).folder()))
                .isEqualTo(TinyTraining.files(TinyTraining.newest(whole).folder()));
        try (Stream<Path> files = Files.walk(whole)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.endsWith(".png"));
        }
        try (Soda loaded = Soda.load(RunFolder.model(whole))) {
            assertThat(loaded.config().views()).isEqualTo(views);
        }
    }

    /** The default draws, which decide the number of sources and the camera masks. */
    private SodaTrainer.Builder run(Soda soda, Path folder) {
        return SodaTrainer.builder(soda)
                .data(data(true))
                .batchSize(16)
                .accumulation(2)
                .steps(5)
                .sampleEveryEpochs(1)
                .samples(2)
                .sampleSteps(2)
                .folder(folder)
                .seed(7);
    }

    @Test
    void batchesWithoutCamerasAreRefused() {
        try (Soda soda = model(ViewConditioning.builder().build())) {
            assertThatThrownBy(() -> trainer(soda, data(false), 2).build().fit())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected batches of four arrays, those of ViewBatch");
        }
    }
}
