package org.soda4j.data.dataset;

import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.SequenceSampler;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.soda4j.data.download.Download;
import org.soda4j.data.download.DownloadProgress;
import org.soda4j.data.download.OfficialFile;

/**
 * The options that all data sets in files share.
 *
 * @param <T> the builder itself
 */
abstract class FilesBuilder<T extends FilesBuilder<T>> extends RandomAccessDataset.BaseBuilder<T> {

    Path root;
    Dataset.Usage split = Dataset.Usage.TRAIN;
    OnError onError = OnError.STOP;
    private boolean download;
    private URI mirror;
    private DownloadProgress progress = (file, bytes, totalBytes) -> {};

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

    /**
     * Sets whether {@code build} fetches the official files when they are missing. Default: no;
     * nothing is ever downloaded without this. They are stored in {@code root}, which is made if it
     * is missing; an interrupted download continues where it stopped; the checksum is compared with
     * the one in this library before a file gets its name.
     *
     * @param download true to fetch what is missing
     * @return this builder
     * @throws IllegalArgumentException if no official file with a known checksum exists
     */
    public T download(boolean download) {
        if (download && officialFiles().isEmpty()) {
            throw new IllegalArgumentException(
                    "download: expected a data set with official files of known checksum, found "
                            + getClass().getEnclosingClass().getSimpleName()
                            + "; fetch it by hand and set root");
        }
        this.download = download;
        return self();
    }

    /**
     * Sets where to download from instead of the makers' own servers: the files must have the same
     * names, and the checksums stay the same.
     *
     * @param mirror an http or https address that ends with a slash
     * @return this builder
     * @throws IllegalArgumentException if it is not such an address
     */
    public T downloadFrom(URI mirror) {
        String scheme = String.valueOf(mirror.getScheme());
        if (!scheme.matches("https?") || !mirror.toString().endsWith("/")) {
            throw new IllegalArgumentException(
                    "downloadFrom: expected an http or https address that ends with a slash, found "
                            + mirror);
        }
        this.mirror = mirror;
        return self();
    }

    /**
     * Sets what follows a download's progress. Default: nothing; the log says when one begins and
     * ends.
     *
     * @param progress called by the thread that calls {@code build}
     * @return this builder
     * @throws NullPointerException if progress is null
     */
    public T downloadProgress(DownloadProgress progress) {
        this.progress = Objects.requireNonNull(progress, "progress");
        return self();
    }

    /** Returns what can be downloaded; none by default. */
    List<OfficialFile> officialFiles() {
        return List.of();
    }

    boolean downloads() {
        return download;
    }

    /** Fetches a file into root, if downloading was asked for. */
    void fetch(OfficialFile file) {
        if (download) {
            OfficialFile wanted = mirror == null ? file : file.at(mirror);
            new Download(progress).fetch(wanted, requireRoot());
        }
    }

    /**
     * Returns where the data are.
     *
     * @return the root
     * @throws IllegalStateException if root was not set
     */
    protected final Path requireRoot() {
        if (root == null) {
            throw new IllegalStateException(
                    "expected root(Path) to say where the data are, found nothing set");
        }
        return root;
    }

    /**
     * Returns the split as file names have it.
     *
     * @return train, test or val
     */
    protected final String splitName() {
        return switch (split) {
            case TRAIN -> "train";
            case TEST -> "test";
            case VALIDATION -> "val";
        };
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
