package org.soda4j.examples.training;

import ai.djl.training.dataset.Dataset;
import org.soda4j.data.dataset.FashionMnist;

/** The part of Fashion-MNIST that stands in the jar. */
public final class BuiltInImages {

    private BuiltInImages() {}

    /** Reads 10,000 training or 2,000 test images. */
    public static FashionMnist fashionMnist(Dataset.Usage split) {
        return FashionMnist.builder()
                .resource(BuiltInImages.class, "/org/soda4j/examples/fashion-mnist")
                .split(split)
                .build();
    }
}
