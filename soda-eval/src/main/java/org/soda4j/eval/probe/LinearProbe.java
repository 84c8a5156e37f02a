package org.soda4j.eval.probe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.eval.feature.FeatureSet;

/** Linear classification of frozen features. */
public final class LinearProbe implements FeatureProbe {

    private final LogisticRegression regression;

    private LinearProbe(LogisticRegression regression) {
        this.regression = regression;
    }

    /**
     * A probe on cached features: logistic regression with scikit-learn's defaults.
     *
     * @return the probe
     */
    public static LinearProbe onFeatures() {
        return onFeatures(LogisticRegression.builder().build());
    }

    /**
     * A probe on cached features whose columns get mean 0 and deviation 1 first, as features of
     * different sizes need; the search is conditioned ({@link
     * LogisticRegression.Builder#conditioned}).
     *
     * @return the probe
     */
    public static LinearProbe onStandardizedFeatures() {
        return onFeatures(LogisticRegression.builder().standardize(true).conditioned(true).build());
    }

    /**
     * A probe on cached features with settings of its own.
     *
     * @param regression how to fit
     * @return the probe
     */
    public static LinearProbe onFeatures(LogisticRegression regression) {
        return new LinearProbe(regression);
    }

    /**
     * The published recipe, which encodes new random crops of the training images in every epoch.
     *
     * @param soda the model; stays open and is not changed
     * @return a builder with the published settings
     */
    public static ImageLinearProbe.Builder onImages(Soda soda) {
        return new ImageLinearProbe.Builder(soda);
    }

    /**
     * Fits on the training features and classifies the test features.
     *
     * @param train labelled features with examples of every class
     * @param test labelled features of the same width and classes
     * @return accuracy, predictions and counts; the settings name C, standardisation, the
     *     iterations and whether the optimiser converged
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if widths or classes differ or a class has no training
     *     example
     */
    @Override
    public ProbeResult evaluate(FeatureSet train, FeatureSet test) {
        FeatureSet aligned = ProbeData.require(train, test);
        LogisticModel model = regression.fit(train);
        int[] predictions = model.predict(aligned);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("C", Double.toString(regression.c()));
        settings.put("standardize", Boolean.toString(regression.standardize()));
        settings.put("iterations", Integer.toString(model.iterations()));
        settings.put("converged", Boolean.toString(model.converged()));
        return new ProbeResult(
                "linear",
                settings,
                predictions,
                ConfusionMatrix.of(
                        ProbeData.namesFor(train, aligned), aligned.labels(), predictions));
    }
}
