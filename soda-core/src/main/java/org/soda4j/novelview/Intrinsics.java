package org.soda4j.novelview;

/**
 * A pinhole camera's own numbers, in pixels of an image of {@code width x height}. A point (x, y,
 * z) in the camera's axes falls on column {@code fx x / z + cx} and row {@code fy y / z + cy}.
 *
 * @param fx focal length over the width of a pixel, finite and above 0
 * @param fy focal length over the height of a pixel, finite and above 0
 * @param cx column of the optical axis, finite; {@code width / 2} where it is centred
 * @param cy row of the optical axis, finite; {@code height / 2} where it is centred
 * @param width columns, at least 1
 * @param height rows, at least 1
 */
public record Intrinsics(double fx, double fy, double cx, double cy, int width, int height) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Intrinsics {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "image: expected width and height of at least 1, found %d x %d"
                            .formatted(width, height));
        }
        if (!(fx > 0 && fy > 0 && Double.isFinite(fx) && Double.isFinite(fy))) {
            throw new IllegalArgumentException(
                    "focal lengths: expected finite numbers above 0, found %s and %s"
                            .formatted(fx, fy));
        }
        if (!Double.isFinite(cx) || !Double.isFinite(cy)) {
            throw new IllegalArgumentException(
                    "optical axis: expected finite pixels, found %s and %s".formatted(cx, cy));
        }
    }

    /**
     * A camera with square pixels whose axis is centred.
     *
     * @param width columns, at least 1
     * @param height rows, at least 1
     * @param degrees the angle of view from the left to the right edge, above 0 and below 180
     * @return {@code fx = fy = width / 2 / tan(degrees / 2)}
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Intrinsics ofHorizontalView(int width, int height, double degrees) {
        if (!(degrees > 0 && degrees < 180)) {
            throw new IllegalArgumentException(
                    "angle of view: expected above 0 and below 180 degrees, found " + degrees);
        }
        double f = width / 2.0 / StrictMath.tan(StrictMath.toRadians(degrees) / 2);
        return new Intrinsics(f, f, width / 2.0, height / 2.0, width, height);
    }

    /**
     * Returns the same camera for images of another size; the edges stay where they are.
     *
     * @param newHeight rows, at least 1
     * @param newWidth columns, at least 1
     * @return x scaled by {@code newWidth / width}, y by {@code newHeight / height}
     */
    public Intrinsics resized(int newHeight, int newWidth) {
        double sx = newWidth / (double) width;
        double sy = newHeight / (double) height;
        return new Intrinsics(fx * sx, fy * sy, cx * sx, cy * sy, newWidth, newHeight);
    }
}
