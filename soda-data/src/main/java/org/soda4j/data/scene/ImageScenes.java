package org.soda4j.data.scene;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewSource;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;

/** A data set's images by the object they show, each with its camera. */
final class ImageScenes implements SceneSource {

    private final ViewSource groups;
    private final ImageDataset images;
    private final int[][] indices;
    private final List<Camera> cameras;

    /**
     * @param images images of one object stand together
     * @param objects the object in each image
     * @param cameras of each image
     */
    ImageScenes(ImageDataset images, IntUnaryOperator objects, List<Camera> cameras) {
        this.images = images;
        this.cameras = List.copyOf(cameras);
        groups = ViewSource.grouped(images, objects, i -> new float[0]);
        indices = new int[groups.size()][];
        int next = 0;
        for (int item = 0; item < indices.length; item++) {
            indices[item] = new int[groups.views(item)];
            for (int view = 0; view < indices[item].length; view++) {
                indices[item][view] = next++;
            }
        }
    }

    @Override
    public int size() {
        return groups.size();
    }

    @Override
    public int views(int item) {
        return groups.views(item);
    }

    @Override
    public PixelImage image(int item, int view) {
        PixelImage image = groups.image(item, view);
        Intrinsics lens = camera(item, view).intrinsics();
        if (image.width() != lens.width() || image.height() != lens.height()) {
            throw new DatasetException(
                    describe(item, view),
                    "expected %d x %d pixels as in the first image, found %d x %d"
                            .formatted(lens.width(), lens.height(), image.width(), image.height()));
        }
        return image;
    }

    @Override
    public Camera camera(int item, int view) {
        return cameras.get(indices[item][view]);
    }

    @Override
    public int label(int item) {
        return groups.label(item);
    }

    @Override
    public List<String> classNames() {
        return images.classNames();
    }

    @Override
    public String describe(int item, int view) {
        return groups.describe(item, view);
    }

    @Override
    public String contentHash() {
        return groups.contentHash();
    }
}
