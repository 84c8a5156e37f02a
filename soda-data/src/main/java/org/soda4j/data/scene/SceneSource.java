package org.soda4j.data.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.pair.ViewSource;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/**
 * Objects seen by cameras: each item is one object, each of its images has a {@link Camera}. What
 * models of novel views are trained and measured on. In the world, z is up.
 *
 * <p>Implementations are thread-safe.
 */
public interface SceneSource extends ViewSource {

    /**
     * Returns the camera of one image.
     *
     * @param item 0 .. size - 1
     * @param view 0 .. views(item) - 1
     * @return the camera; its width and height are those of the image
     */
    Camera camera(int item, int view);

    /**
     * Returns the names of the objects' classes.
     *
     * @return in the order of labels; empty where there are none
     */
    List<String> classNames();

    @Override
    default int poseSize() {
        return Camera.NUMBERS;
    }

    /** The camera as {@link Camera#toNumbers()}. */
    @Override
    default float[] pose(int item, int view) {
        return camera(item, view).toNumbers();
    }

    /**
     * Returns a source of chosen objects.
     *
     * @param items indices of objects, at least one
     * @return these objects, in this order
     * @throws IllegalArgumentException if there is none
     * @throws IndexOutOfBoundsException if there is no such object
     */
    default SceneSource select(int... items) {
        return new SelectedScenes(this, items, 1, 0);
    }

    /**
     * Returns all objects with every n-th of their views, such as half of a turn's, the other half
     * of which is for testing.
     *
     * @param step from one view that is kept to the next, at least 1
     * @param first the first view that is kept, 0 .. step - 1
     * @return the objects, in their order
     * @throws IllegalArgumentException if a number is outside its range
     */
    default SceneSource everyNthView(int step, int first) {
        return new SelectedScenes(this, IntStream.range(0, size()).toArray(), step, first);
    }

    /**
     * Splits by object, so that no object is on both sides.
     *
     * @param held how many objects the second part gets, 1 .. size - 1
     * @param seed of the random choice
     * @return two parts: the rest, and the {@code held} objects
     * @throws IllegalArgumentException if the number is out of range
     */
    default List<SceneSource> split(int held, long seed) {
        int size = size();
        if (held < 1 || held >= size) {
            throw new IllegalArgumentException(
                    "expected 1 .. %d of the %d objects, found %d".formatted(size - 1, size, held));
        }
        ViewRandom random = new ViewRandom(seed, 0, 0, 0);
        int[] order = IntStream.range(0, size).toArray();
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        int rest = size - held;
        return List.of(
                select(IntStream.of(order).limit(rest).sorted().toArray()),
                select(IntStream.of(order).skip(rest).sorted().toArray()));
    }

    /**
     * Returns the same objects with all images at one size, each made when it is first asked for
     * and then held in memory.
     *
     * @param height rows, at least 1; an image is scaled as a whole, and its camera with it
     * @param width columns, at least 1
     * @return the objects; {@code height width channels} bytes for each image
     */
    default SceneSource inMemory(int height, int width) {
        return new HeldScenes(this, height, width);
    }

    /**
     * COIL's turntable as a circle of cameras around a still object. The makers do not give their
     * cameras: these are nominal ones, 5 degrees apart, level by 10 degrees, at a distance of 6
     * with an angle of view of 20 degrees.
     *
     * @param coil the data set
     * @return its objects, each with 72 views; classes are the objects
     */
    static SceneSource turntable(CoilDataset coil) {
        PixelImage first = coil.image(0);
        Pose pose = Pose.orbit(6, 0, Math.toRadians(10));
        Intrinsics lens = Intrinsics.ofHorizontalView(first.width(), first.height(), 20);
        List<Camera> cameras = new Camera(lens, pose).turn(360 / CoilDataset.STEP_DEGREES);
        List<Camera> all = new ArrayList<>();
        for (int i = 0; i < coil.size(); i++) {
            all.add(cameras.get(coil.angleDegrees(i) / CoilDataset.STEP_DEGREES));
        }
        return new ImageScenes(coil, coil::label, all);
    }
}
