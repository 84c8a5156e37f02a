package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

class TinyImageNetTest extends ImageDatasetContract {

    private static final List<String> CLASSES = List.of("n01443537", "n01629819", "n01641577");

    @TempDir Path root;
    private Path base;

    @BeforeEach
    void write() throws IOException {
        base = root.resolve("tiny-imagenet-200");
        StringBuilder annotations = new StringBuilder();
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < 4; i++) {
                String name = CLASSES.get(c) + "_" + i + ".JPEG";
                Path file = base.resolve("train/" + CLASSES.get(c) + "/images/" + name);
                ImageFiles.write(file, 4 * c + i, 64, 64, i == 2);
            }
            Files.writeString(base.resolve("train/" + CLASSES.get(c) + "/boxes.txt"), "");
        }
        for (int i = 0; i < 5; i++) {
            ImageFiles.write(base.resolve("val/images/val_" + i + ".JPEG"), 20 + i, 64, 64, false);
            ImageFiles.write(base.resolve("test/images/test_" + i + ".JPEG"), i, 64, 64, false);
            annotations.append(
                    "val_%d.JPEG\t%s\t0\t0\t63\t63\n".formatted(i, CLASSES.get(i * 2 % 3)));
        }
        Files.writeString(base.resolve("val/val_annotations.txt"), annotations);
        Files.writeString(base.resolve("words.txt"), "n01443537\tgoldfish, Carassius auratus\n");
    }

    private TinyImageNet.Builder builder() {
        return TinyImageNet.builder().root(root);
    }

    @Override
    ImageDataset open() {
        return builder().build();
    }

    @Override
    int expectedSize() {
        return 12;
    }

    @Test
    void greyJpegsBecomeRgb() {
        PixelImage grey = open().image(2);
        assertThat(grey.channels()).isEqualTo(3);
        for (int p = 0; p < 64 * 64; p++) {
            assertThat(grey.pixels()[3 * p]).isEqualTo(grey.pixels()[3 * p + 2]);
        }
    }

    @Test
    void validationLabelsComeFromTheAnnotations() {
        TinyImageNet val = builder().split(Dataset.Usage.VALIDATION).build();
        assertThat(val.size()).isEqualTo(5);
        assertThat(List.of(val.label(0), val.label(1), val.label(2), val.label(3), val.label(4)))
                .containsExactly(0, 2, 1, 0, 2);
        assertThat(val.classNames()).isEqualTo(CLASSES);
        assertThat(val.classWords().get(0)).isEqualTo("goldfish, Carassius auratus");
        assertThat(val.classWords().get(1)).isEqualTo("n01629819");
    }

    @Test
    void testImagesHaveNoLabels() {
        TinyImageNet test = TinyImageNet.builder().root(base).split(Dataset.Usage.TEST).build();
        assertThat(test.size()).isEqualTo(5);
        assertThat(test.label(4)).isEqualTo(-1);
        assertThatThrownBy(() -> test.subset(1, 0)).hasMessageContaining("found 0");
    }

    @Test
    void malformedAnnotationsAreRefused() throws IOException {
        Path file = base.resolve("val/val_annotations.txt");
        List<String> good = Files.readAllLines(file);
        for (String line :
                List.of(
                        "val_1.JPEG",
                        "val_1.JPEG\tn99999999\t0\t0\t1\t1",
                        "val_0.JPEG\tn01443537\t0\t0\t1\t1",
                        "../../x.JPEG\tn01443537\t0\t0\t1\t1")) {
            Files.write(file, List.of(good.get(0), line, good.get(2), good.get(3), good.get(4)));
            assertThatThrownBy(() -> builder().split(Dataset.Usage.VALIDATION).build())
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("val_annotations.txt, index 1: expected an image")
                    .hasMessageContaining(line);
        }
        Files.write(file, good.subList(0, 4));
        assertThatThrownBy(() -> builder().split(Dataset.Usage.VALIDATION).build())
                .hasMessageContaining("found none for 1, such as val_4.JPEG");
        Files.delete(file);
        assertThatThrownBy(() -> builder().split(Dataset.Usage.VALIDATION).build())
                .hasMessageContaining("found no file");
    }

    @Test
    void missingFoldersAreNamed(@TempDir Path empty) throws IOException {
        assertThatThrownBy(() -> TinyImageNet.builder().root(empty).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("train: expected a folder of tiny-imagenet-200");
        Files.createDirectories(base.resolve("train/n09999999/images"));
        assertThatThrownBy(this::open).hasMessageContaining("n09999999");
    }
}
