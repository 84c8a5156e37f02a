package org.soda4j.eval.disentanglement;

import java.util.Arrays;

/** Mutual information of discretised variables, in nats. */
public final class MutualInformation {

    /** Equal-width bins, as in Locatello et al., 2019, appendix C. */
    private static final int BINS = 20;

    private MutualInformation() {}

    /** Numbers values from 0: each its own if there are few, else by bins of equal width. */
    static int[] discretize(double[] values) {
        double[] distinct = Arrays.stream(values).distinct().sorted().toArray();
        if (distinct.length <= BINS) {
            return Arrays.stream(values).mapToInt(v -> Arrays.binarySearch(distinct, v)).toArray();
        }
        double low = distinct[0];
        double width = (distinct[distinct.length - 1] - low) / BINS;
        return Arrays.stream(values)
                .mapToInt(v -> (int) Math.min(BINS - 1, Math.floor((v - low) / width)))
                .toArray();
    }

    /**
     * Measures how much one variable says of another.
     *
     * @param a categories from 0, one an example
     * @param b as many
     * @return the mutual information of their joint frequencies, at least 0; for few examples it is
     *     above that of the distribution they come from
     */
    public static double of(int[] a, int[] b) {
        int rows = max(a) + 1;
        int columns = max(b) + 1;
        double[][] joint = new double[rows][columns];
        double[] p = new double[rows];
        double[] q = new double[columns];
        double unit = 1.0 / a.length;
        for (int i = 0; i < a.length; i++) {
            joint[a[i]][b[i]] += unit;
            p[a[i]] += unit;
            q[b[i]] += unit;
        }
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                if (joint[i][j] > 0) {
                    sum += joint[i][j] * Math.log(joint[i][j] / (p[i] * q[j]));
                }
            }
        }
        return Math.max(0, sum);
    }

    static double entropy(int[] a) {
        return of(a, a);
    }

    private static int max(int[] values) {
        return Arrays.stream(values).max().orElse(0);
    }
}
