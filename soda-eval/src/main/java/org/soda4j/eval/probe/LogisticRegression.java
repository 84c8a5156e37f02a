package org.soda4j.eval.probe;

import ai.djl.engine.EngineException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.data.IntRange;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Multinomial logistic regression with an L2 penalty, by L-BFGS in double.
 *
 * <p>The objective is scikit-learn's ({@code LogisticRegression}, solver lbfgs): {@code C sum_i
 * loss_i + |W|^2 / 2} with the cross-entropy loss and unpenalised intercepts; two classes have one
 * weight vector. So are the optimiser, its start at zero and its default tolerance: with it the
 * probabilities are those of scikit-learn's defaults, which can lie a few hundredths from the
 * minimum. A tolerance of 1e-8 finds the minimum itself, which is unique.
 *
 * <p>Memory: the features once more in double, outside the heap.
 */
public final class LogisticRegression {

    private static final Logger LOGGER = LoggerFactory.getLogger(LogisticRegression.class);

    /** The curvature of more features takes too much memory. */
    private static final int MOST_CONDITIONED = 4096;

    /** Each asks for a fourth of the gradient of the one before. */
    private static final int MOST_ROUNDS = 10;

    private final double c;
    private final boolean standardize;
    private final double tolerance;
    private final int maxIterations;
    private final boolean isConditioned;

    private LogisticRegression(Builder builder) {
        c = builder.c;
        standardize = builder.standardize;
        tolerance = builder.tolerance;
        maxIterations = builder.maxIterations;
        isConditioned = builder.isConditioned;
    }

    /**
     * Starts with scikit-learn's defaults (C = 1, no standardisation, tolerance 1e-4).
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Fits a model.
     *
     * @param train labelled features with at least two classes among the examples
     * @return the model, with one row of weights for every class of the set; check {@link
     *     LogisticModel#converged}
     * @throws IllegalStateException if the set has no labels
     * @throws IllegalArgumentException if a class has no example, or there is only one class
     */
    public LogisticModel fit(FeatureSet train) {
        train.requireLabels("the training features");
        int[] counts = ProbeData.classCounts(train);
        if (counts.length < 2) {
            throw new IllegalArgumentException(
                    "expected at least two classes to tell apart, found " + counts.length);
        }
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] == 0) {
                throw new IllegalArgumentException(
                        "expected examples of every class, found none of class %s"
                                .formatted(ProbeData.className(train, label)));
            }
        }
        try (LogisticObjective objective = new LogisticObjective(train, c, standardize)) {
            Lbfgs.Minimum minimum =
                    isConditioned && objective.width() <= MOST_CONDITIONED
                            ? conditioned(objective)
                            : Lbfgs.minimize(
                                    objective, objective.start(), tolerance, maxIterations);
            boolean converged = minimum.gradientNorm() <= tolerance;
            if (!converged) {
                LOGGER.warn(
                        "logistic regression stopped after {} iterations with a gradient of {},"
                                + " above the tolerance {}; raise maxIterations or lower C",
                        minimum.iterations(),
                        minimum.gradientNorm(),
                        tolerance);
            }
            return objective.model(minimum, converged);
        }
    }

    /** The tolerance is of the objective's own gradient, which the search does not see. */
    private Lbfgs.Minimum conditioned(LogisticObjective objective) {
        try (ConditionedObjective conditioned = new ConditionedObjective(objective)) {
            double[] v = objective.start();
            double within = tolerance;
            int iterations = 0;
            for (int round = 1; ; round++) {
                Lbfgs.Minimum found =
                        Lbfgs.minimize(conditioned, v, within, maxIterations - iterations);
                v = found.x();
                iterations += found.iterations();
                double[] weights = conditioned.weights(v);
                double[] gradient = new double[v.length];
                double value = objective.evaluate(weights, gradient);
                double norm = Lbfgs.maxNorm(gradient);
                boolean stalled = found.gradientNorm() > within;
                if (norm <= tolerance
                        || stalled
                        || iterations >= maxIterations
                        || round == MOST_ROUNDS) {
                    return new Lbfgs.Minimum(weights, value, norm, iterations);
                }
                within /= 4;
            }
        } catch (EngineException e) {
            LOGGER.debug("features that have no factor are searched as they are", e);
            return Lbfgs.minimize(objective, objective.start(), tolerance, maxIterations);
        }
    }

    /** The same with another strength of the penalty. */
    LogisticRegression withC(double other) {
        Builder builder = new Builder();
        builder.standardize = standardize;
        builder.tolerance = tolerance;
        builder.maxIterations = maxIterations;
        builder.isConditioned = isConditioned;
        return builder.c(other).build();
    }

    /**
     * The inverse strength of the penalty.
     *
     * @return C
     */
    public double c() {
        return c;
    }

    /**
     * Whether features are standardised.
     *
     * @return true if the penalty acts on weights of standardised features
     */
    public boolean standardize() {
        return standardize;
    }

    /** The settings of a logistic regression. */
    public static final class Builder {

        private double c = 1;
        private boolean standardize;
        private double tolerance = 1e-4;
        private int maxIterations = 1000;
        private boolean isConditioned;

        private Builder() {}

        /**
         * The inverse strength of the L2 penalty.
         *
         * @param c above 0; default 1, scikit-learn's
         * @return this
         * @throws IllegalArgumentException if not above 0 or not finite
         */
        public Builder c(double c) {
            if (!(c > 0) || Double.isInfinite(c)) {
                throw new IllegalArgumentException("expected a finite C above 0, found " + c);
            }
            this.c = c;
            return this;
        }

        /**
         * Whether every feature is first brought to mean 0 and standard deviation 1 (over the
         * training examples, as scikit-learn's {@code StandardScaler}). Constant features stay.
         *
         * @param standardize default false
         * @return this
         */
        public Builder standardize(boolean standardize) {
            this.standardize = standardize;
            return this;
        }

        /**
         * When the solution is exact enough.
         *
         * @param tolerance largest component of the gradient of the mean loss, above 0; default
         *     1e-4, scikit-learn's; 1e-8 for the minimum itself
         * @return this
         * @throws IllegalArgumentException if not above 0
         */
        public Builder tolerance(double tolerance) {
            if (!(tolerance > 0)) {
                throw new IllegalArgumentException(
                        "expected a tolerance above 0, found " + tolerance);
            }
            this.tolerance = tolerance;
            return this;
        }

        /**
         * When to give up.
         *
         * @param maxIterations at least 1; default 1000 (scikit-learn gives up at 100)
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder maxIterations(int maxIterations) {
            this.maxIterations = IntRange.atLeastOne("maxIterations", maxIterations);
            return this;
        }

        /**
         * Whether the search goes by coordinates in which features are not correlated. It finds the
         * same minimum in a fraction of the steps, but for a tolerance that stops early not at the
         * point where scikit-learn's stops. Up to 4,096 features, whose second moments it needs
         * twice, in double, outside the heap; more are searched as they are.
         *
         * @param conditioned default false
         * @return this
         */
        public Builder conditioned(boolean conditioned) {
            isConditioned = conditioned;
            return this;
        }

        /**
         * Makes the regression.
         *
         * @return immutable settings, usable for any number of fits
         */
        public LogisticRegression build() {
            return new LogisticRegression(this);
        }
    }
}
