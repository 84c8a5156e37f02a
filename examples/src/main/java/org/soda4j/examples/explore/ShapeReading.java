package org.soda4j.examples.explore;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.awt.Color;
import java.util.BitSet;

/**
 * What can be read from the pixels of one drawn shape.
 *
 * @param x column of its centre, in pixels
 * @param y row of its centre, in pixels
 * @param hue of its mean colour, 0 to 1, red being 0
 * @param silhouette the pixels that are not ground, row by row
 */
record ShapeReading(double x, double y, double hue, BitSet silhouette) {

    /** Below this distance from the ground's colour a pixel is ground. */
    private static final double THRESHOLD = 0.25;

    /**
     * Reads an image.
     *
     * @param image {@code [3, H, W] in [0, 1]}; its border is taken for ground
     */
    static ShapeReading of(NDArray image) {
        Shape shape = image.getShape();
        int height = Math.toIntExact(shape.get(1));
        int width = Math.toIntExact(shape.get(2));
        float[] p = image.toFloatArray();
        int plane = height * width;
        double[] ground = new double[3];
        for (int c = 0; c < 3; c++) {
            // The corners are never covered.
            ground[c] =
                    (p[c * plane]
                                    + p[c * plane + width - 1]
                                    + p[c * plane + plane - width]
                                    + p[c * plane + plane - 1])
                            / 4;
        }
        double total = 0;
        double x = 0;
        double y = 0;
        double[] colour = new double[3];
        BitSet silhouette = new BitSet(plane);
        for (int i = 0; i < plane; i++) {
            double distance = 0;
            for (int c = 0; c < 3; c++) {
                distance += Math.abs(p[c * plane + i] - ground[c]);
            }
            if (distance > THRESHOLD) {
                silhouette.set(i);
                total += distance;
                x += distance * (i % width);
                y += distance * (i / width);
                for (int c = 0; c < 3; c++) {
                    colour[c] += distance * p[c * plane + i];
                }
            }
        }
        if (total == 0) {
            return new ShapeReading(Double.NaN, Double.NaN, Double.NaN, silhouette);
        }
        float[] hsb =
                Color.RGBtoHSB(
                        (int) (255 * colour[0] / total),
                        (int) (255 * colour[1] / total),
                        (int) (255 * colour[2] / total),
                        null);
        return new ShapeReading(x / total, y / total, hsb[0], silhouette);
    }

    /** Pixels that both silhouettes cover, as a share of those that either does. */
    double overlap(ShapeReading other) {
        BitSet both = (BitSet) silhouette.clone();
        both.and(other.silhouette);
        BitSet either = (BitSet) silhouette.clone();
        either.or(other.silhouette);
        return either.isEmpty() ? 1 : both.cardinality() / (double) either.cardinality();
    }
}
