package org.soda4j.data.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.soda4j.data.IntRange;
import org.soda4j.data.SplitMix64;

/** Chooses from every class; see {@link ImageDataset#subset} and {@link ImageDataset#split}. */
final class Stratification {

    private Stratification() {}

    private record Candidate(int index, long rank) {}

    static int[] choose(ImageDataset data, int perClass, long seed) {
        IntRange.atLeastOne("perClass", perClass);
        int classes = data.classNames().size();
        if (classes == 0) {
            throw new IllegalArgumentException(
                    "expected labelled data for a stratified subset, found no class names; choose"
                            + " indices with select(int...)");
        }
        List<List<Candidate>> byClass = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            byClass.add(new ArrayList<>());
        }
        int size = Math.toIntExact(data.size());
        for (int i = 0; i < size; i++) {
            if (data.label(i) < 0) {
                continue;
            }
            byClass.get(data.label(i)).add(new Candidate(i, SplitMix64.hash(seed, i)));
        }
        List<Integer> chosen = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            List<Candidate> candidates = byClass.get(c);
            if (candidates.size() < perClass) {
                throw new IllegalArgumentException(
                        "class %d (%s): expected at least %d images, found %d"
                                .formatted(
                                        c, data.classNames().get(c), perClass, candidates.size()));
            }
            // Ranking by a hash of (seed, index) makes the smaller subset a part of the larger one.
            candidates.sort(Comparator.comparingLong(Candidate::rank));
            candidates.stream().limit(perClass).map(Candidate::index).forEach(chosen::add);
        }
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    static DatasetSplit split(ImageDataset data, double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new IllegalArgumentException(
                    "fraction: expected above 0 and below 1, found " + fraction);
        }
        int size = Math.toIntExact(data.size());
        Map<Integer, List<Candidate>> byClass = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            byClass.computeIfAbsent(data.label(i), label -> new ArrayList<>())
                    .add(new Candidate(i, SplitMix64.hash(seed, i)));
        }
        boolean[] first = new boolean[size];
        for (List<Candidate> candidates : byClass.values()) {
            candidates.sort(Comparator.comparingLong(Candidate::rank));
            candidates.stream()
                    .limit(Math.round(fraction * candidates.size()))
                    .forEach(candidate -> first[candidate.index()] = true);
        }
        int[] train = IntStream.range(0, size).filter(i -> first[i]).toArray();
        int[] test = IntStream.range(0, size).filter(i -> !first[i]).toArray();
        if (train.length == 0 || test.length == 0) {
            throw new IllegalArgumentException(
                    "expected two parts with images, found %d and %d of %d; take another fraction than %s"
                            .formatted(train.length, test.length, size, fraction));
        }
        return new DatasetSplit(data.select(train), data.select(test));
    }
}
