package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.soda4j.eval.feature.FeatureSet;

/** Fits a probe on random subsets with a given number of examples of every class. */
final class SubsetProbe {

    private SubsetProbe() {}

    /**
     * Runs all repetitions.
     *
     * @param take from the number of examples of a class to how many of them a subset has
     */
    static RepeatedResult run(
            FeatureProbe probe,
            String what,
            FeatureSet train,
            FeatureSet test,
            IntUnaryOperator take,
            int repetitions,
            long seed) {
        List<List<Integer>> rowsOfClass = new ArrayList<>();
        for (int c = 0; c < train.classCount(); c++) {
            rowsOfClass.add(new ArrayList<>());
        }
        for (int i = 0; i < train.size(); i++) {
            rowsOfClass.get(train.label(i)).add(i);
        }
        Random random = new Random(seed);
        double[] accuracies = new double[repetitions];
        String name = "";
        int examples = 0;
        for (int r = 0; r < repetitions; r++) {
            List<Integer> chosen = new ArrayList<>();
            for (List<Integer> rows : rowsOfClass) {
                List<Integer> shuffled = new ArrayList<>(rows);
                Collections.shuffle(shuffled, random);
                chosen.addAll(shuffled.subList(0, take.applyAsInt(rows.size())));
            }
            int[] rows = chosen.stream().mapToInt(Integer::intValue).toArray();
            ProbeResult result = probe.evaluate(train.rows(rows), test);
            accuracies[r] = result.accuracy();
            name = result.probe();
            examples = rows.length;
        }
        return new RepeatedResult(name + ", " + what, examples, accuracies);
    }

    static int atLeastOne(String field, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "%s: expected at least 1, found %d".formatted(field, value));
        }
        return value;
    }
}
