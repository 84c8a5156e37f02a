package org.soda4j.data.dataset;

import java.util.List;
import org.soda4j.io.DatasetException;

/**
 * CIFAR-10: 50,000 training and 10,000 test images of 32 x 32 in colour, 10 classes; held in memory
 * (about 185 MB for the training split).
 *
 * <p>Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the
 * binary version, as a folder or as the official archive {@code cifar-10-binary.tar.gz}.
 *
 * <pre>{@code
 * Cifar10 train = Cifar10.builder().root(Path.of("data")).build();
 * Cifar10 test = Cifar10.builder().root(Path.of("data")).split(Dataset.Usage.TEST).build();
 * }</pre>
 */
public final class Cifar10 extends CifarDataset {

    private static final List<String> CLASS_NAMES =
            List.of(
                    "airplane",
                    "automobile",
                    "bird",
                    "cat",
                    "deer",
                    "dog",
                    "frog",
                    "horse",
                    "ship",
                    "truck");
    private static final Format FORMAT =
            new Format(
                    "CIFAR-10",
                    "cifar-10-batches-bin",
                    OfficialFiles.CIFAR_10,
                    new int[] {CLASS_NAMES.size()},
                    0);
    private static final int RECORDS_PER_FILE = 10_000;

    private Cifar10(Builder builder, RecordCollector collected) {
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
     * Sets which part of CIFAR-10 to read, and from where.
     *
     * <p>{@code root} is the folder with {@code data_batch_1.bin} and the other files, the folder
     * above it, the archive, or the folder with the archive.
     */
    public static final class Builder extends CifarBuilder<Builder> {

        private Builder() {
            super(OfficialFiles.CIFAR_10);
            recordsPerFile(RECORDS_PER_FILE);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Reads the split.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if a file is missing, truncated or cannot be downloaded, has the
         *     wrong number of records, or holds a label outside 0..9
         * @throws IllegalStateException if root was not set
         * @throws IllegalArgumentException if the split is VALIDATION, which CIFAR-10 does not have
         */
        public Cifar10 build() {
            requireTrainOrTest(FORMAT.name());
            List<String> files =
                    split == Usage.TEST
                            ? List.of("test_batch.bin")
                            : List.of(
                                    "data_batch_1.bin",
                                    "data_batch_2.bin",
                                    "data_batch_3.bin",
                                    "data_batch_4.bin",
                                    "data_batch_5.bin");
            return new Cifar10(this, read(this, FORMAT, files, recordsPerFile));
        }
    }
}
