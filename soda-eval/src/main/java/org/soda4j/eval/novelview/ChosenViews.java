package org.soda4j.eval.novelview;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.novelview.Camera;

/**
 * A random target and random sources of an object. Of one choice, fewer sources are the first of
 * more, so that their numbers are compared on the same targets.
 */
record ChosenViews(int object, int target, int[] sources) {

    private static final int CHOICE_STREAM = 4;

    static List<ChosenViews> of(SceneSource scenes, int mostSources, int perObject, long seed) {
        List<ChosenViews> all = new ArrayList<>();
        for (int object = 0; object < scenes.size(); object++) {
            int views = scenes.views(object);
            if (views < mostSources + 1) {
                throw new IllegalArgumentException(
                        "%s: expected at least %d views for %d sources and a target, found %d"
                                .formatted(
                                        scenes.describe(object, 0),
                                        mostSources + 1,
                                        mostSources,
                                        views));
            }
            for (int k = 0; k < perObject; k++) {
                ViewRandom random = new ViewRandom(seed, k, object, CHOICE_STREAM);
                int[] order = IntStream.range(0, views).toArray();
                for (int i = 0; i <= mostSources; i++) {
                    int j = i + random.nextInt(views - i);
                    int swap = order[i];
                    order[i] = order[j];
                    order[j] = swap;
                }
                int[] sources = IntStream.range(1, mostSources + 1).map(i -> order[i]).toArray();
                all.add(new ChosenViews(object, order[0], sources));
            }
        }
        return all;
    }

    ChosenViews first(int count) {
        return new ChosenViews(object, target, IntStream.of(sources).limit(count).toArray());
    }

    /** The source whose camera looks the most like the target's. */
    int nearest(SceneSource scenes) {
        int nearest = sources[0];
        for (int source : sources) {
            nearest = angle(scenes, source) < angle(scenes, nearest) ? source : nearest;
        }
        return nearest;
    }

    /** Between the ways the cameras of a view and of the target look, radians. */
    double angle(SceneSource scenes, int view) {
        Camera camera = scenes.camera(object, view);
        return camera.angleTo(scenes.camera(object, target));
    }

    List<Camera> sourceCameras(SceneSource scenes) {
        return IntStream.of(sources).mapToObj(view -> scenes.camera(object, view)).toList();
    }
}
