package org.soda4j.novelview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Against closed forms; double arithmetic of unit scale agrees to 1e-12. */
class CameraTest {

    private static final Offset<Double> EXACT = within(1e-12);
    private static final double[][] IDENTITY = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}
    };

    private final Intrinsics lens = new Intrinsics(50, 60, 31, 23, 64, 48);

    @Test
    void aKnownPointFallsOnAKnownPixel() {
        Camera camera = new Camera(lens, Pose.of("v", IDENTITY));
        // 50 * 1/4 + 31, 60 * -2/4 + 23.
        assertPixel(camera.project(1, -2, 4), 43.5, -7, 4);
        // Right is a larger column, down a larger row, and what is ahead has a positive depth.
        assertThat(camera.project(0.1, 0, 1).column()).isGreaterThan(31);
        assertThat(camera.project(0, 0.1, 1).row()).isGreaterThan(23);
        assertThat(camera.project(0, 0, -1).depth()).isEqualTo(-1);
    }

    @Test
    void aMovedAndTurnedCameraSeesThePointThere() {
        // At (10, 0, 0), looking along -x with z up: right is +y, down is -z.
        Pose pose = Pose.lookAt(new double[] {10, 0, 0}, new double[3], new double[] {0, 0, 2});
        assertThat(pose.toWorld(1, 0, 0)).containsExactly(new double[] {10, 1, 0}, EXACT);
        assertThat(pose.toWorld(0, 1, 0)).containsExactly(new double[] {10, 0, -1}, EXACT);
        assertThat(pose.toWorld(0, 0, 1)).containsExactly(new double[] {9, 0, 0}, EXACT);
        // The point (0, 2, 1) is 10 ahead, 2 to the right, 1 up.
        assertPixel(new Camera(lens, pose).project(0, 2, 1), 50 * 0.2 + 31, 60 * -0.1 + 23, 10);
    }

    @Test
    void openGlCamerasLookAlongMinusZWithYUp() {
        // Blender's camera without rotation at (0, 0, 5) looks down at the origin, y up.
        double[][] blender = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 5}, {0, 0, 0, 1}};
        Camera camera = new Camera(lens, Pose.ofOpenGl("v", blender));
        assertPixel(camera.project(1, 1, 0), 50 / 5.0 + 31, -60 / 5.0 + 23, 5);
    }

    @Test
    void orbitsLookAtTheOriginFromTheirAngles() {
        Pose pose = Pose.orbit(2, Math.PI / 2, Math.PI / 6);
        assertThat(pose.position()).containsExactly(new double[] {0, Math.sqrt(3), 1}, EXACT);
        Camera camera = new Camera(lens, pose);
        assertPixel(camera.project(0, 0, 0), 31, 23, 2);
        assertThat(camera.project(0, 0, 0.5).row()).isLessThan(23);
        // Seen from +y, the x axis points to the left.
        assertThat(camera.project(0.5, 0, 0).column()).isLessThan(31);
    }

    @Test
    void raysOfTwoCamerasMeetAtThePoint() {
        double[] point = {0.3, -0.2, 0.4};
        Camera first = new Camera(lens, Pose.orbit(3, 0.4, 0.3));
        Camera second = new Camera(lens.resized(100, 120), Pose.orbit(2, 2.1, -0.5));
        for (Camera camera : List.of(first, second)) {
            Camera.Pixel pixel = camera.project(point[0], point[1], point[2]);
            double[] direction = camera.direction(pixel.column(), pixel.row());
            double[] eye = camera.pose().position();
            double along = 0;
            for (int i = 0; i < 3; i++) {
                along += (point[i] - eye[i]) * direction[i];
            }
            for (int i = 0; i < 3; i++) {
                assertThat(eye[i] + along * direction[i]).isEqualTo(point[i], EXACT);
            }
        }
    }

    @Test
    void raysStandBehindPixelCentresAtEverySize() {
        Camera camera = new Camera(lens, Pose.orbit(3, 0.4, 0.3));
        for (int[] size : new int[][] {{48, 64}, {7, 5}, {1, 1}}) {
            float[] rays = camera.rays(size[0], size[1]);
            int plane = size[0] * size[1];
            assertThat(rays).hasSize(6 * plane);
            Camera resized = camera.resized(size[0], size[1]);
            for (int p = 0; p < plane; p++) {
                double[] ahead = new double[3];
                double length = 0;
                for (int i = 0; i < 3; i++) {
                    assertThat(rays[i * plane + p]).isEqualTo((float) camera.pose().position()[i]);
                    double d = rays[(3 + i) * plane + p];
                    ahead[i] = camera.pose().position()[i] + 2 * d;
                    length += d * d;
                }
                // Single precision of pixels up to 64.
                assertThat(length).isEqualTo(1, within(1e-6));
                Camera.Pixel pixel = resized.project(ahead[0], ahead[1], ahead[2]);
                assertThat(pixel.column()).isEqualTo(p % size[1] + 0.5, within(1e-4));
                assertThat(pixel.row()).isEqualTo(p / size[1] + 0.5, within(1e-4));
            }
        }
    }

    @Test
    void aCameraOfAnotherSizeSeesTheSamePartOfTheWorld() {
        Camera camera = new Camera(lens, Pose.orbit(3, 0.4, 0.3));
        Camera.Pixel pixel = camera.project(0.5, 0.1, 0.2);
        assertPixel(
                camera.resized(24, 128).project(0.5, 0.1, 0.2),
                pixel.column() * 2,
                pixel.row() / 2,
                pixel.depth());
        Intrinsics right = Intrinsics.ofHorizontalView(64, 48, 90);
        assertThat(right.fx()).isEqualTo(32, EXACT);
        assertThat(right.cy()).isEqualTo(24);
    }

    @Test
    void relativePosesKeepWhatIsSeen() {
        Camera a = new Camera(lens, Pose.orbit(3, 0.4, 0.3));
        Camera b = new Camera(lens, Pose.orbit(2, 2.1, -0.5));
        double[] world = {0.3, -0.2, 0.4};
        double[] inA = a.pose().toCamera(world);
        Camera relative = b.relativeTo(a);
        Camera.Pixel expected = b.project(world[0], world[1], world[2]);
        assertPixel(
                relative.project(inA[0], inA[1], inA[2]),
                expected.column(),
                expected.row(),
                expected.depth());
        Pose own = a.relativeTo(a).pose();
        for (int i = 0; i < 12; i++) {
            assertThat(own.get(i / 4, i % 4)).isEqualTo(IDENTITY[i / 4][i % 4], EXACT);
        }
        // Two orbits a quarter turn apart, level: the other camera looks at a right angle.
        assertThat(
                        new Camera(lens, Pose.orbit(1, 0, 0))
                                .angleTo(new Camera(lens, Pose.orbit(1, Math.PI / 2, 0))))
                .isEqualTo(Math.PI / 2, EXACT);
    }

    @Test
    void aTurnGoesAroundTheVerticalAxis() {
        List<Camera> turn = new Camera(lens, Pose.orbit(3, 0.2, 0.4)).turn(8);
        for (int k = 0; k < 8; k++) {
            Pose expected = Pose.orbit(3, 0.2 + k * Math.PI / 4, 0.4);
            for (int i = 0; i < 12; i++) {
                assertThat(turn.get(k).pose().get(i / 4, i % 4))
                        .isEqualTo(expected.get(i / 4, i % 4), EXACT);
            }
        }
    }

    @Test
    void numbersHoldTheWholeCamera() {
        Camera camera = new Camera(lens, Pose.of("v", IDENTITY));
        assertThat(Camera.ofNumbers("v", camera.toNumbers())).isEqualTo(camera);
        Camera orbit = new Camera(lens, Pose.orbit(3, 0.4, 0.3));
        assertThat(Camera.ofNumbers("v", orbit.toNumbers()).rays(2, 2))
                .containsExactly(orbit.rays(2, 2), within(1e-6f));
        assertThatThrownBy(() -> Camera.ofNumbers("view 7", new float[Camera.NUMBERS]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("camera of view 7");
        assertThatThrownBy(() -> Camera.ofNumbers("view 7", new float[5]))
                .hasMessageContaining("camera of view 7: expected 18 numbers, found 5");
        float[] flat = camera.toNumbers();
        flat[0] = Float.NaN;
        assertThatThrownBy(() -> Camera.ofNumbers("view 7", flat))
                .hasMessageContaining("camera of view 7: focal lengths");
    }

    @Test
    void badMatricesAreRefusedNamingTheView() {
        refused("shape 4 x 4 or 3 x 4", new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
        refused("shape 4 x 4 or 3 x 4", new double[][] {{1, 0, 0, 0}, {0, 1, 0, 0}});
        refused("finite numbers", matrix(0, 3, Double.NaN));
        refused("finite numbers", matrix(1, 1, Double.POSITIVE_INFINITY));
        refused("a last row of 0, 0, 0, 1", matrix(3, 0, 1));
        refused("found a singular one", matrix(1, 1, 0));
        refused("found a mirrored one", matrix(1, 1, -1));
        refused("found a scaled or sheared one", matrix(2, 2, 1.01));
        refused("found a scaled or sheared one", matrix(0, 1, 0.5));
    }

    @Test
    void badNumbersAreRefused() {
        assertThatThrownBy(() -> new Intrinsics(0, 1, 0, 0, 1, 1)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> new Intrinsics(1, 1, Double.NaN, 0, 1, 1))
                .hasMessageContaining("finite pixels");
        assertThatThrownBy(() -> lens.resized(0, 3)).hasMessageContaining("found 3 x 0");
        assertThatThrownBy(() -> Intrinsics.ofHorizontalView(3, 3, 180))
                .hasMessageContaining("found 180");
        assertThatThrownBy(() -> Pose.lookAt(new double[3], new double[3], new double[] {0, 0, 1}))
                .hasMessageContaining("apart from the eye");
        assertThatThrownBy(
                        () ->
                                Pose.lookAt(
                                        new double[] {0, 0, 3},
                                        new double[3],
                                        new double[] {0, 0, 1}))
                .hasMessageContaining("apart from the eye");
        assertThatThrownBy(() -> Pose.orbit(0, 0, 0)).hasMessageContaining("radius above 0");
        assertThatThrownBy(() -> Pose.orbit(1, 0, Math.PI / 2)).hasMessageContaining("elevation");
    }

    private static void refused(String expected, double[][] matrix) {
        assertThatThrownBy(() -> Pose.of("chair, view 3", matrix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("camera of chair, view 3")
                .hasMessageContaining(expected);
    }

    private static double[][] matrix(int row, int column, double value) {
        double[][] matrix = new double[4][];
        for (int i = 0; i < 4; i++) {
            matrix[i] = IDENTITY[i].clone();
        }
        matrix[row][column] = value;
        return matrix;
    }

    private static void assertPixel(Camera.Pixel pixel, double column, double row, double depth) {
        assertThat(pixel.column()).isEqualTo(column, EXACT);
        assertThat(pixel.row()).isEqualTo(row, EXACT);
        assertThat(pixel.depth()).isEqualTo(depth, EXACT);
    }
}
