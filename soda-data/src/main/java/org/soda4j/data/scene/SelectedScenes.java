package org.soda4j.data.scene;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ContentHash;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;

/** Another source's chosen objects, with every n-th of their views. */
final class SelectedScenes implements SceneSource {

    private final SceneSource whole;
    private final int[] items;
    private final int step;
    private final int first;

    /**
     * @param items indices of objects
     * @param step 1 for all views
     * @param first the first view that is kept, 0..step - 1
     */
    SelectedScenes(SceneSource whole, int[] items, int step, int first) {
        if (items.length == 0) {
            throw new IllegalArgumentException("expected at least one object, found none");
        }
        for (int item : items) {
            Objects.checkIndex(item, whole.size());
        }
        this.whole = whole;
        this.items = items.clone();
        this.step = IntRange.atLeastOne("step", step);
        this.first = IntRange.within("first", first, 0, step - 1);
    }

    @Override
    public int size() {
        return items.length;
    }

    @Override
    public int views(int item) {
        return (whole.views(items[item]) - first + step - 1) / step;
    }

    private int whole(int item, int view) {
        return step * Objects.checkIndex(view, views(item)) + first;
    }

    @Override
    public PixelImage image(int item, int view) {
        return whole.image(items[item], whole(item, view));
    }

    @Override
    public Camera camera(int item, int view) {
        return whole.camera(items[item], whole(item, view));
    }

    @Override
    public int label(int item) {
        return whole.label(items[item]);
    }

    @Override
    public List<String> classNames() {
        return whole.classNames();
    }

    @Override
    public String describe(int item, int view) {
        return whole.describe(items[item], whole(item, view));
    }

    @Override
    public String contentHash() {
        String all = whole.contentHash();
        if (all.isEmpty()) {
            return all;
        }
        ContentHash hash = new ContentHash();
        String views = step == 1 ? "" : " views " + first + ", " + (first + step) + ", ...";
        hash.addBytes((all + Arrays.toString(items) + views).getBytes(StandardCharsets.UTF_8));
        return hash.hex();
    }
}
