package org.soda4j.data.scene;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFile;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/** Collects the image files of objects, object by object, with their cameras. */
final class SceneFiles {

    static final String WHOLE = "an object's views go with its cameras";

    private final List<ImageFile> files = new ArrayList<>();
    private final List<Pose> poses = new ArrayList<>();
    private final List<Function<PixelImage, Intrinsics>> lenses = new ArrayList<>();
    private final List<Integer> objects = new ArrayList<>();
    private int object = -1;

    void beginObject() {
        object++;
    }

    /**
     * @param path below the root, with slashes
     * @param lens the intrinsics in an image of some size
     */
    void add(String path, int label, Pose pose, Function<PixelImage, Intrinsics> lens) {
        files.add(new ImageFile(path, label));
        poses.add(pose);
        lenses.add(lens);
        objects.add(object);
    }

    /** Returns the images that were added, at least one. */
    List<ImageFile> files(Path root) {
        if (files.isEmpty()) {
            throw new DatasetException(root.toString(), "expected at least one object, found none");
        }
        return files;
    }

    /**
     * Decodes the first image: all have its size, which is checked when they are decoded.
     *
     * @param images what {@link #files} names
     */
    SceneSource build(ImageDataset images) {
        PixelImage first = images.image(0);
        List<Camera> cameras = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            try {
                cameras.add(new Camera(lenses.get(i).apply(first), poses.get(i)));
            } catch (IllegalArgumentException e) {
                throw new DatasetException(images.source(i), -1, e.getMessage(), e);
            }
        }
        return new ImageScenes(images, objects::get, cameras);
    }
}
