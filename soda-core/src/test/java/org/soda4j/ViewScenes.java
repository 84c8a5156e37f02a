package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/** Views of objects and the cameras they were made with, for tests. */
final class ViewScenes {

    private ViewScenes() {}

    /** A camera on an orbit of radius 2, its azimuth in degrees. */
    static Camera camera(int size, double azimuth) {
        return new Camera(
                Intrinsics.ofHorizontalView(size, size, 50),
                Pose.orbit(2, Math.toRadians(azimuth), Math.toRadians(20)));
    }

    /** For each of n examples, cameras of s views, all different. */
    static List<List<Camera>> cameras(int size, int n, int s) {
        List<List<Camera>> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<Camera> cameras = new ArrayList<>();
            for (int j = 0; j < s; j++) {
                cameras.add(camera(size, 37 * i + 360.0 / s * j));
            }
            all.add(cameras);
        }
        return all;
    }

    /** Uniform pixels of a seed, {@code [n, s, 3, size, size]}. */
    static NDArray images(NDManager manager, int size, int n, int s) {
        Shape shape = new Shape(n, s, 3, size, size);
        float[] pixels = new float[(int) shape.size()];
        Random random = new Random(8);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return manager.create(pixels, shape);
    }

    /** {@link Camera#toNumbers()} of all, {@code [n, 18]}. */
    static NDArray numbers(NDManager manager, List<Camera> cameras) {
        float[] numbers = new float[cameras.size() * Camera.NUMBERS];
        for (int i = 0; i < cameras.size(); i++) {
            System.arraycopy(
                    cameras.get(i).toNumbers(), 0, numbers, i * Camera.NUMBERS, Camera.NUMBERS);
        }
        return manager.create(numbers, new Shape(cameras.size(), Camera.NUMBERS));
    }
}
