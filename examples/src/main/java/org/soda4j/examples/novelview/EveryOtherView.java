package org.soda4j.examples.novelview;

import java.util.List;
import java.util.Objects;
import org.soda4j.data.image.PixelImage;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.novelview.Camera;

/**
 * All objects with half of their views.
 *
 * @param first 0 for views 0, 2, 4 ..., 1 for views 1, 3, 5 ...
 */
record EveryOtherView(SceneSource scenes, int first) implements SceneSource {

    @Override
    public int size() {
        return scenes.size();
    }

    @Override
    public int views(int item) {
        return (scenes.views(item) - first + 1) / 2;
    }

    private int view(int item, int view) {
        return 2 * Objects.checkIndex(view, views(item)) + first;
    }

    @Override
    public PixelImage image(int item, int view) {
        return scenes.image(item, view(item, view));
    }

    @Override
    public Camera camera(int item, int view) {
        return scenes.camera(item, view(item, view));
    }

    @Override
    public int label(int item) {
        return scenes.label(item);
    }

    @Override
    public List<String> classNames() {
        return scenes.classNames();
    }

    @Override
    public String describe(int item, int view) {
        return scenes.describe(item, view(item, view));
    }
}
