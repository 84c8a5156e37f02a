package org.soda4j.eval.feature;

import java.util.List;
import org.soda4j.engine.Internal;
import org.soda4j.image.PixelImage;

/** Decoded images as the extractor takes them. */
@Internal
public final class DecodedImages extends UnlabelledImages {

    private final List<PixelImage> images;

    /**
     * Takes images.
     *
     * @param images at least one; not copied
     */
    public DecodedImages(List<PixelImage> images) {
        super(images.size());
        this.images = images;
    }

    @Override
    public PixelImage image(int index) {
        return images.get(index);
    }
}
