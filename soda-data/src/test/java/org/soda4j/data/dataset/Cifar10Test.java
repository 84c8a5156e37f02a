package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

class Cifar10Test extends ImageDatasetContract {

    private static final int RECORDS = 12;

    @TempDir Path folder;

    @BeforeEach
    void write() throws Exception {
        CifarFiles.writeCifar10(folder, RECORDS);
    }

    private Cifar10.Builder builder() {
        return Cifar10.builder().root(folder).recordsPerFile(RECORDS);
    }

    @Override
    ImageDataset open() {
        return builder().build();
    }

    @Override
    int expectedSize() {
        return 5 * RECORDS;
    }

    @Test
    void planesBecomeInterleavedPixels() {
        ImageDataset data = open();
        PixelImage image = data.image(RECORDS + 3);
        assertThat(image.width()).isEqualTo(32);
        assertThat(image.height()).isEqualTo(32);
        for (int row = 0; row < 32; row++) {
            for (int column = 0; column < 32; column++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(image.pixels()[(row * 32 + column) * 3 + c])
                            .isEqualTo(CifarFiles.sample(1, 3, c, row, column));
                }
            }
        }
        assertThat(data.label(RECORDS + 3)).isEqualTo(4);
        assertThat(data.classNames().get(4)).isEqualTo("deer");
        assertThat(data.source(RECORDS + 3)).endsWith("data_batch_2.bin, index 3");
    }

    @Test
    void testSplitIsTheTestBatch() {
        Cifar10 test = builder().split(Dataset.Usage.TEST).build();
        assertThat(test.size()).isEqualTo(RECORDS);
        assertThat(test.image(0).pixels()[0]).isEqualTo(CifarFiles.sample(5, 0, 0, 0, 0));
    }

    @Test
    void archiveHoldsTheSameAsTheFolder(@TempDir Path other) throws Exception {
        Path archive = other.resolve("cifar-10-binary.tar.gz");
        CifarFiles.writeCifar10Archive(archive, RECORDS);
        String expected = open().contentHash();
        assertThat(builder().root(archive).build().contentHash()).isEqualTo(expected);
        assertThat(builder().root(other).build().contentHash()).isEqualTo(expected);
    }

    @Test
    void parentFolderWillDo(@TempDir Path other) throws Exception {
        Path inner = Files.createDirectory(other.resolve("cifar-10-batches-bin"));
        CifarFiles.writeCifar10(inner, RECORDS);
        assertThat(builder().root(other).build().contentHash()).isEqualTo(open().contentHash());
    }

    @Test
    void contentHashSeesEveryByte() throws Exception {
        String before = open().contentHash();
        Path file = folder.resolve("data_batch_5.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(open().contentHash()).isNotEqualTo(before);
    }

    @Test
    void truncatedFileIsRefused() throws Exception {
        Path file = folder.resolve("data_batch_3.bin");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 3 * 3073 + 5));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("data_batch_3.bin")
                .hasMessageContaining("expected 12 records of 3,073 bytes")
                .hasMessageContaining("found 9,224 bytes");
        assertThatThrownBy(() -> builder().onError(OnError.SKIP).build())
                .isInstanceOf(DatasetException.class);
    }

    @Test
    void wrongRecordCountIsRefused() {
        assertThatThrownBy(() -> Cifar10.builder().root(folder).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected 10,000 records")
                .hasMessageContaining("12.000 records");
    }

    @Test
    void truncatedArchiveIsRefused(@TempDir Path other) throws Exception {
        Path archive = other.resolve("cifar-10-binary.tar.gz");
        CifarFiles.writeCifar10Archive(archive, RECORDS);
        byte[] whole = Files.readAllBytes(archive);
        for (int length : new int[] {0, 1, 20, whole.length / 2}) {
            Files.write(archive, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> builder().root(archive).build())
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("cifar-10-binary.tar.gz");
        }
    }

    @Test
    void missingFilesAreNamed(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> builder().root(empty).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("data_batch_1.bin");
        Files.delete(folder.resolve("data_batch_4.bin"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("data_batch_4.bin");
    }

    @Test
    void labelOutOfRangeStopsOrIsLeftOut() throws Exception {
        Path file = folder.resolve("data_batch_2.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7 * 3073] = 10;
        bytes[8 * 3073] = (byte) 200;
        Files.write(file, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        DatasetException.class,
                        e -> {
                            assertThat(e.file()).endsWith("data_batch_2.bin");
                            assertThat(e.index()).isEqualTo(7);
                        })
                .hasMessageContaining("expected label byte 0 in 0..9, found 10");
        Cifar10 rest = builder().onError(OnError.SKIP).build();
        assertThat(rest.size()).isEqualTo(5 * RECORDS - 2);
        assertThat(rest.source(RECORDS + 7)).endsWith("data_batch_2.bin, index 9");
        assertThat(rest.source(2 * RECORDS - 2)).endsWith("data_batch_3.bin, index 0");
    }

    @Test
    void validationSplitIsRefused() {
        assertThatThrownBy(() -> builder().split(Dataset.Usage.VALIDATION).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("VALIDATION");
    }
}
