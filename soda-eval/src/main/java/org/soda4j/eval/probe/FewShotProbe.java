package org.soda4j.eval.probe;

import java.util.Objects;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How well a probe does with n training examples of every class: the mean over random draws with
 * its 95 % interval.
 *
 * <pre>{@code
 * RepeatedResult five = FewShotProbe.builder().examplesPerClass(5).build().evaluate(train, test);
 * }</pre>
 */
public final class FewShotProbe {

    private final FeatureProbe probe;
    private final int examplesPerClass;
    private final int repetitions;
    private final long seed;

    private FewShotProbe(Builder builder) {
        probe = builder.probe;
        examplesPerClass = builder.examplesPerClass;
        repetitions = builder.repetitions;
        seed = builder.seed;
    }

    /**
     * Starts with 5 examples of every class, 10 repetitions and a linear probe.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Draws, fits and classifies all test examples, as often as asked.
     *
     * @param train labelled features to draw from
     * @param test labelled features of the same width and classes
     * @return the accuracies of the repetitions
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if widths or classes differ, or a class has fewer examples
     *     than asked for
     */
    public RepeatedResult evaluate(FeatureSet train, FeatureSet test) {
        ProbeData.require(train, test);
        ProbeData.requireExamples(train, examplesPerClass, "lower examplesPerClass");
        return SubsetProbe.run(
                probe,
                examplesPerClass + " a class",
                train,
                test,
                count -> Math.min(count, examplesPerClass),
                repetitions,
                seed);
    }

    /** The settings of a few-shot probe. */
    public static final class Builder {

        private FeatureProbe probe = LinearProbe.onFeatures();
        private int examplesPerClass = 5;
        private int repetitions = 10;
        private long seed;

        private Builder() {}

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
         * The number of training examples of every class.
         *
         * @param examples at least 1; default 5
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder examplesPerClass(int examples) {
            examplesPerClass = SubsetProbe.atLeastOne("examplesPerClass", examples);
            return this;
        }

        /**
         * How often to draw.
         *
         * @param repetitions at least 1; default 10
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder repetitions(int repetitions) {
            this.repetitions = SubsetProbe.atLeastOne("repetitions", repetitions);
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
        public FewShotProbe build() {
            return new FewShotProbe(this);
        }
    }
}
