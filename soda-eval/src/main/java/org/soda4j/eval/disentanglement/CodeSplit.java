package org.soda4j.eval.disentanglement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.soda4j.eval.feature.FeatureSet;

/**
 * Codes standardised by their training part, cut into a half for training and quarters for choosing
 * and for testing, at random with a fixed seed.
 */
final class CodeSplit {

    private static final long SEED = 0;

    private final double[][] codes;
    private final int[] train;
    private final int[] choose;
    private final int[] test;
    private final double[][] gram;

    CodeSplit(FeatureSet set) {
        int n = set.size();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(SEED));
        int[] rows = order.stream().mapToInt(Integer::intValue).toArray();
        train = Arrays.copyOfRange(rows, 0, n / 2);
        choose = Arrays.copyOfRange(rows, n / 2, n * 3 / 4);
        test = Arrays.copyOfRange(rows, n * 3 / 4, n);
        codes = new double[n][set.width()];
        for (int i = 0; i < n; i++) {
            float[] row = set.row(i);
            for (int j = 0; j < row.length; j++) {
                codes[i][j] = row[j];
            }
        }
        for (int j = 0; j < set.width(); j++) {
            standardize(j);
        }
        gram = new double[set.width()][set.width()];
        for (int row : train) {
            double[] code = codes[row];
            for (int j = 0; j < code.length; j++) {
                for (int k = 0; k <= j; k++) {
                    gram[j][k] += code[j] * code[k] / train.length;
                    gram[k][j] = gram[j][k];
                }
            }
        }
    }

    private void standardize(int column) {
        double mean = 0;
        double squares = 0;
        for (int row : train) {
            mean += codes[row][column] / train.length;
        }
        for (int row : train) {
            squares += Math.pow(codes[row][column] - mean, 2) / train.length;
        }
        double scale = squares > 0 ? Math.sqrt(squares) : 1;
        for (double[] code : codes) {
            code[column] = (code[column] - mean) / scale;
        }
    }

    int width() {
        return gram.length;
    }

    int[] train() {
        return train;
    }

    int[] choose() {
        return choose;
    }

    int[] test() {
        return test;
    }

    /** {@code X^T X / n} of some columns of the training part. */
    double[][] gram(int from, int to) {
        double[][] part = new double[to - from][to - from];
        for (int j = from; j < to; j++) {
            for (int k = from; k < to; k++) {
                part[j - from][k - from] = gram[j][k];
            }
        }
        return part;
    }

    /** {@code X^T y / n} of some columns of the training part; {@code y} is centred. */
    double[] correlation(double[] y, int from, int to) {
        double[] result = new double[to - from];
        for (int row : train) {
            for (int j = from; j < to; j++) {
                result[j - from] += codes[row][j] * y[row] / train.length;
            }
        }
        return result;
    }

    /** Some columns of one code. */
    double[] row(int row, int from, int to) {
        return Arrays.copyOfRange(codes[row], from, to);
    }

    double predict(int row, double[] weights, int from) {
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            sum += codes[row][from + j] * weights[j];
        }
        return sum;
    }
}
