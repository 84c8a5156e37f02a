package org.soda4j.examples.novelview;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.data.scene.ShapeScenes;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Pose;

/**
 * Objects to train on, others to be drawn, and a circle of cameras from which their true views are
 * known.
 *
 * @param truth the view of an unseen object from one of the cameras
 */
public record Turntable(
        SceneSource training,
        SceneSource unseen,
        List<Camera> cameras,
        BiFunction<Integer, Integer, PixelImage> truth) {

    /** Cameras of a turn: every 10 degrees. */
    private static final int CAMERAS = 36;

    private static final int UNSEEN_COIL = 4;

    /** What of a data set training does not see. */
    public enum Split {
        OBJECTS,
        VIEWS
    }

    public static Turntable ofShapes(ShapeScenes training, ShapeScenes unseen, int size) {
        Camera any = unseen.camera(0, 0);
        List<Camera> cameras =
                new Camera(any.intrinsics(), Pose.orbit(4, 0, Math.toRadians(30))).turn(CAMERAS);
        return new Turntable(
                training.inMemory(size, size),
                unseen.inMemory(size, size),
                cameras,
                (object, k) -> unseen.render(object, cameras.get(k)));
    }

    public static Turntable ofCoil(CoilDataset coil, Split split, int size, long seed) {
        SceneSource all = SceneSource.turntable(coil);
        List<SceneSource> parts =
                split == Split.OBJECTS
                        ? all.split(UNSEEN_COIL, seed)
                        : List.of(all.everyNthView(2, 0), all.everyNthView(2, 1));
        SceneSource unseen = parts.get(1).inMemory(size, size);
        int step = unseen.views(0) / CAMERAS;
        return new Turntable(
                parts.get(0).inMemory(size, size),
                unseen,
                IntStream.range(0, CAMERAS).mapToObj(k -> unseen.camera(0, k * step)).toList(),
                (object, k) -> unseen.image(object, k * step));
    }

    public String describe() {
        return "%d objects with %d views each to train on, %d with %d unseen views each to draw"
                .formatted(training.size(), training.views(0), unseen.size(), unseen.views(0));
    }
}
