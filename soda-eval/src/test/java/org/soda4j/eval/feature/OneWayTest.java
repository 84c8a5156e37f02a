package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.ImageEncodingTranslatorFactory;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.TestImageFiles;
import org.soda4j.eval.search.ImageEncoder;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.ImagePreparation.Fit;
import org.soda4j.image.PixelImage;
import org.soda4j.image.PreparedImages;

/** Whichever way a file takes, its latent is the same to the last bit. */
class OneWayTest {

    @TempDir private static Path folder;
    private static List<Path> files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = TestImageFiles.copyTo(folder.resolve("images"));
        assertThat(files).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @EnumSource
    void everyWayGivesOneLatent(Fit fit) throws Exception {
        Path model = folder.resolve("model-" + fit);
        try (Soda soda =
                TinyModels.builder(12, 1, 2)
                        .preparation(new ImagePreparation(true, "#20c040", fit))
                        .build()) {
            soda.save(model);
        }
        Criteria<Path, float[]> criteria =
                Criteria.builder()
                        .setTypes(Path.class, float[].class)
                        .optModelPath(model)
                        .optTranslatorFactory(new ImageEncodingTranslatorFactory())
                        .build();
        try (Soda soda = Soda.load(model);
                Predictor<Path, float[]> ofPath = soda.newPredictor(Path.class);
                Predictor<byte[], float[]> ofBytes = soda.newPredictor(byte[].class);
                Predictor<InputStream, float[]> ofStream = soda.newPredictor(InputStream.class);
                ZooModel<Path, float[]> zoo = criteria.loadModel();
                Predictor<Path, float[]> ofCriteria = zoo.newPredictor()) {
            ImageFolder set =
                    ImageFolder.builder()
                            .root(folder.resolve("images"))
                            .preparation(soda.config().preparation())
                            .build();
            FeatureSet features = FeatureExtractor.of(soda).batchSize(1).extract(set);
            ImageEncoder search = ImageEncoder.of(soda);
            assertThat(features.size()).isEqualTo(files.size());
            // Cropping alone differs, for which some files are enough.
            for (int i = 0; i < files.size(); i += fit == Fit.CROP ? 7 : 1) {
                Path file = files.get(i);
                float[] z = soda.encode(file);
                assertThat(features.id(i)).isEqualTo(file.getFileName().toString());
                assertThat(set.path(i)).contains(file);
                byte[] bytes = Files.readAllBytes(file);
                assertThat(ofPath.predict(file)).as("%s", file).isEqualTo(z);
                assertThat(ofBytes.predict(bytes)).as("%s", file).isEqualTo(z);
                try (InputStream in = Files.newInputStream(file)) {
                    assertThat(ofStream.predict(in)).as("%s", file).isEqualTo(z);
                }
                assertThat(ofCriteria.predict(file)).as("%s", file).isEqualTo(z);
                assertThat(features.row(i)).as("%s", file).isEqualTo(z);
                assertThat(search.encode(file)).as("%s", file).isEqualTo(z);
                assertThat(search.apply(bytes)).as("%s", file).isEqualTo(z);
            }
            assertThat(soda.encode(files)).hasSameSizeAs(files);
        }
    }

    /** Decoded to grey at once or to colours first. */
    @Test
    void aGreyModelSeesTheSameOfAllFiles() {
        ImagePreparation preparation = new ImagePreparation(true, "#20c040", Fit.STRETCH);
        ImageFolder set =
                ImageFolder.builder()
                        .root(folder.resolve("images"))
                        .preparation(preparation)
                        .build();
        PreparedImages prepared = new PreparedImages(preparation, List.of(1, 16, 16));
        for (int i = 0; i < files.size(); i++) {
            assertThat(prepared.of(set.image(i)))
                    .as("%s", files.get(i))
                    .isEqualTo(prepared.of(Path.class, files.get(i)));
        }
    }

    /** An upright image of plain colours has lost nothing in DJL's hands. */
    @Test
    void anImageOfDjlIsPreparedAlike() throws Exception {
        try (Soda soda = TinyModels.builder().build();
                Predictor<Image, float[]> ofImage = soda.newPredictor(Image.class)) {
            for (String name : List.of("rgb.png", "wide.png", "small.png", "grey.png")) {
                Path file = folder.resolve("images").resolve(name);
                Image image = ImageFactory.getInstance().fromFile(file);
                assertThat(ofImage.predict(image)).as(name).isEqualTo(soda.encode(file));
            }
        }
    }

    @Test
    void theCentreIsSeenOfACroppedImage() {
        byte[] pixels = new byte[8 * 4];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 8 >= 2 && i % 8 < 6 ? 200 : 10);
        }
        try (Soda soda =
                        TinyModels.builder(12, 1, 2)
                                .preparation(new ImagePreparation(null, null, Fit.CROP))
                                .build();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray seen =
                    manager.create(
                            ImageBatches.resizing(soda)
                                    .apply(
                                            new PixelImage(8, 4, 1, pixels),
                                            new ViewRandom(0, 0, 0, 0)),
                            new Shape(3, 16, 16));
            assertThat(seen.min().getFloat()).isEqualTo(200 / 255f);
        }
    }

    @Test
    void aFileThatIsNoImageIsNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no image at all");
        List<Path> some = new ArrayList<>(files.subList(0, 2));
        some.add(text);
        try (Soda soda = TinyModels.builder().build()) {
            assertThatThrownBy(() -> soda.encode(some)).hasMessageContaining("notes.txt");
            assertThatThrownBy(() -> soda.newPredictor(String.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("Path, byte[], InputStream or Image", "String");
        }
    }
}
