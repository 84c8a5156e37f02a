package org.soda4j.eval.disentanglement;

import java.util.Arrays;

/**
 * A binary tree that is grown level by level, each split the one that reduces the squared error
 * most (L. Breiman et al., "Classification and regression trees", 1984). Node i has the children 2
 * i + 1 and 2 i + 2. Its values are the caller's.
 */
final class RegressionTree {

    /** Numbers that are closer are not parted. */
    private static final double LEAST_STEP = 1e-7;

    private final int[] feature;
    private final double[] threshold;
    private final double[] value;
    private final int[] leaf;

    private RegressionTree(int nodes, int rows) {
        feature = new int[nodes];
        Arrays.fill(feature, -1);
        threshold = new double[nodes];
        value = new double[nodes];
        leaf = new int[rows];
    }

    /**
     * @param x {@code [rows][features]}
     * @param sorted {@code [features][rows]}: the rows in the order of each feature
     * @param ascending {@code [features][rows]}: the feature's values in that order
     * @param target one value a row
     * @param depth at least 1
     * @param gain {@code [features]}: what the splits at a feature take off the sum of squared
     *     errors is added
     */
    static RegressionTree grow(
            double[][] x,
            int[][] sorted,
            double[][] ascending,
            double[] target,
            int depth,
            double[] gain) {
        int rows = x.length;
        RegressionTree tree = new RegressionTree((2 << depth) - 1, rows);
        for (int level = 0; level < depth; level++) {
            tree.split(sorted, ascending, target, (1 << level) - 1, (2 << level) - 1, gain);
            for (int i = 0; i < rows; i++) {
                tree.leaf[i] = tree.next(tree.leaf[i], x[i]);
            }
        }
        return tree;
    }

    /** Finds the best split of each node in [first, end). */
    private void split(
            int[][] sorted,
            double[][] ascending,
            double[] target,
            int first,
            int end,
            double[] gain) {
        double[] sum = new double[end];
        double[] squares = new double[end];
        int[] count = new int[end];
        for (int i = 0; i < leaf.length; i++) {
            sum[leaf[i]] += target[i];
            squares[leaf[i]] += target[i] * target[i];
            count[leaf[i]]++;
        }
        double[] best = new double[end];
        Arrays.fill(best, -1);
        double[] left = new double[end];
        int[] seen = new int[end];
        double[] last = new double[end];
        for (int f = 0; f < sorted.length; f++) {
            Arrays.fill(left, 0);
            Arrays.fill(seen, 0);
            for (int rank = 0; rank < leaf.length; rank++) {
                int i = sorted[f][rank];
                int node = leaf[i];
                if (node < first) {
                    continue; // A leaf of an earlier level.
                }
                double code = ascending[f][rank];
                if (seen[node] > 0 && code > last[node] + LEAST_STEP) {
                    int n = count[node];
                    double difference =
                            left[node] * (n - seen[node]) - (sum[node] - left[node]) * seen[node];
                    double reduced =
                            difference * difference / ((double) seen[node] * (n - seen[node]) * n);
                    if (reduced > best[node]) {
                        best[node] = reduced;
                        feature[node] = f;
                        threshold[node] = last[node] / 2 + code / 2;
                    }
                }
                left[node] += target[i];
                seen[node]++;
                last[node] = code;
            }
        }
        for (int node = first; node < end; node++) {
            double error = squares[node] - sum[node] * sum[node] / Math.max(1, count[node]);
            if (error <= Math.ulp(1.0) * count[node]) {
                feature[node] = -1; // All alike.
            } else if (feature[node] >= 0) {
                gain[feature[node]] += best[node];
            }
        }
    }

    private int next(int node, double[] code) {
        int f = feature[node];
        return f < 0 ? node : 2 * node + (code[f] <= threshold[node] ? 1 : 2);
    }

    /** The leaf that each row it was grown from fell into. */
    int[] leaves() {
        return leaf;
    }

    /** The values of the nodes, to be set. */
    double[] values() {
        return value;
    }

    double predict(double[] code) {
        int node = 0;
        while (feature[node] >= 0) {
            node = next(node, code);
        }
        return value[node];
    }
}
