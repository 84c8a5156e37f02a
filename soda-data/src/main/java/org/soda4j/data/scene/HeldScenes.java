package org.soda4j.data.scene;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.soda4j.data.transform.Resize;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;

/** Another source's images at one size, each made once and held. */
final class HeldScenes implements SceneSource {

    private final SceneSource source;
    private final int height;
    private final int width;
    private final int[] first;
    private final AtomicReferenceArray<PixelImage> images;

    HeldScenes(SceneSource source, int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "expected height and width of at least 1, found %d x %d"
                            .formatted(height, width));
        }
        this.source = source;
        this.height = height;
        this.width = width;
        first = new int[source.size()];
        int total = 0;
        for (int item = 0; item < first.length; item++) {
            first[item] = total;
            total = Math.addExact(total, source.views(item));
        }
        images = new AtomicReferenceArray<>(total);
    }

    @Override
    public PixelImage image(int item, int view) {
        PixelImage held = images.get(first[item] + view);
        if (held == null) {
            // Two threads may both make it: they make the same.
            held = resized(source.image(item, view));
            images.set(first[item] + view, held);
        }
        return held;
    }

    private PixelImage resized(PixelImage image) {
        if (image.height() == height && image.width() == width) {
            return image;
        }
        PixelBuffer buffer =
                PixelBuffer.of(image.width(), image.height(), image.channels(), image.pixels());
        new Resize(height, width).apply(buffer);
        return new PixelImage(width, height, image.channels(), buffer.toBytes());
    }

    @Override
    public Camera camera(int item, int view) {
        return source.camera(item, view).resized(height, width);
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public int views(int item) {
        return source.views(item);
    }

    @Override
    public int label(int item) {
        return source.label(item);
    }

    @Override
    public List<String> classNames() {
        return source.classNames();
    }

    @Override
    public String describe(int item, int view) {
        return source.describe(item, view);
    }

    @Override
    public String contentHash() {
        return source.contentHash();
    }
}
