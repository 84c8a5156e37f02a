package org.soda4j.eval.disentanglement;

import java.util.Arrays;

/**
 * How well a factor is predicted from some columns of the codes, and what by. {@link #fit} does so
 * by lasso: the values of a factor with order, or an indicator of each category. Of a path of
 * penalties the one with the least squared error on the choosing part is taken.
 *
 * @param importance of each column; by lasso its mean absolute weight over the targets, which are
 *     scaled to variance 1
 * @param score on the test part: the coefficient of determination, at least 0, for a factor with
 *     order; accuracy rescaled so that always guessing the most frequent category scores 0, for a
 *     categorical one
 * @param predictions for every example: the predicted value or category
 */
record FactorRegression(double[] importance, double score, double[] predictions) {

    private static final double LARGEST_PENALTY = 1;
    private static final double SHRINKAGE = 0.4;
    private static final int PENALTIES = 9;

    static FactorRegression fit(CodeSplit split, Factor factor, int from, int to) {
        double[][] targets = targets(factor);
        double[] means = new double[targets.length];
        double[] scales = new double[targets.length];
        for (int t = 0; t < targets.length; t++) {
            standardize(split, targets[t], t, means, scales);
        }
        double[][] gram = split.gram(from, to);
        double[][] correlations = new double[targets.length][];
        for (int t = 0; t < targets.length; t++) {
            correlations[t] = split.correlation(targets[t], from, to);
        }
        double[][] weights = new double[targets.length][to - from];
        double[][] best = null;
        double leastError = Double.POSITIVE_INFINITY;
        double penalty = LARGEST_PENALTY;
        for (int p = 0; p < PENALTIES; p++) {
            penalty *= SHRINKAGE;
            for (int t = 0; t < targets.length; t++) {
                Lasso.solve(gram, correlations[t], penalty, weights[t]);
            }
            double error = 0;
            for (int t = 0; t < targets.length; t++) {
                for (int row : split.choose()) {
                    error += Math.pow(targets[t][row] - split.predict(row, weights[t], from), 2);
                }
            }
            if (error < leastError) {
                leastError = error;
                best = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
            }
        }
        double[] predictions = predict(split, factor, best, means, scales, from);
        double[] importance = new double[to - from];
        for (double[] target : best) {
            for (int j = 0; j < importance.length; j++) {
                importance[j] += Math.abs(target[j]) / best.length;
            }
        }
        return of(factor, importance, predictions, split);
    }

    /** Scores predictions on the test part. */
    static FactorRegression of(
            Factor factor, double[] importance, double[] predictions, CodeSplit split) {
        double score = Math.max(0, score(factor, predictions, split.test()));
        return new FactorRegression(importance, score, predictions);
    }

    private static double[][] targets(Factor factor) {
        double[] values = factor.values();
        if (!factor.categorical()) {
            return new double[][] {values};
        }
        int categories = (int) Arrays.stream(values).max().orElseThrow() + 1;
        double[][] targets = new double[categories][values.length];
        for (int i = 0; i < values.length; i++) {
            targets[(int) values[i]][i] = 1;
        }
        return targets;
    }

    private static void standardize(
            CodeSplit split, double[] target, int t, double[] means, double[] scales) {
        int[] train = split.train();
        for (int row : train) {
            means[t] += target[row] / train.length;
        }
        double squares = 0;
        for (int row : train) {
            squares += Math.pow(target[row] - means[t], 2) / train.length;
        }
        scales[t] = squares > 0 ? Math.sqrt(squares) : 1;
        for (int i = 0; i < target.length; i++) {
            target[i] = (target[i] - means[t]) / scales[t];
        }
    }

    private static double[] predict(
            CodeSplit split,
            Factor factor,
            double[][] weights,
            double[] means,
            double[] scales,
            int from) {
        double[] predictions = new double[factor.values().length];
        for (int i = 0; i < predictions.length; i++) {
            double best = Double.NEGATIVE_INFINITY;
            for (int t = 0; t < weights.length; t++) {
                double value = means[t] + scales[t] * split.predict(i, weights[t], from);
                if (!factor.categorical()) {
                    predictions[i] = value;
                } else if (value > best) {
                    best = value;
                    predictions[i] = t;
                }
            }
        }
        return predictions;
    }

    private static double score(Factor factor, double[] predictions, int[] rows) {
        double[] values = factor.values();
        if (factor.categorical()) {
            int[] counts = new int[(int) Arrays.stream(values).max().orElseThrow() + 1];
            double correct = 0;
            for (int row : rows) {
                counts[(int) values[row]]++;
                correct += values[row] == predictions[row] ? 1 : 0;
            }
            double chance = (double) Arrays.stream(counts).max().orElseThrow() / rows.length;
            return chance == 1 ? 0 : (correct / rows.length - chance) / (1 - chance);
        }
        double mean = Arrays.stream(rows).mapToDouble(row -> values[row]).average().orElseThrow();
        double error = 0;
        double total = 0;
        for (int row : rows) {
            error += Math.pow(values[row] - predictions[row], 2);
            total += Math.pow(values[row] - mean, 2);
        }
        return total == 0 ? 0 : 1 - error / total;
    }
}
