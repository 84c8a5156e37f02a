package org.soda4j.eval.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.feature.FeatureExtractor.Output;

class FolderIndexerTest extends TinyModelTest {

    @TempDir private Path folder;
    private Path images;
    private ImageEncoder encoder;

    @BeforeEach
    void write() throws IOException {
        images = folder.resolve("images");
        for (String id : List.of("cats/1.png", "cats/deep/2.png", "dogs/3.png", "4.png")) {
            draw(images.resolve(id), id.hashCode());
        }
        Files.writeString(images.resolve("notes.txt"), "no image");
        encoder = ImageEncoder.of(soda);
    }

    private static void draw(Path file, int seed) throws IOException {
        BufferedImage image = new BufferedImage(20, 18, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int i = 0; i < 20 * 18; i++) {
            image.setRGB(i % 20, i / 20, random.nextInt(1 << 24));
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    @Test
    void encodesOnlyWhatIsNewOrChangedAndForgetsWhatIsGone() throws IOException {
        Path out = folder.resolve("index");
        try (ImageIndex index = ImageIndex.openOrCreate(out, encoder.space())) {
            FolderIndexer indexer = FolderIndexer.of(encoder, images);
            assertThat(indexer.update(index).encoded()).isEqualTo(4);
            assertThat(index.ids())
                    .containsExactlyInAnyOrder(
                            "4.png", "cats/1.png", "cats/deep/2.png", "dogs/3.png");
            assertThat(index.image("cats/deep/2.png").orElseThrow().label()).isEqualTo("cats");
            assertThat(index.image("4.png").orElseThrow().label()).isEmpty();
            float[] before = index.image("cats/1.png").orElseThrow().features();

            draw(images.resolve("cats/1.png"), 77);
            Files.setLastModifiedTime(images.resolve("cats/1.png"), FileTime.fromMillis(1000));
            Files.delete(images.resolve("4.png"));
            Files.writeString(images.resolve("dogs/broken.png"), "no image");
            List<String> heard = new ArrayList<>();
            FolderIndexer.Changes changes =
                    indexer.progress((done, total) -> heard.add(done + "/" + total)).update(index);
            assertThat(changes.encoded()).isEqualTo(1);
            assertThat(changes.unchanged()).isEqualTo(2);
            assertThat(changes.deleted()).isEqualTo(1);
            assertThat(changes.leftOut()).containsOnlyKeys("dogs/broken.png");
            assertThat(heard).containsExactly("0/2", "2/2");
            assertThat(index.image("cats/1.png").orElseThrow().features()).isNotEqualTo(before);
            assertThat(index.image("4.png")).isEmpty();
        }
    }

    @Test
    void fileBytesAndFolderGiveTheSameFeatures() throws IOException {
        try (ImageIndex index = ImageIndex.openOrCreate(folder.resolve("index"), encoder.space())) {
            FolderIndexer.of(encoder, images).update(index);
            Path file = images.resolve("dogs/3.png");
            float[] ofFile = encoder.encode(file);
            assertThat(encoder.apply(Files.readAllBytes(file))).isEqualTo(ofFile);
            float[] indexed = index.image("dogs/3.png").orElseThrow().features();
            for (int i = 0; i < ofFile.length; i++) {
                assertThat(indexed[i]).isCloseTo(ofFile[i], within(1e-4f));
            }
            Match first = index.search(ImageQuery.ofFiles(encoder, file)).get(0);
            assertThat(first.id()).isEqualTo("dogs/3.png");
            assertThat(first.similarity()).isCloseTo(1, within(1e-5));
            assertThat(
                            index.search(
                                    ImageQuery.ofBytes(encoder, Files.readAllBytes(file))
                                            .sections(0, 3)))
                    .first()
                    .extracting(Match::id)
                    .isEqualTo("dogs/3.png");
        }
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        Path file = images.resolve("4.png");
        try (ImageIndex index = ImageIndex.openOrCreate(folder.resolve("index"), encoder.space());
                Soda other = TinyModels.builder(12, 1, 2).seed(5).build()) {
            FolderIndexer.of(encoder, images).update(index);
            ImageEncoder others = ImageEncoder.of(other);
            assertThat(ImageEncoder.of(soda).space()).isEqualTo(encoder.space());
            assertThatThrownBy(() -> index.search(ImageQuery.ofFiles(others, file)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected features of the encoder that the index");
            assertThatThrownBy(() -> FolderIndexer.of(others, images).update(index))
                    .hasMessageContaining("expected features of the encoder that the index");
            ImageEncoder pooled = ImageEncoder.of(soda, Output.POOLED, false);
            assertThatThrownBy(() -> index.search(ImageQuery.ofFiles(pooled, file)))
                    .hasMessageContaining("expected features prepared as the index was built");
        }
    }

    @Test
    void denoiserLossIsThatOfEachImageAlone() throws IOException {
        List<Path> files = List.of(images.resolve("cats/1.png"), images.resolve("dogs/3.png"));
        double[] both = OddOnesOut.denoiserLoss(soda, files, 3);
        double[] alone = OddOnesOut.denoiserLoss(soda, files.subList(1, 2), 3);
        assertThat(both[1]).isCloseTo(alone[0], within(1e-5));
        assertThat(both[0]).isNotEqualTo(both[1]);
        assertThat(IntStream.range(0, 2)).allMatch(i -> both[i] > 0.1 && both[i] < 10);
    }
}
