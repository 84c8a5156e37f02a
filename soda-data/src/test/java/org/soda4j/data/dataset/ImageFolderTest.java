package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.data.transform.Resize;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

class ImageFolderTest extends ImageDatasetContract {

    @TempDir Path root;

    @BeforeEach
    void write() throws IOException {
        for (int i = 0; i < 9; i++) {
            String name = List.of("cat", "dog", "eel").get(i % 3);
            ImageFiles.write(root.resolve(name).resolve("img" + i + ".png"), i, 20, 12, i == 4);
        }
        // Below a class any depth counts; endings in any case.
        Files.createDirectories(root.resolve("cat/more"));
        Files.move(root.resolve("cat/img0.png"), root.resolve("cat/more/img0.PNG"));
        Files.writeString(root.resolve("cat/notes.txt"), "no image");
        Files.writeString(root.resolve("cat/.hidden.png"), "no image");
        Files.writeString(root.resolve("README"), "no class");
    }

    private ImageFolder.Builder builder() {
        return ImageFolder.builder().root(root);
    }

    @Override
    ImageDataset open() {
        return builder().build();
    }

    @Override
    int expectedSize() {
        return 9;
    }

    @Test
    void aFolderWithoutClassesHasNoLabels() throws IOException {
        ImageFiles.write(root.resolve("flat/b.png"), 1, 20, 12, false);
        ImageFiles.write(root.resolve("flat/a.png"), 2, 9, 7, false);
        Files.writeString(root.resolve("flat/notes.txt"), "no image");
        ImageDataset data = ImageFolder.builder().root(root.resolve("flat")).build();
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.classNames()).isEmpty();
        assertThat(data.label(0)).isEqualTo(-1);
        assertThat(data.source(0)).endsWith("a.png, index 0");
        assertThat(data.image(1).width()).isEqualTo(20);
    }

    @Test
    void classesAndFilesAreInTheOrderOfTheirNames() {
        ImageDataset data = open();
        assertThat(data.classNames()).containsExactly("cat", "dog", "eel");
        assertThat(data.source(0)).endsWith("img3.png, index 0");
        assertThat(data.source(2)).endsWith("img0.PNG, index 2");
        assertThat(data.source(3)).endsWith("img1.png, index 3");
        assertThat(data.label(8)).isEqualTo(2);
        PixelImage image = data.image(3);
        assertThat(image.width()).isEqualTo(20);
        assertThat(image.height()).isEqualTo(12);
        int at = (5 * 20 + 7) * 3;
        int rgb = ImageFiles.rgb(1, 7, 5);
        assertThat(Arrays.copyOfRange(image.pixels(), at, at + 3))
                .containsExactly(rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
    }

    @Test
    void inMemoryHoldsTheSame() {
        ImageFolder memory = builder().inMemory(true).build();
        assertThat(memory.contentHash()).isEqualTo(open().contentHash());
        for (int i = 0; i < 9; i++) {
            assertThat(memory.image(i).pixels()).isEqualTo(open().image(i).pixels());
        }
        assertThat(memory.image(2)).isSameAs(memory.image(2));
    }

    @Test
    void splitsAreFolders(@TempDir Path other) throws IOException {
        ImageFiles.write(other.resolve("train/a/0.png"), 0, 8, 8, false);
        ImageFiles.write(other.resolve("train/b/1.png"), 1, 8, 8, false);
        ImageFiles.write(other.resolve("val/b/2.png"), 2, 8, 8, false);
        ImageFolder.Builder builder = ImageFolder.builder().root(other);
        assertThat(builder.split(Dataset.Usage.TRAIN).build().size()).isEqualTo(2);
        assertThatThrownBy(() -> builder.split(Dataset.Usage.VALIDATION).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(other.resolve("val").resolve("a").toString())
                .hasMessageContaining("expected at least one image in every class");
        // The label of b stays 1 though it is the only class with an image.
        ImageFolder skipping =
                ImageFolder.builder()
                        .root(other)
                        .split(Dataset.Usage.VALIDATION)
                        .onError(OnError.SKIP)
                        .build();
        assertThat(skipping.label(0)).isEqualTo(1);
        ImageFiles.write(other.resolve("val/a/3.png"), 3, 8, 8, false);
        assertThat(builder.split(Dataset.Usage.VALIDATION).build().size()).isEqualTo(2);
        ImageFiles.write(other.resolve("val/c/4.png"), 4, 8, 8, false);
        assertThatThrownBy(builder::build).hasMessageContaining("found one that it does not have");
        assertThatThrownBy(() -> builder.split(Dataset.Usage.TEST).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected the folder test for the split TEST");
    }

    @Test
    void aBadFileStopsNamingFileAndIndex() throws IOException {
        Path bad = root.resolve("dog/img4.png");
        Files.write(bad, Arrays.copyOf(Files.readAllBytes(bad), 60));
        ImageDataset data = open();
        assertThat(data.image(3)).isNotNull();
        assertThatThrownBy(() -> data.image(4))
                .isInstanceOfSatisfying(
                        DatasetException.class,
                        e -> {
                            assertThat(e.file()).isEqualTo(bad.toString());
                            assertThat(e.index()).isEqualTo(4);
                        })
                .hasMessageContaining("truncated");
        assertThatThrownBy(() -> builder().inMemory(true).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("img4.png, index 4");
    }

    @Test
    void skippingLeavesBadFilesOutWithTheirLabels() throws IOException {
        Files.writeString(root.resolve("dog/img4.png"), "<html>");
        Files.write(root.resolve("eel/img8.png"), new byte[0]);
        for (boolean inMemory : new boolean[] {false, true}) {
            ImageFolder rest = builder().onError(OnError.SKIP).inMemory(inMemory).build();
            assertThat(rest.size()).isEqualTo(7);
            assertThat(rest.label(4)).isEqualTo(1);
            assertThat(rest.source(4)).contains("img7.png");
            assertThat(rest.label(6)).isEqualTo(2);
            assertThat(rest.image(6)).isNotNull();
        }
    }

    @Test
    void anEmptyClassIsRefused() throws IOException {
        Files.createDirectory(root.resolve("fox"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("fox: expected at least one image");
    }

    @Test
    void aMissingFolderIsNamed() throws IOException {
        Files.createDirectory(root.resolve("empty"));
        assertThatThrownBy(() -> ImageFolder.builder().root(root.resolve("none")).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("none: expected a folder, found nothing");
        assertThatThrownBy(() -> ImageFolder.builder().root(root.resolve("empty")).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        "expected image files (JPEG, PNG, ...) or one folder of them");
    }

    @Test
    void theCacheHoldsReducedImages(@TempDir Path cache, @TempDir Path second) throws IOException {
        ImageFolder.Builder builder = builder().resizedCache(cache, 6);
        ImageFolder first = builder.build();
        PixelImage image = first.image(3);
        assertThat(image.width()).isEqualTo(10);
        assertThat(image.height()).isEqualTo(6);
        PixelBuffer expected = PixelBuffer.of(20, 12, 3, open().image(3).pixels());
        Resize.shorterSide(6).apply(expected);
        assertThat(image.pixels()).isEqualTo(expected.toBytes());
        // What is small enough stays as it is.
        assertThat(builder().resizedCache(second, 12).build().image(3).pixels())
                .isEqualTo(open().image(3).pixels());
        Path entry = onlyFile(cache);
        assertThat(Files.size(entry)).isEqualTo(20 + 180);
        FileTime written = Files.getLastModifiedTime(entry);
        assertThat(builder.build().image(3).pixels()).isEqualTo(image.pixels());
        assertThat(Files.getLastModifiedTime(entry)).isEqualTo(written);
        // Every kind of damage is seen, and the entry made again.
        byte[] good = Files.readAllBytes(entry);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(entry, i % 3 == 0 ? Arrays.copyOf(good, i) : bad);
            assertThat(first.image(3).pixels()).isEqualTo(image.pixels());
            assertThat(Files.readAllBytes(entry)).isEqualTo(good);
        }
    }

    @Test
    void theCacheFollowsTheFile(@TempDir Path cache) throws IOException {
        ImageFolder data = builder().resizedCache(cache, 6).build();
        byte[] before = data.image(3).pixels();
        Path file = root.resolve("dog/img1.png");
        ImageFiles.write(file, 99, 20, 12, false);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(data.image(3).pixels()).isNotEqualTo(before);
    }

    @Test
    void aCacheThatCannotBeWrittenCostsNoImage() throws IOException {
        Path blocked = root.resolve("README");
        ImageFolder data = builder().resizedCache(blocked, 6).build();
        assertThat(data.image(3).height()).isEqualTo(6);
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> files = tree.filter(Files::isRegularFile).toList();
            assertThat(files).hasSize(1);
            return files.get(0);
        }
    }
}
