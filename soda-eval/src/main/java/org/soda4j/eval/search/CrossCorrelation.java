package org.soda4j.eval.search;

import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;
import org.soda4j.image.Resampling;

/**
 * How far two pictures agree but for brightness, contrast and a shift by a pixel: the zero-mean
 * normalised cross-correlation of all three colours (Lewis 1995), at 32 x 32 pixels, the largest
 * over shifts by up to one pixel.
 */
final class CrossCorrelation {

    private static final int SIDE = 32;
    private static final int COLOURS = 3;
    private static final int SHIFT = 1;

    /**
     * Shifts change a correlation by less: what is below this without any is not looked at again.
     */
    private static final double HOPELESS = 0.6;

    private CrossCorrelation() {}

    /** A picture of any size and one or three channels as this class compares it. */
    static byte[] picture(PixelImage image) {
        PixelBuffer buffer =
                PixelBuffer.of(image.width(), image.height(), image.channels(), image.pixels());
        Resampling.resize(buffer, 0, 0, image.height(), image.width(), SIDE, SIDE);
        byte[] planes = new byte[COLOURS * SIDE * SIDE];
        for (int i = 0; i < planes.length; i++) {
            int colour = Math.min(i / (SIDE * SIDE), image.channels() - 1);
            planes[i] = buffer.pixels()[i % (SIDE * SIDE) * image.channels() + colour];
        }
        return planes;
    }

    /** -1 to 1; 0 where one of the pictures has a single colour. */
    static double of(byte[] a, byte[] b) {
        double best = at(a, b, 0, 0);
        if (best < HOPELESS) {
            return best;
        }
        for (int dy = -SHIFT; dy <= SHIFT; dy++) {
            for (int dx = -SHIFT; dx <= SHIFT; dx++) {
                best = Math.max(best, at(a, b, dy, dx));
            }
        }
        return best;
    }

    /** Where they overlap, b moved. */
    private static double at(byte[] a, byte[] b, int dy, int dx) {
        int rows = SIDE - Math.abs(dy);
        int columns = SIDE - Math.abs(dx);
        double count = rows * columns;
        double products = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int colour = 0; colour < COLOURS; colour++) {
            long sumA = 0;
            long sumB = 0;
            long sumAb = 0;
            long sumAa = 0;
            long sumBb = 0;
            for (int y = 0; y < rows; y++) {
                int row = colour * SIDE * SIDE + y * SIDE;
                int fromA = row + Math.max(0, dy) * SIDE + Math.max(0, dx);
                int fromB = row + Math.max(0, -dy) * SIDE + Math.max(0, -dx);
                for (int x = 0; x < columns; x++) {
                    int u = a[fromA + x] & 0xff;
                    int v = b[fromB + x] & 0xff;
                    sumA += u;
                    sumB += v;
                    sumAb += u * v;
                    sumAa += u * u;
                    sumBb += v * v;
                }
            }
            products += sumAb - sumA * (double) sumB / count;
            squaresA += sumAa - sumA * (double) sumA / count;
            squaresB += sumBb - sumB * (double) sumB / count;
        }
        return squaresA <= 0 || squaresB <= 0 ? 0 : products / Math.sqrt(squaresA * squaresB);
    }
}
