package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

/** On files of the official names and format with images of 3 x 4. */
class SmallNorbTest extends ImageDatasetContract {

    private static final String TRAIN = "smallnorb-5x46789x9x18x6x2x96x96-training-";
    private static final String TEST = "smallnorb-5x01235x9x18x6x2x96x96-testing-";
    private static final int COUNT = 25;
    private static final int BYTES = 0x1E3D4C55;
    private static final int INTEGERS = 0x1E3D4C54;

    @TempDir Path folder;

    private static byte[] matrix(int magic, int itemBytes, byte[] data, int... shape) {
        int sizes = Math.max(3, shape.length);
        ByteBuffer out =
                ByteBuffer.allocate(8 + 4 * sizes + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(magic).putInt(shape.length);
        for (int d = 0; d < sizes; d++) {
            out.putInt(d < shape.length ? shape[d] : 1);
        }
        assertThat(data.length % itemBytes).isZero();
        return out.put(data).array();
    }

    private static byte[] pixels() {
        byte[] data = new byte[COUNT * 2 * 3 * 4];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 37);
        }
        return matrix(BYTES, 1, data, COUNT, 2, 3, 4);
    }

    private static byte[] numbers(int... values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(out::putInt);
        return out.array();
    }

    private static byte[] categories() {
        int[] values = new int[COUNT];
        Arrays.setAll(values, i -> i % 5);
        return matrix(INTEGERS, 4, numbers(values), COUNT);
    }

    private static byte[] information() {
        int[] values = new int[COUNT * 4];
        for (int i = 0; i < COUNT; i++) {
            values[4 * i] = 4;
            values[4 * i + 1] = i % 9;
            values[4 * i + 2] = 2 * (i % 18);
            values[4 * i + 3] = i % 6;
        }
        return matrix(INTEGERS, 4, numbers(values), COUNT, 4);
    }

    @BeforeEach
    void write() throws Exception {
        Files.write(folder.resolve(TRAIN + "dat.mat.gz"), IdxDatasetTest.gzip(pixels()));
        Files.write(folder.resolve(TRAIN + "cat.mat"), categories());
        Files.write(folder.resolve(TRAIN + "info.mat"), information());
    }

    @Override
    ImageDataset open() {
        return SmallNorb.builder().root(folder).build();
    }

    @Override
    int expectedSize() {
        return COUNT;
    }

    @Test
    void theFirstCameraAndFourFactorsAreRead() {
        SmallNorb norb = SmallNorb.builder().root(folder).build();
        for (int i = 0; i < COUNT; i++) {
            assertThat(norb.factors(i)).containsExactly(i % 5, i % 9, i % 18, i % 6);
            byte[] pixels = norb.image(i).pixels();
            assertThat(pixels).hasSize(12);
            for (int k = 0; k < pixels.length; k++) {
                assertThat(pixels[k]).isEqualTo((byte) ((i * 24 + k) * 37));
            }
        }
        assertThat(norb.image(0).width()).isEqualTo(4);
        assertThat(norb.factorSizes()).containsExactly(5, 9, 18, 6);
        assertThat(norb.isOrdered(1)).isTrue();
        assertThat(norb.isOrdered(2)).isFalse();
        SmallNorb part = SmallNorb.builder().root(folder).count(6).build();
        for (int i = 0; i < 6; i++) {
            int index = Integer.parseInt(part.id(i));
            assertThat(part.image(i).pixels()).isEqualTo(norb.image(index).pixels());
            assertThat(part.factors(i)).isEqualTo(norb.factors(index));
        }
    }

    @Test
    void theOtherSplitHasOtherFiles() throws Exception {
        assertThatThrownBy(() -> SmallNorb.builder().root(folder).split(Dataset.Usage.TEST).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(TEST + "dat.mat");
        for (String part : new String[] {"cat.mat", "info.mat"}) {
            Files.copy(folder.resolve(TRAIN + part), folder.resolve(TEST + part));
        }
        Files.write(folder.resolve(TEST + "dat.mat"), pixels());
        assertThat(SmallNorb.builder().root(folder).split(Dataset.Usage.TEST).build().contentHash())
                .isEqualTo(open().contentHash());
        assertThatThrownBy(() -> SmallNorb.builder().split(Dataset.Usage.VALIDATION))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        Files.delete(folder.resolve(TRAIN + "dat.mat.gz"));
        requireTruncationsRefused("dat.mat", pixels());
        requireTruncationsRefused("cat.mat", categories());
        requireTruncationsRefused("info.mat", information());
        byte[] packed = IdxDatasetTest.gzip(pixels());
        Files.delete(folder.resolve(TRAIN + "dat.mat"));
        requireTruncationsRefused("dat.mat.gz", packed);
    }

    private void requireTruncationsRefused(String part, byte[] whole) throws IOException {
        Path file = folder.resolve(TRAIN + part);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining(part);
        }
        Files.write(file, whole);
        assertThat(open().size()).isEqualTo(COUNT);
    }

    @Test
    void falseHeadersAskForNoMemory() throws Exception {
        Path file = folder.resolve(TRAIN + "dat.mat");
        Files.delete(folder.resolve(TRAIN + "dat.mat.gz"));
        for (int[] shape :
                new int[][] {
                    {Integer.MAX_VALUE, 2, 3, 4},
                    {COUNT, 2, Integer.MAX_VALUE, Integer.MAX_VALUE},
                    {COUNT, 2, 8192, 4096},
                    {COUNT, 1, 3, 4},
                    {0, 2, 3, 4},
                    {COUNT, 2, -3, 4}
                }) {
            Files.write(file, matrix(BYTES, 1, new byte[COUNT * 24], shape));
            assertThatThrownBy(this::open)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("dat.mat");
            Path packed = folder.resolve(TRAIN + "dat.mat.gz");
            Files.move(file, packed);
            Files.write(packed, IdxDatasetTest.gzip(Files.readAllBytes(packed)));
            assertThatThrownBy(this::open).isInstanceOf(DatasetException.class);
            Files.delete(packed);
        }
        Files.write(file, matrix(INTEGERS, 1, new byte[COUNT * 24], COUNT, 2, 3, 4));
        assertThatThrownBy(this::open).hasMessageContaining("expected the magic number 0x1e3d4c55");
    }

    @Test
    void levelsOutsideAreRefused() throws Exception {
        byte[] information = information();
        int third = 8 + 12 + 2 * 16;
        information[third + 8] = 3; // between two azimuths
        Files.write(folder.resolve(TRAIN + "info.mat"), information);
        assertThatThrownBy(this::open)
                .hasMessageContaining(
                        "info.mat, index 2: expected azimuth in 0..34, even, found 3");
        Files.write(folder.resolve(TRAIN + "info.mat"), information());
        byte[] categories = categories();
        categories[8 + 12] = 5;
        Files.write(folder.resolve(TRAIN + "cat.mat"), categories);
        assertThatThrownBy(this::open)
                .hasMessageContaining("cat.mat, index 0: expected category in 0..4, found 5");
    }
}
