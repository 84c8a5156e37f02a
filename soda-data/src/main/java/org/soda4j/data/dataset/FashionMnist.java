package org.soda4j.data.dataset;

import java.util.List;
import org.soda4j.data.download.OfficialFile;
import org.soda4j.io.DatasetException;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of 28 x 28 in grey, 10 classes; held in
 * memory (about 50 MB for the training split).
 *
 * <p>Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
 * Machine Learning Algorithms", arXiv 1708.07747.
 *
 * <pre>{@code
 * FashionMnist train = FashionMnist.builder().root(Path.of("data")).build();
 * }</pre>
 */
public final class FashionMnist extends InMemoryDataset {

    private static final List<String> CLASS_NAMES =
            List.of(
                    "T-shirt/top",
                    "Trouser",
                    "Pullover",
                    "Dress",
                    "Coat",
                    "Sandal",
                    "Shirt",
                    "Sneaker",
                    "Bag",
                    "Ankle boot");

    private FashionMnist(Builder builder, RecordCollector collected) {
        super(builder, collected, CLASS_NAMES);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for the training split
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets which part of Fashion-MNIST to read, and from where.
     *
     * <p>{@code root} is the folder with the four IDX files; {@code FashionMNIST/raw}, where
     * torchvision puts them, is looked at as well.
     */
    public static final class Builder extends IdxBuilder<Builder> {

        private Builder() {
            super("Fashion-MNIST", List.of("FashionMNIST/raw"));
        }

        @Override
        List<OfficialFile> officialFiles() {
            return OfficialFiles.FASHION_MNIST;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Reads the split.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if a file is missing, cannot be downloaded, is truncated, too
         *     long or not IDX, the numbers of images and labels differ, or a label is outside 0..9
         * @throws IllegalStateException if nothing says where the data are
         * @throws IllegalArgumentException if the split is VALIDATION, which Fashion-MNIST does not
         *     have
         */
        public FashionMnist build() {
            return new FashionMnist(this, read(CLASS_NAMES.size()));
        }
    }
}
