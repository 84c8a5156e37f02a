package org.soda4j.data.dataset;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.soda4j.io.DatasetException;

/**
 * Grey images of one size in IDX files, the format of MNIST and its many successors; held in
 * memory.
 */
public final class IdxDataset extends InMemoryDataset {

    private IdxDataset(Builder builder, RecordCollector collected) {
        super(builder, collected, builder.classNames);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for the training split
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets which files to read. */
    public static final class Builder extends IdxBuilder<Builder> {

        private List<String> classNames =
                IntStream.range(0, 10).mapToObj(Integer::toString).toList();

        private Builder() {
            super("IDX data", List.of());
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the names of the classes, in label order. Default: {@code 0} to {@code 9}.
         *
         * @param classNames 1 to 256 names; a label beyond them is refused
         * @return this builder
         * @throws IllegalArgumentException if there are none or more than 256
         */
        public Builder classNames(List<String> classNames) {
            Objects.requireNonNull(classNames, "classNames");
            if (classNames.isEmpty() || classNames.size() > 256) {
                throw new IllegalArgumentException(
                        "classNames: expected 1 to 256 names (a label is one byte), found "
                                + classNames.size());
            }
            this.classNames = List.copyOf(classNames);
            return this;
        }

        /**
         * Reads the files.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if a file is missing, truncated, too long or not IDX, the
         *     numbers of images and labels differ, or a label has no class name
         * @throws IllegalStateException if nothing says where the data are
         */
        public IdxDataset build() {
            return new IdxDataset(this, read(classNames.size()));
        }
    }
}
