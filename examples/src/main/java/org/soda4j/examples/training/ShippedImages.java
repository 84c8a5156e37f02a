package org.soda4j.examples.training;

import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.DecodedImages;
import org.soda4j.image.ImageDecoder;
import org.soda4j.models.ShippedModel;

/** Images that a model of {@code soda-models} has drawn, for programs to show and edit. */
final class ShippedImages {

    private ShippedImages() {}

    /** Decodes them. */
    static ImageDataset of(ShippedModel model) {
        ImageDecoder decoder = ImageDecoder.builder().build();
        return new DecodedImages(
                model.gallery().stream().map(png -> decoder.decode("gallery", png)).toList());
    }
}
