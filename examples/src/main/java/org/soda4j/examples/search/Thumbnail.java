package org.soda4j.examples.search;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import org.soda4j.eval.plot.Picture;
import org.soda4j.image.PixelImage;

/** Small pictures of images of any size. */
public final class Thumbnail {

    private static final int SIDE = 96;

    private Thumbnail() {}

    /** A PNG file, its longer side 96 pixels. */
    public static byte[] png(PixelImage image) {
        Picture picture = () -> scaled(buffered(image));
        return picture.toPng();
    }

    private static BufferedImage buffered(PixelImage image) {
        BufferedImage copy =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] pixels = image.pixels();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int rgb = 0;
            for (int colour = 0; colour < 3; colour++) {
                int channel = Math.min(colour, image.channels() - 1); // Grey has one.
                rgb = rgb << 8 | pixels[image.channels() * i + channel] & 0xFF;
            }
            copy.setRGB(i % image.width(), i / image.width(), rgb);
        }
        return copy;
    }

    /** The longer side becomes SIDE; pixels of small images stay squares. */
    private static BufferedImage scaled(BufferedImage image) {
        double scale = (double) SIDE / Math.max(image.getWidth(), image.getHeight());
        BufferedImage half = image;
        while (scale < 0.5) { // By halves, since bilinear alone leaves pixels out.
            half = drawn(half, Math.max(1, half.getWidth() / 2), Math.max(1, half.getHeight() / 2));
            scale = (double) SIDE / Math.max(half.getWidth(), half.getHeight());
        }
        return drawn(
                half,
                Math.max(1, (int) Math.round(half.getWidth() * scale)),
                Math.max(1, (int) Math.round(half.getHeight() * scale)));
    }

    private static BufferedImage drawn(BufferedImage image, int width, int height) {
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = result.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                width > image.getWidth()
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return result;
    }
}
