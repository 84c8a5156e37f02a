package org.soda4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.ImageEncodingTranslatorFactory;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.training.RunConfig;

class ShippedModelTest {

    private static final int MOST_BYTES = 8_000_000;
    private static final String CACHE = "DJL_CACHE_DIR";

    @TempDir private Path folder;

    private List<Path> gallery() throws Exception {
        ShippedModel.PHOTOS_32.unpack(folder);
        try (Stream<Path> all = Files.list(folder.resolve("gallery"))) {
            return all.sorted().toList();
        }
    }

    @Test
    void itIsSmallAndSaysWhatItIs() throws Exception {
        String archive = "/org/soda4j/models/photos-32.zip";
        assertThat(ShippedModel.class.getResourceAsStream(archive).readAllBytes().length)
                .isLessThanOrEqualTo(MOST_BYTES);
        assertThat(ShippedModel.PHOTOS_32.card())
                .contains("CIFAR-10", "raw pixels", "Licence", "float16")
                .isEqualTo(Files.readString(Path.of("src/main/card/photos-32.md")));
    }

    @Test
    void itIsThePresetForHours() throws Exception {
        RunConfig preset = RunConfig.preset("hours-32");
        try (Soda soda = ShippedModel.PHOTOS_32.load()) {
            RunConfig shipped = new RunConfig(soda.config(), preset.training());
            assertThat(shipped.differences(preset)).isEmpty();
        }
    }

    @Test
    void itEncodesAndDrawsWhatItHasDrawn() throws Exception {
        List<Path> images = gallery();
        assertThat(images).hasSizeGreaterThanOrEqualTo(32);
        try (Soda soda = ShippedModel.PHOTOS_32.load();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThat(soda.featureStatistics()).isPresent();
            NDArray some = soda.prepare(manager, images.subList(0, 8));
            NDArray z = soda.encode(some);
            NDArray again = soda.sample(z, SamplingOptions.defaults().withSeed(1));
            // Each image is known again by its latent among all eight.
            NDArray before = z.sub(z.mean(new int[] {0})).normalize(2, 1);
            NDArray drawn = soda.encode(again);
            NDArray after = drawn.sub(drawn.mean(new int[] {0})).normalize(2, 1);
            long[] nearest = after.matMul(before.transpose()).argMax(1).toLongArray();
            int own = 0;
            for (int i = 0; i < nearest.length; i++) {
                own += nearest[i] == i ? 1 : 0;
            }
            assertThat(own).isGreaterThanOrEqualTo(6);
        }
    }

    @Test
    void djlOpensItByItsUrl() throws Exception {
        Path image = gallery().get(0);
        Criteria<Path, float[]> criteria =
                Criteria.builder()
                        .setTypes(Path.class, float[].class)
                        .optModelUrls(ShippedModel.PHOTOS_32.url())
                        .optTranslatorFactory(new ImageEncodingTranslatorFactory())
                        .build();
        String before = System.getProperty(CACHE);
        try (Soda soda = ShippedModel.PHOTOS_32.load()) { // The engine's files stay where they are.
            float[] latent = soda.encode(image);
            // DJL keeps what it has copied from an address, also where a later build replaced it.
            System.setProperty(CACHE, folder.resolve("cache").toString());
            try (ZooModel<Path, float[]> model = criteria.loadModel();
                    Predictor<Path, float[]> predictor = model.newPredictor()) {
                assertThat(predictor.predict(image)).containsExactly(latent, within(1e-6f));
            }
        } finally {
            if (before == null) {
                System.clearProperty(CACHE);
            } else {
                System.setProperty(CACHE, before);
            }
        }
    }
}
