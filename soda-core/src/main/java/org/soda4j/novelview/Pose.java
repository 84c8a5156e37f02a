package org.soda4j.novelview;

import java.util.Arrays;
import java.util.Locale;

/**
 * Where a camera stands and which way it looks: the rigid map from its own axes (x right, y down, z
 * forward) to the world's, {@code world = R camera + t}. Immutable; equal where all numbers are.
 */
public final class Pose {

    /** How far R^T R may be from the identity: files hold single precision or 4 to 6 digits. */
    private static final double ORTHONORMAL = 1e-3;

    /** R and t, row by row: 3 x 4. */
    private final double[] rows;

    private Pose(double[] rows) {
        this.rows = rows;
    }

    /**
     * Makes one from a camera-to-world matrix in this library's axes.
     *
     * @param view names the view in errors, such as its file
     * @param matrix {@code 4 x 4} with the last row (0, 0, 0, 1), or {@code 3 x 4} without it
     * @return the pose
     * @throws IllegalArgumentException if the shape is wrong, a number is not finite, or the
     *     rotation is singular, scaled, sheared or mirrored (R^T R differs from 1 by more than
     *     1e-3); names the view
     */
    public static Pose of(String view, double[][] matrix) {
        boolean shaped = matrix.length == 3 || matrix.length == 4;
        for (double[] row : matrix) {
            shaped &= row.length == 4;
        }
        if (!shaped) {
            throw refused(view, "shape 4 x 4 or 3 x 4", Arrays.deepToString(matrix));
        }
        for (double[] row : matrix) {
            for (double value : row) {
                if (!Double.isFinite(value)) {
                    throw refused(view, "finite numbers", Arrays.deepToString(matrix));
                }
            }
        }
        if (matrix.length == 4 && !Arrays.equals(matrix[3], new double[] {0, 0, 0, 1})) {
            throw refused(view, "a last row of 0, 0, 0, 1", Arrays.toString(matrix[3]));
        }
        requireRotation(view, matrix);
        double[] rows = new double[12];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(matrix[i], 0, rows, 4 * i, 4);
        }
        return new Pose(rows);
    }

    /**
     * Makes one from a camera-to-world matrix of OpenGL, NeRF or Blender, whose cameras have y up
     * and look along -z: the second and the third column change their sign. The world's axes stay
     * (Blender's and NeRF's have z up).
     *
     * @param view names the view in errors, such as its file
     * @param matrix {@code 4 x 4} or {@code 3 x 4}, as for {@link #of}
     * @return the pose
     * @throws IllegalArgumentException as for {@link #of}
     */
    public static Pose ofOpenGl(String view, double[][] matrix) {
        double[][] flipped = new double[matrix.length][];
        for (int i = 0; i < matrix.length; i++) {
            flipped[i] = matrix[i].clone();
            if (i < 3 && flipped[i].length == 4) {
                flipped[i][1] = -flipped[i][1];
                flipped[i][2] = -flipped[i][2];
            }
        }
        return of(view, flipped);
    }

    /**
     * A camera at a point that looks at another.
     *
     * @param eye where it stands, 3 numbers
     * @param target what it looks at, 3 numbers
     * @param up the way that is upwards in the image, 3 numbers of any length
     * @return the pose
     * @throws IllegalArgumentException if eye and target are one point, or up is the way it looks
     */
    public static Pose lookAt(double[] eye, double[] target, double[] up) {
        double[] forward = unit(new double[3], target, eye);
        double[] right = cross(forward, up);
        double length = Math.sqrt(dot(right, right));
        double upLength = Math.sqrt(dot(up, up));
        if (!(Double.isFinite(forward[0]) && length > 1e-9 * upLength)) {
            throw new IllegalArgumentException(
                    "lookAt: expected a target apart from the eye, not straight above or below it"
                            + " along up, found eye %s, target %s, up %s"
                                    .formatted(
                                            Arrays.toString(eye),
                                            Arrays.toString(target),
                                            Arrays.toString(up)));
        }
        for (int i = 0; i < 3; i++) {
            right[i] /= length;
        }
        double[] down = cross(forward, right);
        double[][] matrix = new double[3][];
        for (int i = 0; i < 3; i++) {
            matrix[i] = new double[] {right[i], down[i], forward[i], eye[i]};
        }
        return of("lookAt", matrix);
    }

    /**
     * A camera on a sphere about the origin, which it looks at; z is up.
     *
     * @param radius of the sphere, above 0
     * @param azimuth radians from the x axis towards the y axis
     * @param elevation radians above the plane of x and y, within (-pi/2, pi/2)
     * @return the pose, the same to the last bit on every machine
     * @throws IllegalArgumentException if radius or elevation is out of range
     */
    public static Pose orbit(double radius, double azimuth, double elevation) {
        if (!(radius > 0) || !(Math.abs(elevation) < Math.PI / 2 - 1e-6)) {
            throw new IllegalArgumentException(
                    "orbit: expected a radius above 0 and an elevation within (-pi/2, pi/2), found %s and %s"
                            .formatted(radius, elevation));
        }
        double flat = radius * StrictMath.cos(elevation);
        double[] eye = {
            flat * StrictMath.cos(azimuth),
            flat * StrictMath.sin(azimuth),
            radius * StrictMath.sin(elevation)
        };
        return lookAt(eye, new double[3], new double[] {0, 0, 1});
    }

    /**
     * Returns a number of the matrix.
     *
     * @param row 0 .. 2
     * @param column 0 .. 2 for the rotation, 3 for where the camera stands
     * @return the number
     */
    public double get(int row, int column) {
        if (row < 0 || row > 2 || column < 0 || column > 3) {
            throw new IndexOutOfBoundsException(
                    "expected row 0..2 and column 0..3, found %d and %d".formatted(row, column));
        }
        return rows[4 * row + column];
    }

    /**
     * Returns where the camera stands in the world.
     *
     * @return x, y, z
     */
    public double[] position() {
        return new double[] {rows[3], rows[7], rows[11]};
    }

    /**
     * Turns a point in the camera's axes into the world's.
     *
     * @param point x, y, z
     * @return {@code R point + t}
     */
    public double[] toWorld(double... point) {
        double[] world = new double[3];
        for (int i = 0; i < 3; i++) {
            world[i] =
                    rows[4 * i] * point[0]
                            + rows[4 * i + 1] * point[1]
                            + rows[4 * i + 2] * point[2]
                            + rows[4 * i + 3];
        }
        return world;
    }

    /**
     * Turns a point of the world into the camera's axes.
     *
     * @param point x, y, z
     * @return {@code R^T (point - t)}
     */
    public double[] toCamera(double... point) {
        double[] camera = new double[3];
        for (int i = 0; i < 3; i++) {
            camera[i] =
                    rows[i] * (point[0] - rows[3])
                            + rows[4 + i] * (point[1] - rows[7])
                            + rows[8 + i] * (point[2] - rows[11]);
        }
        return camera;
    }

    /**
     * Returns this pose as another camera sees it: that camera's axes are the world of the result.
     *
     * @param reference the other camera
     * @return {@code reference^-1 this}; the identity for the camera itself
     */
    public Pose relativeTo(Pose reference) {
        double[] result = new double[12];
        double[] position = reference.toCamera(position());
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    result[4 * i + j] += reference.rows[4 * k + i] * rows[4 * k + j];
                }
            }
            result[4 * i + 3] = position[i];
        }
        return new Pose(result);
    }

    private static void requireRotation(String view, double[][] m) {
        double determinant =
                m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
        double worst = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double product = m[0][i] * m[0][j] + m[1][i] * m[1][j] + m[2][i] * m[2][j];
                worst = Math.max(worst, Math.abs(product - (i == j ? 1 : 0)));
            }
        }
        if (!(worst <= ORTHONORMAL) || determinant < 0) {
            String found =
                    Math.abs(determinant) < 1e-9
                            ? "a singular one"
                            : determinant < 0 ? "a mirrored one" : "a scaled or sheared one";
            throw refused(
                    view,
                    "a right-handed rotation",
                    String.format(
                            Locale.ROOT,
                            "%s (determinant %.6g, R^T R off by %.3g)",
                            found,
                            determinant,
                            worst));
        }
    }

    private static IllegalArgumentException refused(String view, String expected, String found) {
        return new IllegalArgumentException(
                "camera of %s: expected a camera-to-world matrix of %s, found %s"
                        .formatted(view, expected, found));
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    private static double[] cross(double[] a, double[] b) {
        return new double[] {
            a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
        };
    }

    private static double[] unit(double[] result, double[] to, double[] from) {
        for (int i = 0; i < 3; i++) {
            result[i] = to[i] - from[i];
        }
        double length = Math.sqrt(dot(result, result));
        for (int i = 0; i < 3; i++) {
            result[i] /= length;
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pose pose && Arrays.equals(rows, pose.rows);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return Arrays.toString(rows);
    }
}
