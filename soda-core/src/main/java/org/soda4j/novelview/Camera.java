package org.soda4j.novelview;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A pinhole camera: its own numbers, and where it stands. For the axes see the package.
 *
 * <pre>{@code
 * Intrinsics lens = Intrinsics.ofHorizontalView(64, 64, 40);
 * Camera camera = new Camera(lens, Pose.orbit(3, Math.toRadians(30), Math.toRadians(20)));
 * Camera.Pixel pixel = camera.project(0, 0, 0);  // 32, 32 at depth 3
 * float[] rays = camera.rays(32, 32);            // [6, 32, 32]
 * }</pre>
 *
 * @param intrinsics focal lengths, optical axis, size of the image
 * @param pose from the camera's axes to the world's
 */
public record Camera(Intrinsics intrinsics, Pose pose) {

    /** How many numbers {@link #toNumbers()} gives. */
    public static final int NUMBERS = 18;

    /** Checks that both are there. */
    public Camera {
        Objects.requireNonNull(intrinsics, "intrinsics");
        Objects.requireNonNull(pose, "pose");
    }

    /**
     * Where a point falls.
     *
     * @param column in pixels from the left edge; the first column's centre is 0.5
     * @param row in pixels from the upper edge; the first row's centre is 0.5
     * @param depth along the optical axis; below 0 behind the camera
     */
    public record Pixel(double column, double row, double depth) {}

    /**
     * Projects a point.
     *
     * @param x of the point in the world
     * @param y of the point in the world
     * @param z of the point in the world
     * @return where it falls, in the image or beside it; not finite at depth 0
     */
    public Pixel project(double x, double y, double z) {
        double[] p = pose.toCamera(x, y, z);
        return new Pixel(
                intrinsics.fx() * p[0] / p[2] + intrinsics.cx(),
                intrinsics.fy() * p[1] / p[2] + intrinsics.cy(),
                p[2]);
    }

    /**
     * Returns the ray behind a place of the image.
     *
     * @param column in pixels from the left edge
     * @param row in pixels from the upper edge
     * @return the direction in the world, of length 1; the ray begins at {@code pose.position()}
     */
    public double[] direction(double column, double row) {
        double x = (column - intrinsics.cx()) / intrinsics.fx();
        double y = (row - intrinsics.cy()) / intrinsics.fy();
        double length = Math.sqrt(x * x + y * y + 1);
        double[] direction = new double[3];
        for (int i = 0; i < 3; i++) {
            direction[i] = (pose.get(i, 0) * x + pose.get(i, 1) * y + pose.get(i, 2)) / length;
        }
        return direction;
    }

    /**
     * Returns the rays behind the centres of all pixels of an image of any size.
     *
     * @param height rows of the image, at least 1; the camera is {@link #resized} to it
     * @param width columns of the image, at least 1
     * @return {@code [6, height, width]}: origin x, y, z in the world, then a direction of length 1
     */
    public float[] rays(int height, int width) {
        float[] rays = new float[Math.multiplyExact(6, Math.multiplyExact(height, width))];
        rays(height, width, rays, 0);
        return rays;
    }

    /**
     * Writes {@link #rays(int, int)} into an array.
     *
     * @param height rows of the image, at least 1
     * @param width columns of the image, at least 1
     * @param into takes {@code 6 height width} numbers
     * @param offset where the first of them goes
     */
    public void rays(int height, int width, float[] into, int offset) {
        Camera camera = resized(height, width);
        double[] origin = pose.position();
        int plane = height * width;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                double[] direction = camera.direction(column + 0.5, row + 0.5);
                int at = offset + row * width + column;
                for (int i = 0; i < 3; i++) {
                    into[at + i * plane] = (float) origin[i];
                    into[at + (3 + i) * plane] = (float) direction[i];
                }
            }
        }
    }

    /**
     * Returns the same camera for images of another size.
     *
     * @param height rows, at least 1
     * @param width columns, at least 1
     * @return the camera
     */
    public Camera resized(int height, int width) {
        boolean same = height == intrinsics.height() && width == intrinsics.width();
        return same ? this : new Camera(intrinsics.resized(height, width), pose);
    }

    /**
     * Returns this camera in a world whose origin and axes are another camera's.
     *
     * @param reference the other camera
     * @return the same intrinsics, the pose relative to the reference's
     */
    public Camera relativeTo(Camera reference) {
        return new Camera(intrinsics, pose.relativeTo(reference.pose));
    }

    /**
     * Returns the angle between the ways two cameras look.
     *
     * @param other another camera
     * @return 0 .. pi, radians
     */
    public double angleTo(Camera other) {
        double cosine = 0;
        for (int i = 0; i < 3; i++) {
            cosine += pose.get(i, 2) * other.pose.get(i, 2);
        }
        return Math.acos(Math.max(-1, Math.min(1, cosine)));
    }

    /**
     * Returns cameras that go once around the vertical axis of the world (z), evenly, beginning
     * with this one.
     *
     * @param count how many, at least 1
     * @return the cameras; each is the one before, turned by {@code 2 pi / count} from x towards y
     */
    public List<Camera> turn(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("turn: expected at least 1 camera, found " + count);
        }
        List<Camera> cameras = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            double cos = StrictMath.cos(2 * Math.PI * k / count);
            double sin = StrictMath.sin(2 * Math.PI * k / count);
            double[][] matrix = new double[3][4];
            for (int j = 0; j < 4; j++) {
                matrix[0][j] = cos * pose.get(0, j) - sin * pose.get(1, j);
                matrix[1][j] = sin * pose.get(0, j) + cos * pose.get(1, j);
                matrix[2][j] = pose.get(2, j);
            }
            cameras.add(new Camera(intrinsics, Pose.of("turn " + k, matrix)));
        }
        return List.copyOf(cameras);
    }

    /**
     * Returns the camera as plain numbers, for records and arrays.
     *
     * @return fx, fy, cx, cy, width, height, then the {@code 3 x 4} pose row by row
     */
    public float[] toNumbers() {
        float[] numbers = new float[NUMBERS];
        numbers[0] = (float) intrinsics.fx();
        numbers[1] = (float) intrinsics.fy();
        numbers[2] = (float) intrinsics.cx();
        numbers[3] = (float) intrinsics.cy();
        numbers[4] = intrinsics.width();
        numbers[5] = intrinsics.height();
        for (int i = 0; i < 12; i++) {
            numbers[6 + i] = (float) pose.get(i / 4, i % 4);
        }
        return numbers;
    }

    /**
     * Reads what {@link #toNumbers()} gives.
     *
     * @param view names the view in errors
     * @param numbers {@value #NUMBERS} of them
     * @return the camera, in single precision
     * @throws IllegalArgumentException if they are no camera; names the view
     */
    public static Camera ofNumbers(String view, float... numbers) {
        if (numbers.length != NUMBERS) {
            throw new IllegalArgumentException(
                    "camera of %s: expected %d numbers, found %d"
                            .formatted(view, NUMBERS, numbers.length));
        }
        double[][] matrix = new double[3][4];
        for (int i = 0; i < 12; i++) {
            matrix[i / 4][i % 4] = numbers[6 + i];
        }
        if (numbers[4] != (int) numbers[4] || numbers[5] != (int) numbers[5]) {
            throw new IllegalArgumentException(
                    "camera of %s: expected whole numbers of pixels, found %s x %s"
                            .formatted(view, numbers[4], numbers[5]));
        }
        Pose pose = Pose.of(view, matrix);
        try {
            return new Camera(
                    new Intrinsics(
                            numbers[0],
                            numbers[1],
                            numbers[2],
                            numbers[3],
                            (int) numbers[4],
                            (int) numbers[5]),
                    pose);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("camera of " + view + ": " + e.getMessage(), e);
        }
    }
}
