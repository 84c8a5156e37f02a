package org.soda4j.data.dataset;

import java.util.List;
import org.soda4j.data.download.OfficialFile;
import org.soda4j.io.DatasetException;

/**
 * MNIST: 60,000 training and 10,000 test images of 28 x 28 in grey, 10 classes; held in memory
 * (about 50 MB for the training split).
 *
 * <p>Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
 * document recognition", 1998.
 *
 * <pre>{@code
 * Mnist train = Mnist.builder().root(Path.of("data")).build();
 * }</pre>
 */
public final class Mnist extends InMemoryDataset {

    private static final List<String> CLASS_NAMES =
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private Mnist(Builder builder, RecordCollector collected) {
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
     * Sets which part of MNIST to read, and from where.
     *
     * <p>{@code root} is the folder with the four IDX files; {@code MNIST/raw}, where torchvision
     * puts them, is looked at as well.
     */
    public static final class Builder extends IdxBuilder<Builder> {

        private Builder() {
            super("MNIST", List.of("MNIST/raw"));
        }

        @Override
        List<OfficialFile> officialFiles() {
            return OfficialFiles.MNIST;
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
         * @throws IllegalArgumentException if the split is VALIDATION, which MNIST does not have
         */
        public Mnist build() {
            return new Mnist(this, read(CLASS_NAMES.size()));
        }
    }
}
