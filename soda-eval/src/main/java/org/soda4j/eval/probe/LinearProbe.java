package org.soda4j.eval.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.eval.feature.FeatureSet;

/** Linear classification of frozen features. */
public final class LinearProbe implements FeatureProbe {

    /** Of the held-out accuracy of equal ones the first, the strongest penalty, is taken. */
    private static final List<Double> CHOICE = List.of(0.001, 0.01, 0.1, 1.0);

    /** A fifth of fewer examples tells too little. */
    private static final int LEAST_TO_CHOOSE = 1000;

    private static final int HELD_OUT = 5;

    private final LogisticRegression regression;
    private final boolean isCChosen;

    private LinearProbe(LogisticRegression regression, boolean isCChosen) {
        this.regression = regression;
        this.isCChosen = isCChosen;
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
     * <p>From 1,000 training examples on, C is chosen for each kind of features among 0.001, 0.01,
     * 0.1 and 1, by the accuracy on every fifth training example of a class after a fit to the
     * others: raw pixels want a stronger penalty than learned features do, and a comparison is to
     * show each at its best. With fewer examples, or fewer than five of a class, C is 1.
     *
     * @return the probe
     */
    public static LinearProbe onStandardizedFeatures() {
        return new LinearProbe(
                LogisticRegression.builder().standardize(true).conditioned(true).build(), true);
    }

    /**
     * A probe on cached features with settings of its own.
     *
     * @param regression how to fit
     * @return the probe
     */
    public static LinearProbe onFeatures(LogisticRegression regression) {
        return new LinearProbe(regression, false);
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
        LogisticRegression chosen = isCChosen ? chosen(train) : regression;
        LogisticModel model = chosen.fit(train);
        int[] predictions = model.predict(aligned);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("C", Double.toString(chosen.c()));
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

    /** With the C that does best on every fifth example of a class. */
    private LogisticRegression chosen(FeatureSet train) {
        if (train.size() < LEAST_TO_CHOOSE
                || Arrays.stream(ProbeData.classCounts(train)).min().orElse(0) < HELD_OUT) {
            return regression;
        }
        int[] seen = new int[train.classCount()];
        List<Integer> learnedRows = new ArrayList<>();
        List<Integer> heldRows = new ArrayList<>();
        for (int i = 0; i < train.size(); i++) {
            boolean isHeld = ++seen[train.label(i)] % HELD_OUT == 0;
            (isHeld ? heldRows : learnedRows).add(i);
        }
        FeatureSet learned = rows(train, learnedRows);
        FeatureSet held = rows(train, heldRows);
        LogisticRegression best = regression;
        long most = -1;
        for (double c : CHOICE) {
            LogisticRegression candidate = regression.withC(c);
            int[] predictions = candidate.fit(learned).predict(held);
            long right =
                    IntStream.range(0, held.size())
                            .filter(i -> predictions[i] == held.label(i))
                            .count();
            if (right > most) {
                most = right;
                best = candidate;
            }
        }
        return best;
    }

    private static FeatureSet rows(FeatureSet set, List<Integer> rows) {
        return set.rows(rows.stream().mapToInt(i -> i).toArray());
    }
}
