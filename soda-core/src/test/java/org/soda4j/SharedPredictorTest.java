package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.io.DatasetException;

/** One predictor for all threads encodes what they ask for together. */
class SharedPredictorTest {

    private static final int IMAGES = 12;

    @TempDir Path folder;

    private final Soda soda = TinyModels.builder().build();

    @AfterEach
    void close() {
        soda.close();
    }

    private Path image(int number) throws IOException {
        BufferedImage image = new BufferedImage(20, 24, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 20 * 24; i++) {
            image.setRGB(i % 20, i / 20, (number + 1) * i * 977);
        }
        Path file = folder.resolve(number + ".png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void threadsGetTheirOwnLatentsAndTheirOwnFailures() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (Predictor<Path, float[]> predictor =
                soda.newPredictor(Path.class, 4, Duration.ofMillis(20))) {
            List<Future<float[]>> latents = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                Path file = image(i);
                latents.add(threads.submit(() -> predictor.predict(file)));
            }
            Future<float[]> refused = threads.submit(() -> predictor.predict(broken));
            for (int i = 0; i < IMAGES; i++) {
                // Other batches, other last bits.
                float[] alone = soda.encode(folder.resolve(i + ".png"));
                assertThat(latents.get(i).get()).containsExactly(alone, within(1e-4f));
            }
            assertThatThrownBy(refused::get)
                    .hasCauseInstanceOf(DatasetException.class)
                    .hasMessageContaining("broken.png");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void isRefusedAfterTheModelIsClosed() throws Exception {
        Path file = image(0);
        try (Predictor<Path, float[]> predictor = soda.newPredictor(Path.class, 4, Duration.ZERO)) {
            soda.close();
            assertThatThrownBy(() -> predictor.predict(file))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void theNumberOfThreadsIsThatOfTheBuilder() {
        assertThatThrownBy(() -> Soda.builder().threads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads: expected at least 1, found 0");
        try (Soda three = TinyModels.builder().threads(3).build()) {
            assertThat(three.<Integer>whileOpen(PyTorchEngine::threads)).isEqualTo(3);
        }
    }
}
