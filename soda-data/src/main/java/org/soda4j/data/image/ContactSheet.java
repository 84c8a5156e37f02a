package org.soda4j.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Draws images side by side on one sheet, to be looked at.
 *
 * <p>Images may differ in size; each cell is as large as the largest. Pixels are repeated, not
 * smoothed, when enlarged. Cells are one pixel of white apart.
 */
public final class ContactSheet {

    private static final int WHITE = 0xFFFFFF;

    private ContactSheet() {}

    /**
     * Draws the sheet.
     *
     * @param images in reading order, at least one
     * @param columns images in a row, at least 1
     * @param scale pixels of the sheet for each pixel of an image, at least 1
     * @return the bytes of a PNG file
     * @throws IllegalArgumentException if there are no images or a number is below 1
     */
    public static byte[] png(List<PixelImage> images, int columns, int scale) {
        if (images.isEmpty() || columns < 1 || scale < 1) {
            throw new IllegalArgumentException(
                    "expected at least one image, column and pixel, found %d images, %d columns, scale %d"
                            .formatted(images.size(), columns, scale));
        }
        int cellWidth = images.stream().mapToInt(PixelImage::width).max().orElseThrow() * scale;
        int cellHeight = images.stream().mapToInt(PixelImage::height).max().orElseThrow() * scale;
        int rows = (images.size() + columns - 1) / columns;
        BufferedImage sheet =
                new BufferedImage(
                        columns * (cellWidth + 1) + 1,
                        rows * (cellHeight + 1) + 1,
                        BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < sheet.getHeight(); y++) {
            for (int x = 0; x < sheet.getWidth(); x++) {
                sheet.setRGB(x, y, WHITE);
            }
        }
        for (int i = 0; i < images.size(); i++) {
            int left = i % columns * (cellWidth + 1) + 1;
            int top = i / columns * (cellHeight + 1) + 1;
            draw(images.get(i), sheet, left, top, scale);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream png = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(sheet, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode the sheet as PNG", e);
        }
        return out.toByteArray();
    }

    private static void draw(PixelImage image, BufferedImage sheet, int left, int top, int scale) {
        for (int y = 0; y < image.height() * scale; y++) {
            for (int x = 0; x < image.width() * scale; x++) {
                int at = (y / scale * image.width() + x / scale) * image.channels();
                sheet.setRGB(left + x, top + y, rgb(image.pixels(), at, image.channels()));
            }
        }
    }

    private static int rgb(byte[] pixels, int at, int channels) {
        int red = pixels[at] & 0xFF;
        int green = pixels[at + (channels == 3 ? 1 : 0)] & 0xFF;
        int blue = pixels[at + (channels == 3 ? 2 : 0)] & 0xFF;
        return red << 16 | green << 8 | blue;
    }
}
