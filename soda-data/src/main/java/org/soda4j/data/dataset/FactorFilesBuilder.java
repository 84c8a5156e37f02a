package org.soda4j.data.dataset;

import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.SequenceSampler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import org.soda4j.data.IntRange;
import org.soda4j.io.DatasetException;

/**
 * The options that all data sets with known factors in files share. They are larger than most
 * heaps, so that a part of them, drawn at random, can be read instead.
 *
 * @param <T> the builder itself
 */
abstract class FactorFilesBuilder<T extends FactorFilesBuilder<T>>
        extends RandomAccessDataset.BaseBuilder<T> {

    /** Of an image in memory: headers and references of its array and itself. */
    private static final int IMAGE_OVERHEAD_BYTES = 128;

    private Path root;
    private int count = Integer.MAX_VALUE;
    private long seed;

    FactorFilesBuilder() {
        sampler = new BatchSampler(new SequenceSampler(), 32, false);
    }

    /**
     * Sets where the data are. There is no default.
     *
     * @param root the file, or the folder that it is in
     * @return this builder
     */
    public T root(Path root) {
        this.root = Objects.requireNonNull(root, "root");
        return self();
    }

    /**
     * Sets how many images to read, drawn at random without repetition, in the order of the file.
     * Default: all. More than there are reads all.
     *
     * @param count at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public T count(int count) {
        this.count = IntRange.atLeastOne("count", count);
        return self();
    }

    /**
     * Sets which images {@link #count} draws. Default: 0.
     *
     * @param seed any number; the same seed draws the same images
     * @return this builder
     */
    public T seed(long seed) {
        this.seed = seed;
        return self();
    }

    final Path requireRoot() {
        if (root == null) {
            throw new IllegalStateException(
                    "expected root(Path) to say where the data are, found nothing set");
        }
        return root;
    }

    /** The root itself where it is a file, or the one of these names that is in it. */
    final Path find(List<String> names) {
        Path at = requireRoot();
        if (Files.isRegularFile(at)) {
            return at;
        }
        List<String> there =
                names.stream().filter(name -> Files.isRegularFile(at.resolve(name))).toList();
        if (there.size() != 1) {
            throw new DatasetException(
                    at.toString(),
                    "expected a file, or a folder with one of %s, found %s%s"
                            .formatted(
                                    names,
                                    there.isEmpty() ? "none of them" : there,
                                    there.isEmpty() ? "" : "; name the file"));
        }
        return at.resolve(there.get(0));
    }

    /**
     * The images to read: ascending indices below {@code available}.
     *
     * @param file for messages
     * @param imageBytes of one in memory
     */
    final int[] choose(Path file, int available, long imageBytes) {
        int chosen = Math.min(count, available);
        long heap = Runtime.getRuntime().maxMemory();
        long bytes = chosen * (imageBytes + IMAGE_OVERHEAD_BYTES);
        if (bytes > heap / 4 * 3) {
            throw new DatasetException(
                    file.toString(),
                    String.format(
                            Locale.ROOT,
                            "expected at most three quarters of the heap's %,d MiB, found %,d images of %,d MiB together; read some of them, count(n), or raise -Xmx",
                            heap >> 20,
                            chosen,
                            bytes >> 20));
        }
        int[] indices = new int[chosen];
        // Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S: each set is equally likely.
        SplittableRandom random = new SplittableRandom(seed);
        int found = 0;
        for (int i = 0; found < chosen; i++) {
            if (random.nextInt(available - i) < chosen - found) {
                indices[found++] = i;
            }
        }
        return indices;
    }

    /** The factors of the combinations that were chosen. */
    static int[][] levels(FactorSpace space, int... chosen) {
        return Arrays.stream(chosen).mapToObj(space::levels).toArray(int[][]::new);
    }
}
