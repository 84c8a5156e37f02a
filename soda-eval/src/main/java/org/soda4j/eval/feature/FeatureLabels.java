package org.soda4j.eval.feature;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels as a file has them, turned into classes from 0. Texts are classes in their order; numbers
 * that leave some out, such as 0, 1000 and 2000, are classes that are named by their numbers.
 *
 * @param indices one a row, from 0
 * @param names in label order, empty where the classes have none
 */
record FeatureLabels(int[] indices, List<String> names) {

    /** Of texts: the file's names in its order or, without names, every text once, sorted. */
    static FeatureLabels ofTexts(List<String> texts, List<String> names) {
        List<String> classes =
                names.isEmpty() ? texts.stream().sorted().distinct().toList() : names;
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < classes.size(); i++) {
            places.putIfAbsent(classes.get(i), i);
        }
        int[] indices = new int[texts.size()];
        for (int i = 0; i < indices.length; i++) {
            Integer place = places.get(texts.get(i));
            if (place == null) {
                throw new IllegalArgumentException(
                        "expected one of the class names, found '%s' at row %d"
                                .formatted(texts.get(i), i));
            }
            indices[i] = place;
        }
        return new FeatureLabels(indices, classes);
    }

    /** Of real numbers, which have to be whole. */
    static FeatureLabels ofReals(double[] numbers, List<String> names) {
        long[] whole = new long[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            whole[i] = (long) numbers[i];
            if (whole[i] != numbers[i]) {
                throw new IllegalArgumentException(
                        "expected whole numbers, found %s at row %d".formatted(numbers[i], i));
            }
        }
        return ofNumbers(whole, names);
    }

    /** Of whole numbers from 0. */
    static FeatureLabels ofNumbers(long[] numbers, List<String> names) {
        long[] distinct = Arrays.stream(numbers).sorted().distinct().toArray();
        if (distinct.length > 0 && distinct[0] < 0) {
            throw refused("expected labels of at least 0", numbers, distinct[0]);
        }
        long most = distinct.length == 0 ? -1 : distinct[distinct.length - 1];
        if (!names.isEmpty() && most >= names.size()) {
            throw refused("expected labels from 0 to " + (names.size() - 1), numbers, most);
        }
        boolean gaps = names.isEmpty() && most >= distinct.length;
        int[] indices =
                Arrays.stream(numbers)
                        .mapToInt(n -> gaps ? Arrays.binarySearch(distinct, n) : (int) n)
                        .toArray();
        return new FeatureLabels(
                indices, gaps ? Arrays.stream(distinct).mapToObj(Long::toString).toList() : names);
    }

    private static IllegalArgumentException refused(String expected, long[] numbers, long found) {
        int row = 0;
        while (numbers[row] != found) {
            row++;
        }
        return new IllegalArgumentException(
                "%s, found %d at row %d".formatted(expected, found, row));
    }
}
