package org.soda4j.data;

import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.SequenceSampler;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The options that all data sets in files share.
 *
 * @param <T> the builder itself
 */
abstract class FilesBuilder<T extends FilesBuilder<T>> extends RandomAccessDataset.BaseBuilder<T> {

    Path root;
    Dataset.Usage split = Dataset.Usage.TRAIN;
    OnError onError = OnError.STOP;

    FilesBuilder() {
        sampler = new BatchSampler(new SequenceSampler(), 32, false);
    }

    /**
     * Sets where the data are. There is no default.
     *
     * @param root a folder or a file; the data set's own page says which it takes
     * @return this builder
     * @throws NullPointerException if root is null
     */
    public T root(Path root) {
        this.root = Objects.requireNonNull(root, "root");
        return self();
    }

    /**
     * Sets which split to read. Default: {@code TRAIN}.
     *
     * @param split {@code TRAIN}, {@code TEST} or {@code VALIDATION}, as far as the data have it;
     *     {@code build} refuses the others
     * @return this builder
     * @throws NullPointerException if split is null
     */
    public T split(Dataset.Usage split) {
        this.split = Objects.requireNonNull(split, "split");
        return self();
    }

    /**
     * Sets what to do with a record that has to be refused. Default: {@link OnError#STOP}.
     *
     * @param onError stop, or leave it out with a counted warning
     * @return this builder
     * @throws NullPointerException if onError is null
     */
    public T onError(OnError onError) {
        this.onError = Objects.requireNonNull(onError, "onError");
        return self();
    }

    Path requireRoot() {
        if (root == null) {
            throw new IllegalStateException(
                    "expected root(Path) to say where the data are, found nothing set");
        }
        return root;
    }

    /** Refuses a split that the data do not have. */
    void requireTrainOrTest(String dataset) {
        if (split == Dataset.Usage.VALIDATION) {
            throw new IllegalArgumentException(
                    dataset
                            + ": expected the split TRAIN or TEST, found VALIDATION; take a part of"
                            + " TRAIN with subset(perClass, seed) instead");
        }
    }
}
