package org.soda4j.eval.probe;

import org.soda4j.eval.feature.FeatureSet;

/** A classifier on frozen features, whose test accuracy says how much the features know. */
@FunctionalInterface
public interface FeatureProbe {

    /**
     * Fits on the training features and classifies the test features.
     *
     * @param train labelled features
     * @param test labelled features of the same width and classes
     * @return what was found
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if the sets do not fit each other or the probe
     */
    ProbeResult evaluate(FeatureSet train, FeatureSet test);
}
