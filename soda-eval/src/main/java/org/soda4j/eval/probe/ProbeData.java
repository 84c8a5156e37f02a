package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.eval.feature.FeatureSet;

/** The checks on the two feature sets that every probe shares. */
final class ProbeData {

    private ProbeData() {}

    /**
     * Refuses a pair that no probe can use.
     *
     * @return the test set with the training set's labels
     */
    static FeatureSet require(FeatureSet train, FeatureSet test) {
        train.requireLabels("the training features");
        test.requireLabels("the test features");
        requireSameWidth("the training features", train, "the test features", test);
        int[] counts = classCounts(train);
        int[] places = places(train, test);
        int[] labels = test.labels();
        boolean same = true;
        for (int i = 0; i < labels.length; i++) {
            int place = places[labels[i]];
            if (place < 0 && isNamed(train) && isNamed(test)) {
                throw new IllegalArgumentException(
                        "expected the same classes in training and test features, found %s and %s"
                                .formatted(train.classNames(), test.classNames()));
            }
            if (place < 0 || place >= counts.length || counts[place] == 0) {
                throw new IllegalArgumentException(
                        "expected training examples of every test class, found none of class %s"
                                .formatted(className(test, labels[i])));
            }
            same &= place == labels[i];
            labels[i] = place;
        }
        return same ? test : test.withLabels(labels, train.classNames());
    }

    /** For each class of the test set that of the training set, or -1 for none. */
    private static int[] places(FeatureSet train, FeatureSet test) {
        int[] places = new int[test.classCount()];
        boolean byName = isNamed(train) && isNamed(test);
        Map<String, Integer> known = new HashMap<>();
        List<String> names = isNamed(train) && !byName ? List.of() : train.classNames();
        for (int i = 0; i < train.classCount(); i++) {
            known.putIfAbsent(names.isEmpty() ? Integer.toString(i) : names.get(i), i);
        }
        boolean numbered = !isNamed(test) && !test.classNames().isEmpty();
        for (int i = 0; i < places.length; i++) {
            String name = byName || numbered ? test.classNames().get(i) : Integer.toString(i);
            places[i] = known.getOrDefault(name, -1);
        }
        if (train.classNames().equals(test.classNames()) && isNamed(train)) {
            Arrays.setAll(places, i -> i); // Of equal names each stands for itself.
        }
        return places;
    }

    /** Whether classes have names that are more than their numbers. */
    private static boolean isNamed(FeatureSet set) {
        return !set.classNames().stream().allMatch(name -> name.matches("\\d{1,19}"));
    }

    /** Refuses a pair of sets whose widths differ. */
    static void requireSameWidth(String a, FeatureSet first, String b, FeatureSet second) {
        if (first.width() != second.width()) {
            throw new IllegalArgumentException(
                    "expected features of one width, found %d in %s and %d in %s; both must come from the same encoder"
                            .formatted(first.width(), a, second.width(), b));
        }
    }

    /** The number of examples of every class. */
    static int[] classCounts(FeatureSet set) {
        int[] counts = new int[set.classCount()];
        for (int label : set.labels()) {
            counts[label]++;
        }
        return counts;
    }

    /** Refuses a set with a class that has examples, but fewer than {@code least}. */
    static void requireExamples(FeatureSet set, int least, String why) {
        int[] counts = classCounts(set);
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] > 0 && counts[label] < least) {
                throw new IllegalArgumentException(
                        "expected at least %d training examples of every class, found %d of class %s; %s"
                                .formatted(least, counts[label], className(set, label), why));
            }
        }
    }

    /** "3 'cat'", or "3" without names. */
    static String className(FeatureSet set, int label) {
        return label < set.classNames().size()
                ? label + " '" + set.classNames().get(label) + "'"
                : Integer.toString(label);
    }

    /** The names for a confusion matrix: the set's, or the numbers. */
    static List<String> namesFor(FeatureSet train, FeatureSet test) {
        List<String> names = train.classNames().isEmpty() ? test.classNames() : train.classNames();
        if (!names.isEmpty()) {
            return names;
        }
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < train.classCount(); i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }
}
