package org.soda4j.eval.probe;

import java.util.Locale;
import java.util.Objects;
import org.soda4j.eval.feature.FeatureSet;

/**
 * How well a probe does with a fraction of the labels, drawn from every class alike: the mean over
 * random draws with its 95 % interval. Published fractions are 1 % and 10 %.
 *
 * <pre>{@code
 * RepeatedResult some = LabelFractionProbe.builder().fraction(0.01).build().evaluate(train, test);
 * }</pre>
 */
public final class LabelFractionProbe {

    private final FeatureProbe probe;
    private final double fraction;
    private final int repetitions;
    private final long seed;

    private LabelFractionProbe(Builder builder) {
        probe = builder.probe;
        fraction = builder.fraction;
        repetitions = builder.repetitions;
        seed = builder.seed;
    }

    /**
     * Starts with 1 % of the labels, 5 repetitions and a linear probe.
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
     * @throws IllegalArgumentException if widths or classes differ, or the fraction of a class is
     *     not even half an example
     */
    public RepeatedResult evaluate(FeatureSet train, FeatureSet test) {
        ProbeData.require(train, test);
        int least = (int) Math.ceil(0.5 / fraction);
        ProbeData.requireExamples(train, least, "raise the fraction of " + fraction);
        return SubsetProbe.run(
                probe,
                String.format(Locale.ROOT, "%.4g %% of the labels", 100 * fraction),
                train,
                test,
                count -> (int) Math.round(fraction * count),
                repetitions,
                seed);
    }

    /** The settings of a label-fraction probe. */
    public static final class Builder {

        private FeatureProbe probe = LinearProbe.onFeatures();
        private double fraction = 0.01;
        private int repetitions = 5;
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
         * The fraction of each class's training examples.
         *
         * @param fraction above 0, at most 1; default 0.01
         * @return this
         * @throws IllegalArgumentException if outside
         */
        public Builder fraction(double fraction) {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException(
                        "fraction: expected above 0 and at most 1, found " + fraction);
            }
            this.fraction = fraction;
            return this;
        }

        /**
         * How often to draw.
         *
         * @param repetitions at least 1; default 5
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
        public LabelFractionProbe build() {
            return new LabelFractionProbe(this);
        }
    }
}
