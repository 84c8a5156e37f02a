package org.soda4j.data.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.soda4j.data.IntRange;
import org.soda4j.data.SplitMix64;

/**
 * Chooses the same number of images from every class; see {@link ImageDataset#subset(int, long)}.
 */
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
}
