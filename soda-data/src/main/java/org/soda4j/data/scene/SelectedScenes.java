package org.soda4j.data.scene;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.soda4j.data.image.ContentHash;
import org.soda4j.data.image.PixelImage;
import org.soda4j.novelview.Camera;

/** A view on chosen objects of another source. */
final class SelectedScenes implements SceneSource {

    private final SceneSource whole;
    private final int[] items;

    SelectedScenes(SceneSource whole, int... items) {
        if (items.length == 0) {
            throw new IllegalArgumentException("expected at least one object, found none");
        }
        for (int item : items) {
            Objects.checkIndex(item, whole.size());
        }
        this.whole = whole;
        this.items = items.clone();
    }

    @Override
    public int size() {
        return items.length;
    }

    @Override
    public int views(int item) {
        return whole.views(items[item]);
    }

    @Override
    public PixelImage image(int item, int view) {
        return whole.image(items[item], view);
    }

    @Override
    public Camera camera(int item, int view) {
        return whole.camera(items[item], view);
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
        return whole.describe(items[item], view);
    }

    @Override
    public String contentHash() {
        String all = whole.contentHash();
        if (all.isEmpty()) {
            return all;
        }
        ContentHash hash = new ContentHash();
        hash.addBytes((all + Arrays.toString(items)).getBytes(StandardCharsets.UTF_8));
        return hash.hex();
    }
}
