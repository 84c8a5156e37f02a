package org.soda4j.eval.disentanglement;

/**
 * What predicts a factor from codes. DCI's disentanglement and completeness come from the
 * importance that it gives each number, informativeness from its score on held-out codes.
 */
public enum FactorPredictor {

    /**
     * Lasso regression, of indicators for a categorical factor, its penalty chosen on held-out
     * codes: one of the two of DCI's paper. Only linear relations count, so that it asks for more
     * than {@link #BOOSTED_TREES}: eight hues on a circle need seven directions of the code.
     */
    LASSO {
        @Override
        FactorRegression fit(CodeSplit split, Factor factor, int from, int to) {
            return FactorRegression.fit(split, factor, from, to);
        }
    },

    /**
     * Gradient-boosted trees (100 rounds of depth 3 at a rate of 0.1), as in most published values
     * of DCI: Locatello et al., Challenging common assumptions in the unsupervised learning of
     * disentangled representations, 2019, appendix C. Relations of any form count; importance is
     * how much the splits at a number reduce the squared error, of sum 1. They take the levels of
     * every factor for classes and give the accuracy; here a factor with order is predicted by its
     * value, and chance scores 0. To have theirs, make each factor {@link Factor#categorical}.
     */
    BOOSTED_TREES {
        @Override
        FactorRegression fit(CodeSplit split, Factor factor, int from, int to) {
            return BoostedTrees.fit(split, factor, from, to);
        }
    };

    abstract FactorRegression fit(CodeSplit split, Factor factor, int from, int to);
}
