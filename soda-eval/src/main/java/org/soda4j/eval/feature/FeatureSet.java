package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.engine.Internal;

/**
 * The features of a data set: a float32 matrix {@code [n, d]}, one row an example, with an id for
 * each, labels and class names where the data have them, and a record of where all of it came from.
 * Immutable; every value is finite. Lives on the Java heap, so there is nothing to close.
 *
 * <pre>{@code
 * FeatureSet train = FeatureSet.of(features).withLabels(labels, List.of("cat", "dog"));
 * train.save(Path.of("train.npz"));
 * double accuracy = KnnProbe.builder().k(20).build().evaluate(train, test).accuracy();
 * }</pre>
 */
public final class FeatureSet {

    private static final int MOST_CLASSES = 1 << 20;

    private final FeatureMatrix matrix;
    private final RowNames names;

    private FeatureSet(FeatureMatrix matrix, RowNames names) {
        this.matrix = matrix;
        this.names = names;
    }

    /**
     * Makes a set without labels.
     *
     * @param values {@code n x width} finite numbers, row by row; copied
     * @param width the number of features, at least 1
     * @return the set
     * @throws IllegalArgumentException if the set is empty, the length is no multiple of the width,
     *     or a value is NaN or infinite (the message names its row and column)
     */
    public static FeatureSet of(float[] values, int width) {
        return owning(values.clone(), width);
    }

    /** As {@link #of(float[], int)}, without the copy: nobody writes to the array any more. */
    static FeatureSet owning(float[] values, int width) {
        return new FeatureSet(FeatureMatrix.finite(values, width), RowNames.NONE);
    }

    /**
     * Makes a set without labels from an array.
     *
     * @param features {@code [n, d]} or {@code [n]} (one feature), any float dtype and device; read
     *     as float32, not closed
     * @return the set
     * @throws IllegalArgumentException as {@link #of(float[], int)}, or if the array has another
     *     rank
     */
    public static FeatureSet of(NDArray features) {
        Shape shape = features.getShape();
        if (shape.dimension() != 1 && shape.dimension() != 2) {
            throw new IllegalArgumentException(
                    "expected features of shape [n, d], found %s; flatten them first"
                            .formatted(shape));
        }
        int width = shape.dimension() == 1 ? 1 : Math.toIntExact(shape.get(1));
        if (features.getDataType() == DataType.FLOAT32) {
            return owning(features.toFloatArray(), width);
        }
        try (NDArray single = features.toType(DataType.FLOAT32, true)) {
            return owning(single.toFloatArray(), width);
        }
    }

    /**
     * The same features with labels.
     *
     * @param labels one per row, 0 or above, below 1,048,576; copied
     * @param classNames the names in label order, or empty if the classes have none
     * @return the labelled set
     * @throws IllegalArgumentException if the count differs from the rows, or a label is negative
     *     or has no name
     */
    public FeatureSet withLabels(int[] labels, List<String> classNames) {
        if (labels.length != size()) {
            throw new IllegalArgumentException(
                    "expected %d labels, one per row, found %d".formatted(size(), labels.length));
        }
        int most = classNames.isEmpty() ? MOST_CLASSES - 1 : classNames.size() - 1;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] > most) {
                throw new IllegalArgumentException(
                        "expected labels from 0 to %d, found %d at row %d"
                                .formatted(most, labels[i], i));
            }
        }
        return new FeatureSet(matrix, names.withLabels(labels, classNames));
    }

    /**
     * The same features and labels with another record of their origin.
     *
     * @param provenance free text by key, such as {@code encoder}, {@code checkpoint}, {@code
     *     data}; copied
     * @return the set
     */
    public FeatureSet withProvenance(Map<String, String> provenance) {
        return new FeatureSet(matrix, names.withProvenance(provenance));
    }

    /**
     * The same features with names of the rows. Without them a row's id is its index.
     *
     * @param ids one per row, such as the paths of image files below their folder; copied
     * @return the set
     * @throws IllegalArgumentException if the count differs from the rows
     */
    public FeatureSet withIds(List<String> ids) {
        if (ids.size() != size()) {
            throw new IllegalArgumentException(
                    "expected %d ids, one per row, found %d".formatted(size(), ids.size()));
        }
        return new FeatureSet(matrix, names.withIds(ids));
    }

    /**
     * Reads a set that {@link #save} or NumPy wrote. See {@link #save} for the content. Labels may
     * also be whole numbers of any integer, float or boolean type, or in NumPy's files texts: these
     * are classes in their alphabetical order, or in that of {@code class_names}. Numbers without
     * names of which some are left out, such as 0, 1000 and 2000, become classes 0, 1 and 2 that
     * are named by their numbers.
     *
     * @param file a {@code .npz} or {@code .safetensors} file
     * @return the set
     * @throws IOException if the file cannot be read, is damaged, or does not hold a feature set;
     *     the message names the file and the entry
     */
    public static FeatureSet load(Path file) throws IOException {
        return FeatureSetFormat.of(file).load(file);
    }

    /**
     * Writes the set, whole or not at all. The suffix decides the format. {@code .npz}: the arrays
     * {@code features} (float32 {@code [n, d]}), {@code labels} (int64 {@code [n]}, only with
     * labels), {@code ids} (Unicode {@code [n]}, unless they are the rows' indices), {@code
     * class_names} (Unicode {@code [classes]}, only with names) and {@code provenance} (one Unicode
     * string of JSON); {@code numpy.load(file, allow_pickle=False)} reads it. {@code .safetensors}:
     * the tensors {@code features} and {@code labels}, and the metadata {@code class_names}, {@code
     * ids} and {@code provenance} as JSON.
     *
     * @param file the file to make or replace; its folder must exist
     * @throws IllegalArgumentException if the suffix is another one
     * @throws IOException if the file cannot be written; the old file, if any, is then untouched
     */
    public void save(Path file) throws IOException {
        FeatureSetFormat.of(file).save(this, file);
    }

    /** {@return the number of examples n, at least 1} */
    public int size() {
        return matrix.size();
    }

    /** {@return the number of features d of an example, at least 1} */
    public int width() {
        return matrix.width();
    }

    /**
     * One example.
     *
     * @param index 0 .. size - 1
     * @return its features, a copy
     */
    public float[] row(int index) {
        return matrix.row(index);
    }

    /**
     * All features.
     *
     * @return {@code n x d} values row by row, read-only, from position 0
     */
    public FloatBuffer values() {
        return FloatBuffer.wrap(matrix.values()).asReadOnlyBuffer();
    }

    /**
     * The features themselves, for reading alone: sets may fill gigabytes, so this is no copy.
     *
     * @return the set's own array, row after row, which nobody may write to
     */
    @Internal
    public float[] sharedValues() {
        return matrix.values();
    }

    /**
     * Copies the features into an array.
     *
     * @param manager what the array belongs to
     * @return float32 {@code [n, d]}; the manager or the caller closes it
     */
    public NDArray toArray(NDManager manager) {
        return manager.create(matrix.values(), new Shape(size(), width()));
    }

    /** {@return whether the examples have labels} */
    public boolean hasLabels() {
        return names.labels() != null;
    }

    /**
     * The labels.
     *
     * @return one per row, from 0; a copy
     * @throws IllegalStateException without labels
     */
    public int[] labels() {
        requireLabels("this set");
        return names.labels().clone();
    }

    /**
     * One label.
     *
     * @param index 0 .. size - 1
     * @return the label, from 0
     * @throws IllegalStateException without labels
     */
    public int label(int index) {
        requireLabels("this set");
        return names.labels()[index];
    }

    /**
     * The name of a row: what the image is called in its data set ({@code ImageDataset.id}), such
     * as the path of its file, or its index there.
     *
     * @param index 0 .. size - 1
     * @return the id; {@link #rows} and {@link #and} keep it
     */
    public String id(int index) {
        return names.id(Objects.checkIndex(index, size()));
    }

    /**
     * The names of all rows.
     *
     * @return {@link #id} of each, unmodifiable
     */
    public List<String> ids() {
        return names.ids() == null
                ? IntStream.range(0, size()).mapToObj(names::id).toList()
                : names.ids();
    }

    /** {@return whether rows have other names than their indices} */
    boolean hasIds() {
        return names.ids() != null;
    }

    /**
     * The names of the classes.
     *
     * @return names in label order, empty if the classes have none; unmodifiable
     */
    public List<String> classNames() {
        return names.classNames();
    }

    /**
     * The number of classes.
     *
     * @return the number of names, or without names the largest label plus one, or 0 without labels
     */
    public int classCount() {
        if (!hasLabels()) {
            return 0;
        }
        return classNames().isEmpty()
                ? Arrays.stream(names.labels()).max().orElse(-1) + 1
                : classNames().size();
    }

    /**
     * Where the features came from.
     *
     * @return text by key, unmodifiable
     */
    public Map<String, String> provenance() {
        return names.provenance();
    }

    /**
     * Some of the examples.
     *
     * @param rows the rows to take, at least one, in the order wanted
     * @return a set of those rows with their labels, ids, class names and provenance
     */
    public FeatureSet rows(int... rows) {
        return new FeatureSet(matrix.rows(rows), names.rows(rows));
    }

    /**
     * These examples, then others. Provenance stays where both have the same.
     *
     * @param others of the same width, with labels and class names if these have them
     * @return a set of all, with labels and ids
     * @throws IllegalArgumentException if widths, class names or the having of labels differ
     */
    public FeatureSet and(FeatureSet others) {
        if (others.width() != width()
                || others.hasLabels() != hasLabels()
                || !others.classNames().equals(classNames())) {
            throw new IllegalArgumentException(
                    "expected %d features and %s with class names %s, found %d and %s with %s"
                            .formatted(
                                    width(),
                                    hasLabels() ? "labels" : "no labels",
                                    classNames(),
                                    others.width(),
                                    others.hasLabels() ? "labels" : "no labels",
                                    others.classNames()));
        }
        return new FeatureSet(
                matrix.and(others.matrix), names.and(size(), others.names, others.size()));
    }

    /**
     * Some of the features, such as one section of a latent.
     *
     * @param from the first column
     * @param to the column after the last, above {@code from}
     * @return a set of those columns with labels, names and provenance
     * @throws IllegalArgumentException if there are no such columns
     */
    public FeatureSet columns(int from, int to) {
        return new FeatureSet(matrix.columns(from, to), names);
    }

    /**
     * The features less their means, divided by their deviations.
     *
     * @param statistics as many as there are features
     * @return the standardised set
     * @throws IllegalArgumentException if their number is another
     */
    public FeatureSet standardized(FeatureStatistics statistics) {
        return new FeatureSet(matrix.standardized(statistics), names);
    }

    /**
     * The features with every row divided by its L2 norm; a row of zeros stays as it is.
     *
     * @return the normalised set
     */
    public FeatureSet normalized() {
        return new FeatureSet(matrix.normalized(), names);
    }

    /**
     * Refuses a set without labels.
     *
     * @param what how the message names it
     * @throws IllegalStateException without labels
     */
    public void requireLabels(String what) {
        if (!hasLabels()) {
            throw new IllegalStateException(
                    "expected labels on %s of %d rows, found none; add them with withLabels"
                            .formatted(what, size()));
        }
    }
}
