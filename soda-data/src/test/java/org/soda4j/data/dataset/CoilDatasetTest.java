package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

class CoilDatasetTest extends ImageDatasetContract {

    @TempDir Path root;

    @BeforeEach
    void write() throws IOException {
        for (int object : new int[] {2, 10}) {
            for (int view = 0; view < 72; view++) {
                Path file = root.resolve("obj" + object + "__" + view + ".png");
                ImageFiles.write(file, object + view, 8, 8, true);
            }
        }
    }

    private CoilDataset.Builder builder() {
        return CoilDataset.builder().root(root).channels(1);
    }

    @Override
    ImageDataset open() {
        return builder().build();
    }

    @Override
    int expectedSize() {
        return 2 * 72;
    }

    @Test
    void imagesAreInTheOrderOfObjectsAndAngles() {
        CoilDataset coil = builder().build();
        assertThat(coil.objects()).containsExactly(2, 10);
        assertThat(coil.classNames()).containsExactly("obj2", "obj10");
        for (int i = 0; i < coil.size(); i++) {
            int view = coil.angleDegrees(i) / 5;
            assertThat(coil.source(i))
                    .endsWith("obj" + coil.object(i) + "__" + view + ".png, index " + i);
            assertThat(coil.index(coil.object(i), coil.angleDegrees(i))).isEqualTo(i);
            assertThat(coil.image(i).pixels()[0] & 0xff)
                    .isEqualTo(11 * (coil.object(i) + view) & 0xff);
        }
        assertThat(coil.index(10, -5)).isEqualTo(72 + 71);
        assertThat(coil.index(2, 725)).isEqualTo(1);
        assertThatThrownBy(() -> coil.index(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> coil.index(2, 7)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void coil100CountsInDegrees(@TempDir Path other) throws IOException {
        for (int view = 0; view < 72; view++) {
            ImageFiles.write(other.resolve("obj7__" + 5 * view + ".png"), view, 8, 8, false);
        }
        CoilDataset coil = CoilDataset.builder().root(other).build();
        assertThat(coil.angleDegrees(9)).isEqualTo(45);
        assertThat(coil.source(9)).contains("obj7__45.png");
    }

    @Test
    void aMissingViewIsRefused() throws IOException {
        Files.delete(root.resolve("obj2__30.png"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("obj2__*.png")
                .hasMessageContaining("expected the 72 views 0, 1, ... 71");
    }

    @Test
    void wrongFoldersAndOptionsAreRefused(@TempDir Path empty) {
        assertThatThrownBy(() -> CoilDataset.builder().root(empty).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("obj1__0.png");
        assertThatThrownBy(() -> builder().onError(OnError.SKIP).build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
