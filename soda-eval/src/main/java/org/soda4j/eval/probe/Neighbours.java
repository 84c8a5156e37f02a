package org.soda4j.eval.probe;

import java.util.Arrays;
import java.util.Locale;

/**
 * The nearest rows of one set for every row of another.
 *
 * @param indices {@code [queries][k]} rows, nearest first; of equally near rows, the smaller index
 *     first
 * @param distances {@code [queries][k]} Euclidean distances, ascending
 */
public record Neighbours(int[][] indices, double[][] distances) {

    /** Copies both. */
    public Neighbours {
        indices = Arrays.stream(indices).map(int[]::clone).toArray(int[][]::new);
        distances = Arrays.stream(distances).map(double[]::clone).toArray(double[][]::new);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d neighbours of each of %d examples",
                indices.length == 0 ? 0 : indices[0].length,
                indices.length);
    }
}
