package org.soda4j.eval.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.image.PixelImage;

/** Where the pixels of a grid come from. */
class ImageGridTest {

    private static final int RGB = 0xFFFFFF;

    @TempDir private Path folder;

    @Test
    void everyPixelIsRepeatedInItsCell() throws IOException {
        Path file = folder.resolve("grid.png");
        try (NDManager manager = NDManager.newBaseManager()) {
            // Image 0: red above, green below; image 1: blue above, beyond white below.
            float[] values = {1, 0, 0, 1, 0, 0, 0, 2, 0, 1.5f, 1, 7};
            NDArray images = manager.create(values, new Shape(2, 3, 2, 1));
            ImageGrid.builder().images(images).columns(2).scale(3).gap(1).build().save(file);
        }
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1 + 2 * 4);
        assertThat(image.getHeight()).isEqualTo(1 + 7);
        assertThat(image.getRGB(0, 0) & RGB).isEqualTo(0xFFFFFF);
        assertThat(image.getRGB(1, 1) & RGB).isEqualTo(0xFF0000);
        assertThat(image.getRGB(3, 3) & RGB).isEqualTo(0xFF0000);
        assertThat(image.getRGB(1, 4) & RGB).isEqualTo(0x00FF00);
        assertThat(image.getRGB(5, 1) & RGB).isEqualTo(0x0000FF);
        assertThat(image.getRGB(7, 6) & RGB).isEqualTo(0xFFFFFF);
        assertThat(Files.list(folder)).containsExactly(file);
    }

    @Test
    void greyAndColourImagesMix() {
        PixelImage grey = new PixelImage(2, 1, 1, new byte[] {10, (byte) 200});
        PixelImage colour = new PixelImage(2, 1, 3, new byte[] {1, 2, 3, 4, 5, 6});
        ImageGrid grid =
                ImageGrid.builder()
                        .images(List.of(grey, colour))
                        .columns(1)
                        .scale(1)
                        .gap(0)
                        .build();
        BufferedImage image = grid.toImage();
        assertThat(image.getRGB(1, 0) & RGB).isEqualTo(0xC8C8C8);
        assertThat(image.getRGB(1, 1) & RGB).isEqualTo(0x040506);
    }

    @Test
    void labelsTakeSpaceOfTheirOwn() {
        PixelImage black = new PixelImage(28, 28, 1, new byte[28 * 28]);
        ImageGrid.Builder builder = ImageGrid.builder().images(List.of(black, black)).columns(2);
        BufferedImage plain = builder.build().toImage();
        assertThat(plain.getWidth()).isEqualTo(2 + 2 * (3 * 28 + 2));
        BufferedImage labelled =
                builder.rowLabels(List.of("row")).columnLabels(List.of("a", "b")).build().toImage();
        int left = labelled.getWidth() - plain.getWidth();
        int top = labelled.getHeight() - plain.getHeight();
        assertThat(left).isPositive();
        assertThat(top).isPositive();
        assertThat(isWhite(labelled, 0, top + 2, left + 2, labelled.getHeight())).isFalse();
        assertThat(isWhite(labelled, left + 2, 0, labelled.getWidth(), top)).isFalse();
        assertThat(isWhite(labelled, 0, 0, left, top)).isTrue();
        BufferedImage cell = labelled.getSubimage(left + 2, top + 2, 84, 84);
        assertThat(cell.getRGB(0, 0) & RGB).isZero();
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        PixelImage small = new PixelImage(1, 1, 1, new byte[1]);
        PixelImage large = new PixelImage(2, 1, 1, new byte[2]);
        assertThatThrownBy(() -> ImageGrid.builder().images(List.of(small, large)))
                .hasMessageContaining("found 1 x 2 at index 1 after 1 x 1");
        assertThatThrownBy(() -> ImageGrid.builder().build()).hasMessageContaining("found none");
        assertThatThrownBy(() -> ImageGrid.builder().gap(-1))
                .hasMessageContaining("gap: expected at least 0, found -1");
        assertThatThrownBy(
                        () ->
                                ImageGrid.builder()
                                        .images(List.of(small))
                                        .rowLabels(List.of("a", "b"))
                                        .build())
                .hasMessageContaining("rowLabels: expected 1 or none, found 2");
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray nan = manager.create(new float[] {0, Float.NaN}, new Shape(1, 1, 1, 2));
            assertThatThrownBy(() -> ImageGrid.builder().images(nan))
                    .hasMessageContaining("found NaN in image 0 at row 0, column 1");
            NDArray flat = manager.create(new float[4], new Shape(2, 2));
            assertThatThrownBy(() -> ImageGrid.builder().images(flat))
                    .hasMessageContaining("[N, C, H, W]");
        }
    }

    private static boolean isWhite(BufferedImage image, int x0, int y0, int x1, int y1) {
        for (int x = x0; x < x1; x++) {
            for (int y = y0; y < y1; y++) {
                if ((image.getRGB(x, y) & RGB) != RGB) {
                    return false;
                }
            }
        }
        return true;
    }
}
