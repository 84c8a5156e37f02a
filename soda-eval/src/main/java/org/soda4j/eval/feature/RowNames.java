package org.soda4j.eval.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is known of the rows of a set of features besides their numbers.
 *
 * @param labels one a row, or null
 * @param ids one a row, or null: the row's index is its id
 */
record RowNames(
        int[] labels, List<String> classNames, List<String> ids, Map<String, String> provenance) {

    static final RowNames NONE = new RowNames(null, List.of(), null, Map.of());

    RowNames withLabels(int[] other, List<String> names) {
        return new RowNames(other.clone(), List.copyOf(names), ids, provenance);
    }

    RowNames withIds(List<String> other) {
        return new RowNames(labels, classNames, List.copyOf(other), provenance);
    }

    RowNames withProvenance(Map<String, String> other) {
        return new RowNames(
                labels, classNames, ids, Collections.unmodifiableMap(new LinkedHashMap<>(other)));
    }

    String id(int row) {
        return ids == null ? Integer.toString(row) : ids.get(row);
    }

    RowNames rows(int... rows) {
        return new RowNames(
                labels == null ? null : Arrays.stream(rows).map(row -> labels[row]).toArray(),
                classNames,
                IntStream.of(rows).mapToObj(this::id).toList(),
                provenance);
    }

    /** These rows, then others; labels and class names are the same kind in both. */
    RowNames and(int size, RowNames other, int otherSize) {
        List<String> all = new ArrayList<>();
        IntStream.range(0, size).mapToObj(this::id).forEach(all::add);
        IntStream.range(0, otherSize).mapToObj(other::id).forEach(all::add);
        int[] both = null;
        if (labels != null) {
            both = Arrays.copyOf(labels, size + otherSize);
            System.arraycopy(other.labels, 0, both, size, otherSize);
        }
        return new RowNames(
                both, classNames, all, provenance.equals(other.provenance) ? provenance : Map.of());
    }
}
