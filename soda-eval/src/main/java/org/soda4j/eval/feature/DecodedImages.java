package org.soda4j.eval.feature;

import java.util.List;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.engine.Internal;
import org.soda4j.image.PixelImage;

/** Decoded images as the extractor takes them, without labels. */
@Internal
public final class DecodedImages extends ImageDataset {

    private final List<PixelImage> images;

    /**
     * Takes images.
     *
     * @param images not copied
     */
    public DecodedImages(List<PixelImage> images) {
        super(new Sampling().setSampling(1, false));
        this.images = images;
    }

    private static final class Sampling extends BaseBuilder<Sampling> {
        @Override
        protected Sampling self() {
            return this;
        }
    }

    @Override
    public PixelImage image(int index) {
        return images.get(index);
    }

    @Override
    public int label(int index) {
        return -1;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    /** Nothing: a batch is no data set that anybody asks for. */
    @Override
    public String contentHash() {
        return "";
    }

    @Override
    protected long availableSize() {
        return images.size();
    }
}
