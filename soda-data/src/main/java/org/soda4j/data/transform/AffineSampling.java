package org.soda4j.data.transform;

import org.soda4j.image.PixelBuffer;

/**
 * Affine transforms with nearest-neighbour sampling and black (0) outside, in the 16.16 fixed point
 * of Pillow's {@code Image.transform}.
 */
final class AffineSampling {

    private AffineSampling() {}

    /**
     * Samples the image at {@code (a x + b y + c, d x + e y + f)} for every output position (x, y);
     * both are measured from the corner of the image to the centre of the pixel.
     */
    static void transform(
            PixelBuffer image, double a, double b, double c, double d, double e, double f) {
        int width = image.width();
        int height = image.height();
        int channels = image.channels();
        byte[] in = image.pixels();
        byte[] out = image.black();
        // Images beyond 32767 pixels a side overflow 16.16 in an int; a long holds them all.
        long stepX = fixed(a);
        long stepY = fixed(d);
        long rowX = fixed(c + a * 0.5 + b * 0.5);
        long rowY = fixed(f + d * 0.5 + e * 0.5);
        long nextX = fixed(b);
        long nextY = fixed(e);
        int o = 0;
        for (int y = 0; y < height; y++) {
            long atX = rowX;
            long atY = rowY;
            for (int x = 0; x < width; x++) {
                int fromX = (int) (atX >> 16);
                int fromY = (int) (atY >> 16);
                if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < height) {
                    int i = (fromY * width + fromX) * channels;
                    out[o] = in[i];
                    if (channels == 3) {
                        out[o + 1] = in[i + 1];
                        out[o + 2] = in[i + 2];
                    }
                }
                o += channels;
                atX += stepX;
                atY += stepY;
            }
            rowX += nextX;
            rowY += nextY;
        }
        image.swap(width, height, channels);
    }

    /** Moves the content right by dx and down by dy pixels. */
    static void translate(PixelBuffer image, int dx, int dy) {
        int width = image.width();
        int height = image.height();
        int channels = image.channels();
        byte[] in = image.pixels();
        byte[] out = image.black();
        int columns = width - Math.abs(dx);
        if (columns > 0) {
            int from = Math.max(-dx, 0);
            int to = Math.max(dx, 0);
            for (int y = Math.max(dy, 0); y < Math.min(height, height + dy); y++) {
                System.arraycopy(
                        in,
                        ((y - dy) * width + from) * channels,
                        out,
                        (y * width + to) * channels,
                        columns * channels);
            }
        }
        image.swap(width, height, channels);
    }

    /** Turns the content counter-clockwise about the centre. */
    static void rotate(PixelBuffer image, double degrees) {
        double angle = -Math.toRadians(degrees);
        double cos = rounded(StrictMath.cos(angle));
        double sin = rounded(StrictMath.sin(angle));
        double centreX = image.width() / 2.0;
        double centreY = image.height() / 2.0;
        transform(
                image,
                cos,
                sin,
                centreX - cos * centreX - sin * centreY,
                -sin,
                cos,
                centreY + sin * centreX - cos * centreY);
    }

    /** Pillow rounds to 15 decimals, which makes right angles exact. */
    private static double rounded(double value) {
        return Math.rint(value * 1e15) / 1e15;
    }

    private static long fixed(double value) {
        return (long) Math.floor(value * 65536 + 0.5);
    }
}
