package org.soda4j.eval.search;

import java.util.List;

/** Arithmetic of vectors of length 1. */
final class UnitVectors {

    private UnitVectors() {}

    /** In eight sums, which the processor adds side by side. */
    static float dot(float[] a, float[] b) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i <= a.length - 8; i += 8) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
            s4 += a[i + 4] * b[i + 4];
            s5 += a[i + 5] * b[i + 5];
            s6 += a[i + 6] * b[i + 6];
            s7 += a[i + 7] * b[i + 7];
        }
        float rest = 0;
        for (; i < a.length; i++) {
            rest += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3) + (s4 + s5) + (s6 + s7) + rest;
    }

    /** The L2 norm, or 1 of zeros, so that it can be divided by. */
    static float length(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return sum == 0 ? 1 : (float) Math.sqrt(sum);
    }

    /** A vector of the same direction; of zeros, zeros. */
    static float[] unit(float[] vector) {
        float length = length(vector);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = vector[i] / length;
        }
        return unit;
    }

    /** The mean direction of vectors, of length 1. */
    static float[] mean(List<float[]> vectors) {
        float[] sum = new float[vectors.get(0).length];
        for (float[] vector : vectors) {
            float[] unit = unit(vector);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += unit[i];
            }
        }
        return unit(sum);
    }

    /** Some columns. */
    static float[] taken(float[] vector, int[] columns) {
        float[] taken = new float[columns.length];
        for (int i = 0; i < columns.length; i++) {
            taken[i] = vector[columns[i]];
        }
        return taken;
    }

    /** Between a query of length 1 over some columns and these columns of a row. */
    static float cosine(float[] query, float[] row, int[] columns) {
        double dot = 0;
        double square = 0;
        for (int i = 0; i < columns.length; i++) {
            float value = row[columns[i]];
            dot += query[i] * value;
            square += (double) value * value;
        }
        return square == 0 ? 0 : (float) (dot / Math.sqrt(square));
    }
}
