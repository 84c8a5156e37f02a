package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model may be closed at any moment: running calls finish, later ones are refused in words. */
class ClosingTest {

    private static final SamplingOptions TWO_STEPS = SamplingOptions.defaults().withSteps(2);

    @TempDir Path folder;

    @Test
    void fortyModelsAreClosedUnderEightThreads() throws Exception {
        closeInAnotherProcess(40);
    }

    @Test
    @Tag("thorough")
    void twoHundredModelsAreClosedUnderEightThreads() throws Exception {
        closeInAnotherProcess(200);
    }

    /** A crash ends that process and not this one. */
    private void closeInAnotherProcess(int models) throws Exception {
        Path out = folder.resolve("out.txt");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                                "-Dai.djl.pytorch.num_threads=1",
                                "-DOPT_OUT_TRACKING=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ClosedModels.class.getName(),
                                "" + models,
                                folder.resolve("model").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertThat(process.waitFor()).as(Files.readString(out)).isZero();
        } finally {
            process.destroy();
        }
        assertThat(Files.readString(out).strip())
                .matches(
                        "(?s).*%d closed, \\d+ right, %d refused"
                                .formatted(models, models * ClosedModels.THREADS));
    }

    @Test
    void aCallThatClosesTheModelFinishes() {
        Soda soda = TinyModels.builder().build();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray images = TinyModels.images(manager, 1);
            float[] expected = soda.reconstruct(images, TWO_STEPS).toFloatArray();
            NDArray parameter = soda.parameters().values().iterator().next();
            SamplingOptions closing =
                    TWO_STEPS.withListener(
                            step -> {
                                soda.close();
                                assertThat(soda.isOpen()).isFalse();
                                assertThat(soda.encode(images).getShape().get(1)).isEqualTo(12);
                                CompletableFuture.runAsync(
                                                () -> assertRefused(() -> soda.encode(images)))
                                        .join();
                                assertThat(parameter.getShape().size()).isPositive();
                            });
            assertThat(soda.reconstruct(images, closing).toFloatArray()).containsExactly(expected);
            assertThatThrownBy(parameter::toFloatArray)
                    .as("the last call has freed the memory")
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void everythingOfAClosedModelRefuses() {
        Soda soda = TinyModels.builder().build();
        Predictor<Image, float[]> predictor = soda.newPredictor(Image.class);
        Block encoder = soda.encoder();
        Image image =
                ImageFactory.getInstance()
                        .fromImage(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB));
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray images = TinyModels.images(manager, 1);
            NDArray latents = TinyModels.latents(manager, 1);
            soda.close();
            assertRefused(() -> soda.encode(images));
            assertRefused(() -> soda.encodeNormalized(images));
            assertRefused(() -> soda.encodeFeatures(images));
            assertRefused(() -> soda.reconstruct(images));
            assertRefused(() -> soda.sample(latents, TWO_STEPS));
            assertRefused(() -> soda.sample(manager, 1, TWO_STEPS));
            assertRefused(() -> soda.standardizeLatents(new NDList(images)));
            assertRefused(() -> soda.save(folder));
            assertRefused(() -> soda.importWeights(folder.resolve("weights")));
            assertRefused(soda::parameters);
            assertRefused(soda::describe);
            assertRefused(() -> soda.newPredictor(Path.class));
            assertRefused(() -> soda.whileOpen(() -> 1));
            assertRefused(() -> predictor.predict(image));
            ParameterStore store = new ParameterStore(manager, false);
            assertRefused(() -> encoder.forward(store, new NDList(images), false));
        }
        predictor.close();
        soda.close();
    }

    @Test
    void workWhileOpenKeepsTheParameters() {
        Soda soda = TinyModels.builder().build();
        float sum =
                soda.whileOpen(
                        () -> {
                            NDArray bias = soda.parameters().get("encoder.fc.bias");
                            CompletableFuture.runAsync(soda::close).join();
                            return bias.abs().sum().getFloat();
                        });
        assertThat(sum).isPositive();
        assertRefused(soda::parameters);
    }

    @Test
    void aBlockIsTheModelsOwn() {
        try (Soda soda = TinyModels.builder().build()) {
            assertThat(soda.encoder()).isEqualTo(soda.encoder()).isNotEqualTo(soda.denoiser());
            assertThat(soda.encoder()).hasSameHashCodeAs(soda.encoder());
            assertThat(soda.encoder().getParameters().size()).isPositive();
            assertThatThrownBy(() -> soda.encoder().getOutputShapes(null))
                    .as("what the block throws")
                    .isNotInstanceOf(ReflectiveOperationException.class);
        }
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("this Soda is closed");
    }
}
