package org.soda4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.image.PixelImage;

/** Images for every kind of model that a program edits images with. */
class GalleryOptionsTest {

    private final List<String> notes = new ArrayList<>();

    @TempDir private Path folder;

    @Test
    void aShippedModelHasItsGallery() throws IOException {
        try (Soda soda = model(3)) {
            ImageDataset images = new GalleryOptions().open(Path.of("photos-32"), soda, notes::add);
            assertThat(images.size()).isGreaterThan(30);
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void aModelThatWasSavedAloneTakesImagesOfItsChannelsAndSaysSo() throws IOException {
        try (Soda soda = model(3)) {
            PixelImage image = new GalleryOptions().open(folder, soda, notes::add).image(0);
            assertThat(image.channels()).isEqualTo(3);
        }
        try (Soda soda = model(1)) {
            assertThat(new GalleryOptions().open(folder, soda, notes::add))
                    .isInstanceOf(FashionMnist.class);
        }
        assertThat(notes)
                .hasSize(2)
                .allSatisfy(note -> assertThat(note).contains("--images FOLDER takes yours"));
    }

    @Test
    void aModelInItsRunTakesTheImagesOfTheRun() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        javax.imageio.ImageIO.write(
                new java.awt.image.BufferedImage(9, 9, java.awt.image.BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("a.png").toFile());
        new TrainingImages(TrainingImages.IMAGES, images).save(folder, 1);
        Path model = Files.createDirectories(folder.resolve("model"));
        try (Soda soda = model(3)) {
            assertThat(new GalleryOptions().open(model, soda, notes::add).size()).isEqualTo(1);
            assertThat(new GalleryOptions().open(folder, soda, notes::add).size()).isEqualTo(1);
            assertThat(notes).isEmpty();
        }
    }

    private static Soda model(int channels) {
        return SmallModel.builder(channels, 0)
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.125)
                                .smallImages(true)
                                .inputChannels(channels)
                                .build())
                .denoiser(SmallModel.denoiser(channels, 16).build())
                .build();
    }
}
