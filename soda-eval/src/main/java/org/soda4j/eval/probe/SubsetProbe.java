package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.soda4j.data.IntRange;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How well a probe does with few labels, drawn from every class alike: the mean over random draws
 * with its 95 % interval. Published are 1 to 10 examples a class, and 1 % and 10 % of the labels.
 *
 * <pre>{@code
 * RepeatedResult five = SubsetProbe.fewShot(5).build().evaluate(train, test);
 * RepeatedResult some = SubsetProbe.labelFraction(0.01).build().evaluate(train, test);
 * }</pre>
 */
public final class SubsetProbe {

    private final Subset subset;
    private final FeatureProbe probe;
    private final int repetitions;
    private final long seed;

    /**
     * What is drawn.
     *
     * @param name for the result
     * @param take from the number of examples of a class to how many of them a subset has
     * @param least how many a class must have
     * @param remedy what to try where it has fewer
     */
    private record Subset(String name, IntUnaryOperator take, int least, String remedy) {}

    private SubsetProbe(Builder builder) {
        subset = builder.subset;
        probe = builder.probe;
        repetitions = builder.repetitions;
        seed = builder.seed;
    }

    /**
     * Starts with a number of examples of every class, 10 repetitions and a linear probe.
     *
     * @param examplesPerClass at least 1
     * @return a builder
     * @throws IllegalArgumentException if below 1
     */
    public static Builder fewShot(int examplesPerClass) {
        IntRange.atLeastOne("examplesPerClass", examplesPerClass);
        return new Builder(
                new Subset(
                        examplesPerClass + " a class",
                        count -> Math.min(count, examplesPerClass),
                        examplesPerClass,
                        "lower examplesPerClass"),
                10);
    }

    /**
     * Starts with a fraction of the labels of every class, 5 repetitions and a linear probe.
     *
     * @param fraction above 0, at most 1
     * @return a builder
     * @throws IllegalArgumentException if outside
     */
    public static Builder labelFraction(double fraction) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "fraction: expected above 0 and at most 1, found " + fraction);
        }
        return new Builder(
                new Subset(
                        String.format(Locale.ROOT, "%.4g %% of the labels", 100 * fraction),
                        count -> (int) Math.round(fraction * count),
                        (int) Math.ceil(0.5 / fraction),
                        "raise the fraction of " + fraction),
                5);
    }

    /**
     * Draws, fits and classifies all test examples, as often as asked.
     *
     * @param train labelled features to draw from
     * @param test labelled features of the same width and classes
     * @return the accuracies of the repetitions
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if widths or classes differ, or a class has fewer examples
     *     than asked for, or the fraction of them is not even half an example
     */
    public RepeatedResult evaluate(FeatureSet train, FeatureSet test) {
        ProbeData.require(train, test);
        ProbeData.requireExamples(train, subset.least, subset.remedy);
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
                chosen.addAll(shuffled.subList(0, subset.take.applyAsInt(rows.size())));
            }
            int[] rows = chosen.stream().mapToInt(Integer::intValue).toArray();
            ProbeResult result = probe.evaluate(train.rows(rows), test);
            accuracies[r] = result.accuracy();
            name = result.probe();
            examples = rows.length;
        }
        return new RepeatedResult(name + ", " + subset.name, examples, accuracies);
    }

    /** The settings of a probe on subsets. */
    public static final class Builder {

        private final Subset subset;
        private FeatureProbe probe = LinearProbe.onFeatures();
        private int repetitions;
        private long seed;

        private Builder(Subset subset, int repetitions) {
            this.subset = subset;
            this.repetitions = repetitions;
        }

        /**
         * What is fitted.
         *
         * @param probe default {@link LinearProbe#onFeatures()}
         * @return this
         */
        public Builder probe(FeatureProbe probe) {
            this.probe = Objects.requireNonNull(probe, "probe");
            return this;
        }

        /**
         * How often to draw.
         *
         * @param repetitions at least 1
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder repetitions(int repetitions) {
            this.repetitions = IntRange.atLeastOne("repetitions", repetitions);
            return this;
        }

        /**
         * What the draws derive from.
         *
         * @param seed the same seed draws the same examples; default 0
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Makes the probe.
         *
         * @return an immutable probe
         */
        public SubsetProbe build() {
            return new SubsetProbe(this);
        }
    }
}
