package org.soda4j.eval.probe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.soda4j.eval.feature.FeatureSet;

/**
 * k-nearest-neighbour classification of frozen features: each test example takes the label that
 * most of its k nearest training examples have.
 *
 * <p>The defaults are the published protocol: k = 20, L2-normalised features, majority vote. The
 * search is exact. Of labels with equally many votes the smallest wins, as in scikit-learn's {@code
 * KNeighborsClassifier} with uniform weights. Of equally distant neighbours the one with the
 * smaller row counts, where scikit-learn leaves the order open.
 *
 * <pre>{@code
 * ProbeResult result = KnnProbe.builder().k(20).build().evaluate(train, test);
 * }</pre>
 */
public final class KnnProbe implements FeatureProbe {

    private final int k;
    private final KnnMetric metric;
    private final boolean allowSmallClasses;

    private KnnProbe(Builder builder) {
        k = builder.k;
        metric = builder.metric;
        allowSmallClasses = builder.allowSmallClasses;
    }

    /**
     * Starts with the published settings.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Classifies every test example.
     *
     * @param train labelled features to take neighbours from
     * @param test labelled features of the same width and classes
     * @return accuracy, predictions and counts; the settings name k and the metric
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if widths or classes differ, there are fewer than k training
     *     examples, a test class has no training example, or (unless allowed) a class has fewer
     *     than k
     */
    @Override
    public ProbeResult evaluate(FeatureSet train, FeatureSet test) {
        FeatureSet aligned = ProbeData.require(train, test);
        requireEnough(train);
        if (!allowSmallClasses) {
            ProbeData.requireExamples(
                    train,
                    k,
                    "such a class can hardly win a vote: lower k, or say allowSmallClasses(true) (probe --allow-small-classes)");
        }
        int[] predictions = predict(train, aligned);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("k", Integer.toString(k));
        settings.put("metric", metric.name().toLowerCase(Locale.ROOT));
        return new ProbeResult(
                "k-NN",
                settings,
                predictions,
                ConfusionMatrix.of(
                        ProbeData.namesFor(train, aligned), aligned.labels(), predictions));
    }

    /**
     * Finds the nearest rows, for a look at what the features find alike; needs no labels.
     *
     * @param base the rows to search
     * @param queries the rows to search for, of the same width
     * @return for every query the k nearest rows of {@code base} and their distances (of the
     *     normalised features with {@link KnnMetric#COSINE})
     * @throws IllegalArgumentException if the widths differ or there are fewer than k rows
     */
    public Neighbours neighbours(FeatureSet base, FeatureSet queries) {
        ProbeData.requireSameWidth("the searched features", base, "the queries", queries);
        requireEnough(base);
        boolean normalize = metric == KnnMetric.COSINE;
        FeatureSet rows = normalize ? base.normalized() : base;
        FeatureSet asked = normalize ? queries.normalized() : queries;
        return new NeighbourSearch(rows.sharedValues(), asked.sharedValues(), base.width(), k)
                .run();
    }

    private void requireEnough(FeatureSet base) {
        if (base.size() < k) {
            throw new IllegalArgumentException(
                    "expected at least k = %d examples to take neighbours from, found %d; lower k"
                            .formatted(k, base.size()));
        }
    }

    private int[] predict(FeatureSet train, FeatureSet test) {
        int[][] nearest = neighbours(train, test).indices();
        int[] predictions = new int[nearest.length];
        int classes = train.classCount();
        for (int i = 0; i < nearest.length; i++) {
            int[] votes = new int[classes];
            int winner = 0;
            for (int row : nearest[i]) {
                votes[train.label(row)]++;
            }
            for (int label = 1; label < votes.length; label++) {
                if (votes[label] > votes[winner]) {
                    winner = label;
                }
            }
            predictions[i] = winner;
        }
        return predictions;
    }

    /** The settings of a k-NN probe. */
    public static final class Builder {

        private int k = 20;
        private KnnMetric metric = KnnMetric.COSINE;
        private boolean allowSmallClasses;

        private Builder() {}

        /**
         * How many neighbours vote.
         *
         * @param k at least 1; default and published value 20
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder k(int k) {
            if (k < 1) {
                throw new IllegalArgumentException("expected k of at least 1, found " + k);
            }
            this.k = k;
            return this;
        }

        /**
         * What near means.
         *
         * @param metric default and published value {@link KnnMetric#COSINE}
         * @return this
         */
        public Builder metric(KnnMetric metric) {
            this.metric = Objects.requireNonNull(metric, "metric");
            return this;
        }

        /**
         * Whether a class may have fewer than k training examples; scikit-learn allows it silently.
         *
         * @param allowed default false: such a training set is refused
         * @return this
         */
        public Builder allowSmallClasses(boolean allowed) {
            this.allowSmallClasses = allowed;
            return this;
        }

        /**
         * Makes the probe.
         *
         * @return an immutable probe, usable any number of times
         */
        public KnnProbe build() {
            return new KnnProbe(this);
        }
    }
}
