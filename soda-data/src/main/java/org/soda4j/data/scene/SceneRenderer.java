package org.soda4j.data.scene;

import java.util.List;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;

/**
 * Draws solids by casting rays: the nearest surface's colour, shaded by one distant light (Lambert)
 * and an even one, over a plain ground; each pixel is the mean over a grid of rays. Uses only
 * operations that IEEE 754 rounds in one way and {@link StrictMath}: the bytes are the same
 * everywhere.
 */
final class SceneRenderer {

    private static final double[] GROUND = {0.92, 0.92, 0.92};

    /** Where the light comes from: (2, -3, 6) / 7. */
    private static final double[] LIGHT = {2 / 7.0, -3 / 7.0, 6 / 7.0};

    private static final double EVEN_LIGHT = 0.4;

    private SceneRenderer() {}

    /**
     * @param samples rays along each side of a pixel
     */
    static PixelImage draw(List<Solid> solids, Camera camera, int samples) {
        int width = camera.intrinsics().width();
        int height = camera.intrinsics().height();
        byte[] pixels = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        double[] origin = camera.pose().position();
        double[][] own = new double[solids.size()][3];
        for (int i = 0; i < own.length; i++) {
            solids.get(i).toOwn(origin, 1, own[i]);
        }
        double[] sum = new double[3];
        int p = 0;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                sum[0] = 0;
                sum[1] = 0;
                sum[2] = 0;
                for (int i = 0; i < samples * samples; i++) {
                    double x = column + (i % samples + 0.5) / samples;
                    double y = row + (i / samples + 0.5) / samples;
                    trace(solids, origin, own, camera.direction(x, y), sum);
                }
                for (int c = 0; c < 3; c++) {
                    pixels[p++] = (byte) (int) (sum[c] / (samples * samples) * 255 + 0.5);
                }
            }
        }
        return new PixelImage(width, height, 3, pixels);
    }

    private static void trace(
            List<Solid> solids,
            double[] eye,
            double[][] origins,
            double[] direction,
            double[] sum) {
        double nearest = Double.POSITIVE_INFINITY;
        int hit = -1;
        double[] d = new double[3];
        for (int i = 0; i < origins.length; i++) {
            Solid solid = solids.get(i);
            if (misses(solid, eye, direction)) {
                continue;
            }
            solid.toOwn(direction, 0, d);
            double t = solid.hit(origins[i], d);
            if (t < nearest) {
                nearest = t;
                hit = i;
            }
        }
        double[] colour = GROUND;
        double light = 1;
        if (hit >= 0) {
            Solid solid = solids.get(hit);
            solid.toOwn(direction, 0, d);
            double[] point = new double[3];
            for (int c = 0; c < 3; c++) {
                point[c] = origins[hit][c] + nearest * d[c];
            }
            double[] n = solid.normal(point);
            double lambert = n[0] * LIGHT[0] + n[1] * LIGHT[1] + n[2] * LIGHT[2];
            light = EVEN_LIGHT + (1 - EVEN_LIGHT) * Math.max(0, lambert);
            colour = solid.colour(point);
        }
        for (int c = 0; c < 3; c++) {
            sum[c] += light * colour[c];
        }
    }

    /** Whether a ray passes the ball around a solid: cheap, and true for most. */
    private static boolean misses(Solid solid, double[] eye, double[] direction) {
        double along = 0;
        double square = 0;
        double reach = 0;
        for (int i = 0; i < 3; i++) {
            double to = solid.centre()[i] - eye[i];
            along += to * direction[i];
            square += to * to;
            reach += solid.halfSizes()[i] * solid.halfSizes()[i];
        }
        return square - along * along > reach;
    }
}
