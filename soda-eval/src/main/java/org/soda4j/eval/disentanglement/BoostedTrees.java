package org.soda4j.eval.disentanglement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Gradient boosting (J. Friedman, "Greedy function approximation: a gradient boosting machine",
 * 2001): squared error for a factor with order, multinomial or binomial likelihood with one Newton
 * step in each leaf for a categorical one. 100 rounds, depth 3 and a rate of 0.1, scikit-learn's
 * defaults, which the usual implementations of DCI take.
 */
final class BoostedTrees {

    private static final int ROUNDS = 100;
    private static final int DEPTH = 3;
    private static final double RATE = 0.1;
    private static final double LEAST_PRIOR = 1e-12;

    private final double[] first;
    private final RegressionTree[][] trees = new RegressionTree[ROUNDS][];
    private final double[] importance;
    private final boolean categorical;

    /**
     * @param x {@code [rows][features]}
     * @param targets one value a row; categories from 0 for a categorical factor
     * @param categories their number, at least 2; 0: the factor has an order
     */
    BoostedTrees(double[][] x, double[] targets, int categories) {
        categorical = categories > 0;
        int rows = x.length;
        int features = x[0].length;
        int outputs = categories > 2 ? categories : 1;
        int[][] sorted = new int[features][];
        for (int f = 0; f < features; f++) {
            int column = f;
            sorted[f] =
                    IntStream.range(0, rows)
                            .boxed()
                            .sorted(Comparator.comparingDouble(i -> x[i][column]))
                            .mapToInt(Integer::intValue)
                            .toArray();
        }
        double[][] ascending = new double[features][rows];
        for (int f = 0; f < features; f++) {
            for (int rank = 0; rank < rows; rank++) {
                ascending[f][rank] = x[sorted[f][rank]][f];
            }
        }
        double[][] wanted = new double[outputs][rows];
        first = new double[outputs];
        for (int k = 0; k < outputs; k++) {
            int category = outputs == 1 ? 1 : k;
            Arrays.setAll(
                    wanted[k], i -> categorical ? (targets[i] == category ? 1 : 0) : targets[i]);
            double mean = Arrays.stream(wanted[k]).average().orElseThrow();
            double p = Math.min(Math.max(mean, LEAST_PRIOR), 1 - LEAST_PRIOR);
            first[k] = !categorical ? mean : outputs == 1 ? Math.log(p / (1 - p)) : Math.log(p);
        }
        double[][] scores = new double[rows][];
        Arrays.setAll(scores, i -> first.clone());
        double[] gain = new double[features];
        for (int round = 0; round < ROUNDS; round++) {
            double[][] expected = new double[rows][];
            Arrays.setAll(expected, i -> expectation(scores[i]));
            trees[round] = new RegressionTree[outputs];
            for (int k = 0; k < outputs; k++) {
                int output = k;
                double[] residual = new double[rows];
                Arrays.setAll(residual, i -> wanted[output][i] - expected[i][output]);
                RegressionTree tree =
                        RegressionTree.grow(x, sorted, ascending, residual, DEPTH, gain);
                setValues(tree, residual, expected, k);
                for (int i = 0; i < rows; i++) {
                    scores[i][k] += tree.values()[tree.leaves()[i]];
                }
                trees[round][k] = tree;
            }
        }
        double total = Arrays.stream(gain).sum();
        importance = Arrays.stream(gain).map(g -> total > 0 ? g / total : 0).toArray();
    }

    /** Means of the residuals, or one Newton step of the likelihood, times the rate. */
    private void setValues(RegressionTree tree, double[] residual, double[][] expected, int k) {
        double[] values = tree.values();
        double[] curvature = new double[values.length];
        for (int i = 0; i < residual.length; i++) {
            int leaf = tree.leaves()[i];
            double p = expected[i][k];
            values[leaf] += residual[i];
            curvature[leaf] += categorical ? p * (1 - p) : 1;
        }
        double outputs = first.length;
        double scale = RATE * (categorical && outputs > 1 ? (outputs - 1) / outputs : 1);
        for (int leaf = 0; leaf < values.length; leaf++) {
            // Where the model is certain already there is no step to take.
            values[leaf] = curvature[leaf] < 1e-150 ? 0 : scale * values[leaf] / curvature[leaf];
        }
    }

    /** What the model expects where the scores are these: a value, or probabilities. */
    private double[] expectation(double[] scores) {
        if (!categorical) {
            return scores;
        }
        if (scores.length == 1) {
            return new double[] {1 / (1 + Math.exp(-scores[0]))};
        }
        double largest = Arrays.stream(scores).max().orElseThrow();
        double[] p = Arrays.stream(scores).map(s -> Math.exp(s - largest)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(v -> v / sum).toArray();
    }

    /** The value, or the most probable category. */
    double predict(double[] code) {
        double[] scores = first.clone();
        for (RegressionTree[] round : trees) {
            for (int k = 0; k < scores.length; k++) {
                scores[k] += round[k].predict(code);
            }
        }
        if (!categorical) {
            return scores[0];
        }
        if (scores.length == 1) {
            return scores[0] > 0 ? 1 : 0;
        }
        return IntStream.range(0, scores.length)
                .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                .orElseThrow();
    }

    /** Of sum 1, or 0 where nothing is split. */
    double[] importance() {
        return importance;
    }

    /** Learns from three quarters of the codes and scores on the last. */
    static FactorRegression fit(CodeSplit split, Factor factor, int from, int to) {
        int[] rows =
                IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.choose()))
                        .toArray();
        double[] values = factor.values();
        double[][] x =
                Arrays.stream(rows).mapToObj(i -> split.row(i, from, to)).toArray(double[][]::new);
        double[] targets = Arrays.stream(rows).mapToDouble(i -> values[i]).toArray();
        int categories =
                factor.categorical() ? 1 + (int) Arrays.stream(values).max().orElseThrow() : 0;
        BoostedTrees model = new BoostedTrees(x, targets, categories);
        double[] predictions = new double[values.length];
        Arrays.setAll(predictions, i -> model.predict(split.row(i, from, to)));
        return FactorRegression.of(factor, model.importance(), predictions, split);
    }
}
