package org.soda4j.eval.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnimatedGifTest {

    private static Picture plain(int rgb, int width) {
        return () -> {
            BufferedImage image = new BufferedImage(width, 4, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < width * 4; i++) {
                image.setRGB(i % width, i / width, i % 2 == 0 ? rgb : 0);
            }
            return image;
        };
    }

    @Test
    void framesComeBackInOrderWithTheirDelay(@TempDir Path folder) throws IOException {
        int[] colours = {0xff0000, 0x00ff00, 0x123456};
        List<Picture> frames = IntStream.of(colours).mapToObj(colour -> plain(colour, 6)).toList();
        Path file = folder.resolve("turn.gif");
        AnimatedGif.of(frames, 80).save(file);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .startsWith("GIF89a")
                .containsOnlyOnce("NETSCAPE2.0");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in =
                ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                BufferedImage frame = reader.read(i);
                assertThat(frame.getRGB(2, 0) & 0xffffff).isEqualTo(colours[i]);
                assertThat(frame.getRGB(1, 0) & 0xffffff).isZero();
                IIOMetadataNode tree =
                        (IIOMetadataNode)
                                reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
                IIOMetadataNode control =
                        (IIOMetadataNode)
                                tree.getElementsByTagName("GraphicControlExtension").item(0);
                assertThat(control.getAttribute("delayTime")).isEqualTo("8");
            }
        }
        reader.dispose();
    }

    @Test
    void whatIsNoAnimationIsRefused() {
        assertThatThrownBy(() -> AnimatedGif.of(List.of(), 80)).hasMessageContaining("found none");
        assertThatThrownBy(() -> AnimatedGif.of(List.of(plain(1, 6)), 10))
                .hasMessageContaining("found 10");
        assertThatThrownBy(() -> AnimatedGif.of(List.of(plain(1, 6), plain(1, 5)), 80))
                .hasMessageContaining("frame 1: expected 6 x 4 pixels as in frame 0, found 5 x 4");
    }
}
