package org.soda4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ContactSheetTest {

    @Test
    void imagesStandInReadingOrderOnePixelApart() throws IOException {
        PixelImage red = new PixelImage(1, 1, 3, new byte[] {(byte) 255, 0, 0});
        PixelImage grey = new PixelImage(2, 1, 1, new byte[] {10, 20});
        byte[] png = ContactSheet.png(List.of(red, grey, red), 2, 2);
        BufferedImage sheet = ImageIO.read(new ByteArrayInputStream(png));
        // Cells of 4 x 2: the widest image at scale 2.
        assertThat(sheet.getWidth()).isEqualTo(1 + 2 * 5);
        assertThat(sheet.getHeight()).isEqualTo(1 + 2 * 3);
        int[][] expected = {
            {0, 0, 0xFFFFFF}, {1, 1, 0xFF0000}, {2, 2, 0xFF0000}, {3, 1, 0xFFFFFF},
            {5, 1, 0xFFFFFF}, {6, 1, 0x0A0A0A}, {9, 2, 0x141414}, {10, 2, 0xFFFFFF},
            {1, 3, 0xFFFFFF}, {1, 4, 0xFF0000}, {6, 4, 0xFFFFFF}
        };
        for (int[] pixel : expected) {
            assertThat(sheet.getRGB(pixel[0], pixel[1]) & 0xFFFFFF)
                    .as("pixel %d, %d", pixel[0], pixel[1])
                    .isEqualTo(pixel[2]);
        }
        assertThatThrownBy(() -> ContactSheet.png(List.of(), 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
