package org.soda4j.data.pair;

import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/** A data set as a view source: each item has one image. */
class SingleImages implements ViewSource {

    private final ImageDataset images;
    private final int size;

    SingleImages(ImageDataset images) {
        this.images = images;
        size = Math.toIntExact(images.size());
        if (size == 0) {
            throw new IllegalArgumentException("expected a data set with images, found none");
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int views(int item) {
        return 1;
    }

    @Override
    public PixelImage image(int item, int view) {
        return images.image(item);
    }

    @Override
    public int label(int item) {
        return images.label(item);
    }

    @Override
    public String describe(int item, int view) {
        return ViewException.describe(images, item);
    }

    @Override
    public String contentHash() {
        return images.contentHash();
    }
}
