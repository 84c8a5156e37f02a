package org.soda4j.data.dataset;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Writes small image files for tests; the content is a function of the number given. */
public final class ImageFiles {

    private ImageFiles() {}

    public static int rgb(int number, int x, int y) {
        return (17 * number + 3 * x & 0xff) << 16 | (5 * number + 7 * y & 0xff) << 8 | x * y & 0xff;
    }

    public static void write(Path file, int number, int width, int height, boolean grey)
            throws IOException {
        BufferedImage image =
                new BufferedImage(
                        width,
                        height,
                        grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (grey) {
                    image.getRaster().setSample(x, y, 0, 11 * number + x + y & 0xff);
                } else {
                    image.setRGB(x, y, rgb(number, x, y));
                }
            }
        }
        Files.createDirectories(file.getParent());
        String name = file.getFileName().toString();
        String format = name.endsWith(".JPEG") || name.endsWith(".jpg") ? "jpeg" : "png";
        if (!ImageIO.write(image, format, file.toFile())) {
            throw new IOException("no writer for " + format);
        }
    }
}
