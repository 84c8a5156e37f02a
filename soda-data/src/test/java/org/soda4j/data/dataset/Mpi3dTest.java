package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

/** On images of one pixel, as many as {@code real3d_complicated_shapes_ordered.npz} has. */
class Mpi3dTest extends ImageDatasetContract {

    private static final int ALL = 4 * 4 * 2 * 3 * 3 * 40 * 40;
    private static final int COUNT = 60;

    @TempDir static Path archive;
    @TempDir Path folder;
    private Path file;

    @BeforeAll
    static void writeOnce() throws IOException {
        write(archive.resolve("whole"), "images", "|u1", ALL + ", 1, 1, 3", pixels());
    }

    @BeforeEach
    void copy() throws IOException {
        file = folder.resolve("real3d_complicated_shapes_ordered.npz");
        Files.copy(archive.resolve("whole"), file);
    }

    private static byte[] pixels() {
        ByteBuffer pixels = ByteBuffer.allocate(ALL * 3);
        for (int i = 0; i < ALL; i++) {
            pixels.put((byte) i).put((byte) (i >> 8)).put((byte) (i >> 16));
        }
        return pixels.array();
    }

    private static void write(Path file, String name, String type, String shape, byte[] data)
            throws IOException {
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
        text = text + " ".repeat(117 - text.length()) + "\n";
        ByteBuffer start = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        start.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        start.putShort((short) text.length());
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(1);
            zip.putNextEntry(new ZipEntry(name + ".npy"));
            zip.write(start.array());
            zip.write(text.getBytes(StandardCharsets.US_ASCII));
            zip.write(data);
            zip.closeEntry();
        }
    }

    @Override
    ImageDataset open() {
        return Mpi3d.builder().root(folder).count(COUNT).seed(1).build();
    }

    @Override
    int expectedSize() {
        return COUNT;
    }

    @Test
    void factorsAreThoseOfTheIndex() {
        Mpi3d images = Mpi3d.builder().root(file).count(COUNT).seed(1).build();
        assertThat(images.factorSizes()).containsExactly(4, 4, 2, 3, 3, 40, 40);
        for (int i = 0; i < COUNT; i++) {
            int index = Integer.parseInt(images.id(i));
            byte[] pixels = images.image(i).pixels();
            assertThat(pixels[0] & 0xff | (pixels[1] & 0xff) << 8 | (pixels[2] & 0xff) << 16)
                    .isEqualTo(index);
            int[] sizes = images.factorSizes();
            int[] factors = images.factors(i);
            int again = IntStream.range(0, 7).reduce(0, (sum, f) -> sum * sizes[f] + factors[f]);
            assertThat(again).isEqualTo(index);
            assertThat(images.label(i)).isEqualTo(factors[1]);
        }
        assertThat(IntStream.range(0, 7).filter(images::isOrdered)).containsExactly(2, 3, 5, 6);
        // Evenly over the file: half of the images are expected in either half.
        long low =
                IntStream.range(0, COUNT)
                        .filter(i -> Integer.parseInt(images.id(i)) < ALL / 2)
                        .count();
        assertThat(low).isBetween(15L, 45L);
    }

    @Test
    void allAreReadWhereNothingElseIsSaid() {
        Mpi3d all = Mpi3d.builder().root(file).build();
        assertThat(all.size()).isEqualTo(ALL);
        assertThat(all.factors(ALL - 1)).containsExactly(3, 3, 1, 2, 2, 39, 39);
        assertThat(all.id(ALL - 1)).isEqualTo(Integer.toString(ALL - 1));
    }

    @Test
    void whatIsNoSuchFileIsRefused() throws Exception {
        Path other = folder.resolve("mpi3d_toy.npz");
        Files.copy(file, other);
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("name the file");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(other, bytes);
        requireRefused(other, "mpi3d_toy.npz");
        write(other, "pixels", "|u1", ALL + ", 1, 1, 3", new byte[3 * ALL]);
        requireRefused(other, "expected the array images");
        write(other, "images", "|u1", ALL + ", 1, 1, 3", new byte[3 * ALL - 1]);
        requireRefused(other, "the images are truncated");
        write(other, "images", "|u1", ALL + ", 1, 1, 3", new byte[3 * ALL + 1]);
        requireRefused(other, "found more data");
        for (String shape : new String[] {"7, 1, 1, 3", ALL + ", 5000, 1, 3", ALL + ", 1, 3"}) {
            write(other, "images", "|u1", shape, new byte[21]);
            requireRefused(other, "[1036800, 460800] images");
        }
        write(other, "images", "<f4", ALL + ", 1, 1, 3", new byte[21]);
        requireRefused(other, "found f4");
        write(other, "images", "|u1", ALL + ", 64, 64, 3", new byte[21]);
        requireRefused(other, "found fewer than");
    }

    private static void requireRefused(Path file, String message) {
        assertThatThrownBy(() -> Mpi3d.builder().root(file).count(COUNT).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(message);
    }
}
