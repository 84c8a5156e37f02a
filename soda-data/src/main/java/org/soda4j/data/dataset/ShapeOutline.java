package org.soda4j.data.dataset;

import java.util.List;

/**
 * The outline of a shape within the unit circle, as a signed distance: negative inside, positive
 * outside, y pointing down. Exact for the polygon shapes; for the round ones exact away from their
 * corners.
 */
@FunctionalInterface
interface ShapeOutline {

    /** The shapes' names, in the order of {@link #of}. */
    List<String> NAMES = List.of("triangle", "half_disc", "ell", "arrow", "crescent");

    /** Returns the signed distance of a point. */
    double distance(double x, double y);

    /** Returns one of the shapes. */
    static ShapeOutline of(int shape) {
        return switch (shape) {
            case 0 -> polygon(0, -1, 0.6, 0.8, -0.6, 0.8);
            case 1 -> (x, y) -> Math.max(Math.sqrt(x * x + y * y) - 0.95, -(y + 0.15));
            case 2 -> polygon(-0.6, -0.8, -0.1, -0.8, -0.1, 0.3, 0.6, 0.3, 0.6, 0.8, -0.6, 0.8);
            case 3 ->
                    polygon(
                            0, -1, 0.75, -0.1, 0.25, -0.1, 0.25, 0.9, -0.25, 0.9, -0.25, -0.1,
                            -0.75, -0.1);
            case 4 ->
                    (x, y) ->
                            Math.max(
                                    Math.sqrt(x * x + y * y) - 0.95,
                                    0.75 - Math.sqrt((x - 0.5) * (x - 0.5) + y * y));
            default -> throw new IllegalArgumentException("no shape " + shape);
        };
    }

    /** Returns the distance to a polygon of the given corners x0, y0, x1, y1, ... */
    private static ShapeOutline polygon(double... corners) {
        return (x, y) -> {
            double nearest = Double.MAX_VALUE;
            boolean inside = false;
            int n = corners.length / 2;
            for (int i = 0, j = n - 1; i < n; j = i++) {
                double ax = corners[2 * j];
                double ay = corners[2 * j + 1];
                double bx = corners[2 * i];
                double by = corners[2 * i + 1];
                double ex = bx - ax;
                double ey = by - ay;
                double along = ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey);
                double t = Math.max(0, Math.min(1, along));
                double dx = x - ax - t * ex;
                double dy = y - ay - t * ey;
                nearest = Math.min(nearest, dx * dx + dy * dy);
                // Even-odd rule on a ray to the right.
                if ((ay > y) != (by > y) && x < ax + (y - ay) / ey * ex) {
                    inside = !inside;
                }
            }
            return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
        };
    }
}
