package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

/**
 * On files that h5py 3.16 made in the layout of {@code 3dshapes.h5}: image k has the level k (f +
 * 1) of factor f, modulo its levels, and at row y, column x, channel c the value 7 k + 50 y + 3 x +
 * 11 c, modulo 256.
 */
class Shapes3dTest extends ImageDatasetContract {

    private static final int COUNT = 40;
    private static final int[] SIZES = {10, 10, 10, 8, 4, 15};

    @TempDir Path folder;

    @Override
    ImageDataset open() throws Exception {
        return Shapes3d.builder().root(file("chunked")).build();
    }

    @Override
    int expectedSize() {
        return COUNT;
    }

    private Path file(String kind) throws Exception {
        Path file = folder.resolve(kind + ".h5");
        try (InputStream in =
                Shapes3dTest.class.getResourceAsStream("/factors/3dshapes-" + kind + ".h5")) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static void requireImage(Shapes3d shapes, int at, int k) {
        byte[] pixels = shapes.image(at).pixels();
        for (int y = 0; y < 6; y++) {
            for (int x = 0; x < 5; x++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(pixels[(y * 5 + x) * 3 + c])
                            .isEqualTo((byte) (7 * k + 50 * y + 3 * x + 11 * c));
                }
            }
        }
        assertThat(shapes.factors(at))
                .isEqualTo(IntStream.range(0, 6).map(f -> k * (f + 1) % SIZES[f]).toArray());
        assertThat(shapes.label(at)).isEqualTo(k * 5 % 4);
    }

    @Test
    void pixelsAndFactorsAreThoseOfTheFile() throws Exception {
        for (String kind : new String[] {"chunked", "plain"}) {
            Shapes3d shapes = Shapes3d.builder().root(file(kind)).build();
            assertThat(shapes.factorSizes()).isEqualTo(SIZES);
            assertThat(shapes.factorNames()).contains("wall hue").hasSize(SIZES.length);
            assertThat(shapes.isOrdered(3)).isTrue();
            assertThat(shapes.isOrdered(0)).isFalse();
            for (int k = 0; k < COUNT; k++) {
                requireImage(shapes, k, k);
            }
        }
    }

    @Test
    void aPartIsDrawnWithoutRepetition() throws Exception {
        Files.move(file("chunked"), folder.resolve("3dshapes.h5"));
        Shapes3d part = Shapes3d.builder().root(folder).count(7).seed(3).build();
        assertThat(part.size()).isEqualTo(7);
        int[] ids = IntStream.range(0, 7).mapToObj(part::id).mapToInt(Integer::parseInt).toArray();
        assertThat(Arrays.stream(ids).distinct().toArray()).hasSize(7).isSorted();
        for (int i = 0; i < ids.length; i++) {
            requireImage(part, i, ids[i]);
        }
        assertThat(Shapes3d.builder().root(folder).count(7).seed(3).build().contentHash())
                .isEqualTo(part.contentHash());
        assertThat(Shapes3d.builder().root(folder).count(7).seed(4).build().contentHash())
                .isNotEqualTo(part.contentHash());
    }

    @Test
    void whatIsNoSuchFileIsRefused() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> Shapes3d.builder().root(empty).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("3dshapes.h5");
        Path text = Files.writeString(folder.resolve("text.h5"), "no HDF5");
        assertThatThrownBy(() -> Shapes3d.builder().root(text).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("text.h5: expected HDF5");
        assertThatThrownBy(() -> Shapes3d.builder().build())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Shapes3d.builder().count(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void damageIsRefusedInWordsOrHarmless() throws Exception {
        byte[] bytes = Files.readAllBytes(file("chunked"));
        Path damaged = folder.resolve("damaged.h5");
        for (int length = 0; length < bytes.length; length += 211) {
            Files.write(damaged, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Shapes3d.builder().root(damaged).build())
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("damaged.h5");
        }
        Random random = new Random(5);
        int refused = 0;
        for (int k = 0; k < 300; k++) {
            byte[] mutated = bytes.clone();
            for (int m = 0; m < 4; m++) {
                // Headers are in the first part.
                mutated[random.nextInt(k % 2 == 0 ? 2600 : mutated.length)] =
                        (byte) random.nextInt(256);
            }
            Files.write(damaged, mutated);
            try {
                Shapes3d.builder().root(damaged).build();
            } catch (DatasetException e) {
                assertThat(e).hasMessageContaining("damaged.h5");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
