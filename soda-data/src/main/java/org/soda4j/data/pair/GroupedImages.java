package org.soda4j.data.pair;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/** A data set's images by the object they show. */
final class GroupedImages implements ViewSource {

    private final ImageDataset images;
    private final int[][] items;
    private final float[][] poses;

    GroupedImages(ImageDataset images, IntUnaryOperator objects, IntFunction<float[]> poses) {
        this.images = images;
        int size = Math.toIntExact(images.size());
        if (size == 0) {
            throw new IllegalArgumentException("expected a data set with images, found none");
        }
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        this.poses = new float[size][];
        for (int i = 0; i < size; i++) {
            groups.computeIfAbsent(objects.applyAsInt(i), object -> new ArrayList<>()).add(i);
            this.poses[i] = poses.apply(i).clone();
            if (this.poses[i].length != this.poses[0].length) {
                throw new IllegalArgumentException(
                        "pose of index %d: expected %d numbers as for index 0, found %d"
                                .formatted(i, this.poses[0].length, this.poses[i].length));
            }
        }
        items =
                groups.values().stream()
                        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
                        .toArray(int[][]::new);
    }

    @Override
    public int size() {
        return items.length;
    }

    @Override
    public int views(int item) {
        return items[item].length;
    }

    @Override
    public PixelImage image(int item, int view) {
        return images.image(items[item][view]);
    }

    @Override
    public int label(int item) {
        return images.label(items[item][0]);
    }

    @Override
    public int poseSize() {
        return poses[0].length;
    }

    @Override
    public float[] pose(int item, int view) {
        return poses[items[item][view]];
    }

    @Override
    public String describe(int item, int view) {
        return ViewException.describe(images, items[item][view]);
    }

    @Override
    public String contentHash() {
        return images.contentHash();
    }
}
