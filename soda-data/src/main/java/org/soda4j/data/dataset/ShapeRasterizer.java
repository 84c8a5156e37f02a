package org.soda4j.data.dataset;

import org.soda4j.image.PixelImage;

/**
 * Draws one shape, anti-aliased over one pixel by its signed distance. Uses only the basic
 * operations and the square root, which IEEE 754 rounds in one way, and {@link StrictMath}, so that
 * the bytes are the same everywhere; AWT's rasterisers differ between machines.
 */
final class ShapeRasterizer {

    private ShapeRasterizer() {}

    /**
     * Draws.
     *
     * @param side width and height in pixels
     * @param x centre's column as a part of the side
     * @param y centre's row as a part of the side
     * @param radius of the circle around the shape, as a part of the side
     * @param turn clockwise, in full circles
     * @param shapeRgb three numbers in [0, 1]
     * @param groundRgb three numbers in [0, 1]
     */
    static PixelImage draw(
            int side,
            ShapeOutline outline,
            double x,
            double y,
            double radius,
            double turn,
            double[] shapeRgb,
            double[] groundRgb) {
        double angle = 2 * StrictMath.PI * turn;
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        double scale = radius * side;
        byte[] pixels = new byte[side * side * 3];
        int p = 0;
        for (int row = 0; row < side; row++) {
            double dy = (row + 0.5 - y * side) / scale;
            for (int column = 0; column < side; column++) {
                double dx = (column + 0.5 - x * side) / scale;
                double distance =
                        outline.distance(cos * dx + sin * dy, cos * dy - sin * dx) * scale;
                double coverage = Math.max(0, Math.min(1, 0.5 - distance));
                for (int c = 0; c < 3; c++) {
                    double value = groundRgb[c] + coverage * (shapeRgb[c] - groundRgb[c]);
                    pixels[p++] = (byte) (int) (value * 255 + 0.5);
                }
            }
        }
        return new PixelImage(side, side, 3, pixels);
    }
}
