package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

class IdxDatasetTest extends ImageDatasetContract {

    private static final int COUNT = 40;
    private static final int ROWS = 5;
    private static final int COLUMNS = 7;

    @TempDir Path folder;

    static byte[] images(int count, int rows, int columns) {
        ByteBuffer out = ByteBuffer.allocate(16 + count * rows * columns);
        out.putInt(0x00000803).putInt(count).putInt(rows).putInt(columns);
        for (int k = 0; out.hasRemaining(); k++) {
            out.put((byte) (k * 37));
        }
        return out.array();
    }

    static byte[] labels(int count) {
        ByteBuffer out = ByteBuffer.allocate(8 + count).putInt(0x00000801).putInt(count);
        for (int k = 0; k < count; k++) {
            out.put((byte) (k % 10));
        }
        return out.array();
    }

    static byte[] gzip(byte[] bytes) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static IdxDataset read(byte[] images, byte[] labels) {
        return IdxDataset.builder()
                .streams(new ByteArrayInputStream(images), new ByteArrayInputStream(labels))
                .build();
    }

    @BeforeEach
    void write() throws Exception {
        Files.write(
                folder.resolve("train-images-idx3-ubyte.gz"), gzip(images(COUNT, ROWS, COLUMNS)));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(COUNT));
    }

    @Override
    ImageDataset open() {
        return IdxDataset.builder().root(folder).build();
    }

    @Override
    int expectedSize() {
        return COUNT;
    }

    @Test
    void pixelsAreRowByRow() {
        PixelImage image = open().image(2);
        assertThat(image.width()).isEqualTo(COLUMNS);
        assertThat(image.height()).isEqualTo(ROWS);
        assertThat(image.channels()).isEqualTo(1);
        assertThat(image.pixels()[3]).isEqualTo((byte) ((2 * ROWS * COLUMNS + 3) * 37));
        assertThat(open().source(2)).endsWith("train-images-idx3-ubyte.gz, index 2");
    }

    @Test
    void streamsFilesAndFoldersHoldTheSame() {
        String expected = open().contentHash();
        assertThat(read(images(COUNT, ROWS, COLUMNS), labels(COUNT)).contentHash())
                .isEqualTo(expected);
        assertThat(
                        IdxDataset.builder()
                                .files(
                                        folder.resolve("train-images-idx3-ubyte.gz"),
                                        folder.resolve("train-labels-idx1-ubyte"))
                                .build()
                                .contentHash())
                .isEqualTo(expected);
    }

    @Test
    void namedDataSetsReadTheSameFiles() throws Exception {
        assertThat(Mnist.builder().root(folder).build().contentHash())
                .isEqualTo(open().contentHash());
        FashionMnist fashion = FashionMnist.builder().root(folder).build();
        assertThat(fashion.classNames().get(9)).isEqualTo("Ankle boot");
        assertThatThrownBy(() -> Mnist.builder().root(folder).split(Dataset.Usage.TEST).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("t10k-images-idx3-ubyte");
        Path raw = Files.createDirectories(folder.resolve("other/MNIST/raw"));
        Files.write(raw.resolve("t10k-images-idx3-ubyte"), images(10, 28, 28));
        Files.write(raw.resolve("t10k-labels-idx1-ubyte"), labels(10));
        assertThat(
                        Mnist.builder()
                                .root(folder.resolve("other"))
                                .split(Dataset.Usage.TEST)
                                .build()
                                .size())
                .isEqualTo(10);
    }

    @Test
    void missingResourceIsNamed() {
        assertThatThrownBy(
                        () -> FashionMnist.builder().resource(IdxDatasetTest.class, "none").build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none: expected the resource train-images-idx3-ubyte");
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        byte[] images = images(3, 2, 2);
        for (int length = 0; length < images.length; length++) {
            byte[] cut = Arrays.copyOf(images, length);
            assertThatThrownBy(() -> read(cut, labels(3))).isInstanceOf(DatasetException.class);
        }
        byte[] zipped = gzip(images);
        for (int length = 0; length < zipped.length; length++) {
            byte[] cut = Arrays.copyOf(zipped, length);
            assertThatThrownBy(() -> read(cut, labels(3))).isInstanceOf(DatasetException.class);
        }
        byte[] labels = labels(3);
        for (int length = 0; length < labels.length; length++) {
            byte[] cut = Arrays.copyOf(labels, length);
            assertThatThrownBy(() -> read(images, cut)).isInstanceOf(DatasetException.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(images, 16 + 9), labels(3)))
                .hasMessageContaining("images stream, index 2: expected 3 records of 4 bytes")
                .hasMessageContaining("truncated");
    }

    @Test
    void falseHeadersAreRefused() {
        byte[] images = images(3, 2, 2);
        assertThatThrownBy(() -> read(labels(3), labels(3)))
                .hasMessageContaining("expected the magic number 0x00000803")
                .hasMessageContaining("found 0x00000801");
        assertThatThrownBy(() -> read(Arrays.copyOf(images, images.length + 1), labels(3)))
                .hasMessageContaining("expected the file to end after 3 records");
        assertThatThrownBy(() -> read(images, labels(4)))
                .hasMessageContaining("expected as many labels")
                .hasMessageContaining("found 4");
        for (int[] sizes :
                new int[][] {
                    {Integer.MAX_VALUE, 28, 28},
                    {3, Integer.MAX_VALUE, Integer.MAX_VALUE},
                    {3, 1 << 16, 1 << 16},
                    {-1, 28, 28},
                    {3, 0, 28}
                }) {
            ByteBuffer.wrap(images).putInt(4, sizes[0]).putInt(8, sizes[1]).putInt(12, sizes[2]);
            assertThatThrownBy(() -> read(images, labels(3)))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("images stream: expected");
        }
    }

    @Test
    void aFalseCountAsksForNoMemory() {
        byte[] images = images(3, 2, 2);
        ByteBuffer.wrap(images).putInt(4, 10_000_000);
        assertThatThrownBy(() -> read(images, labels(3)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("images stream, index 3")
                .hasMessageContaining("truncated");
    }

    @Test
    void labelOutOfRangeStopsOrIsLeftOut() {
        byte[] labels = labels(5);
        labels[8 + 3] = 10;
        assertThatThrownBy(() -> read(images(5, 2, 2), labels))
                .hasMessageContaining("labels stream, index 3: expected a label in 0..9, found 10");
        IdxDataset rest =
                IdxDataset.builder()
                        .streams(
                                new ByteArrayInputStream(images(5, 2, 2)),
                                new ByteArrayInputStream(labels))
                        .onError(OnError.SKIP)
                        .build();
        assertThat(rest.size()).isEqualTo(4);
        assertThat(rest.source(3)).isEqualTo("images stream, index 4");
        assertThatThrownBy(() -> IdxDataset.builder().classNames(List.of()).build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** 1.5 MB that stand for 1.5 GB: the header says so before anything is unpacked. */
    @Test
    void aBombIsRefusedByWhatItsHeaderNeeds() throws Exception {
        long heap = Runtime.getRuntime().maxMemory();
        assertThat(heap).isLessThan(7L << 30);
        int rows = (int) (heap >> 20);
        byte[] header =
                ByteBuffer.allocate(16)
                        .putInt(0x803)
                        .putInt(rows)
                        .putInt(1024)
                        .putInt(1024)
                        .array();
        byte[] bomb = gzip(header);
        assertThatThrownBy(() -> read(bomb, labels(1)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("images stream: expected at most three quarters of the heap")
                .hasMessageContaining("-Xmx");
        byte[] labels =
                gzip(ByteBuffer.allocate(8).putInt(0x801).putInt(Integer.MAX_VALUE).array());
        assertThatThrownBy(() -> read(images(4, 3, 5), labels))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected as many labels as there are images (4)");
    }
}
