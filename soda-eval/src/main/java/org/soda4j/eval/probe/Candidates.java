package org.soda4j.eval.probe;

import java.util.Arrays;

/**
 * The rows that can still be among the k nearest of one query. Scores come with an error of at most
 * {@code slack}, so every row within two slacks of the k-th best is kept, and the distance in
 * double decides at the end.
 */
final class Candidates {

    private final float[] rows;
    private final float[] queries;
    private final int width;
    private final int query;
    private final int k;
    private final double slack;

    /** The k largest scores taken so far, ascending. */
    private float[] best;

    private int[] indices;
    private float[] scores;
    private int count;
    private float threshold = Float.NEGATIVE_INFINITY;
    private double[] distances;

    Candidates(float[] rows, float[] queries, int width, int query, int k, double slack) {
        this.rows = rows;
        this.queries = queries;
        this.width = width;
        this.query = query;
        this.k = k;
        this.slack = slack;
        indices = new int[Math.max(4 * k, 64)];
        scores = new float[indices.length];
        best = new float[k];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
    }

    /** Scores below this are of no interest any more. */
    float threshold() {
        return threshold;
    }

    /** Learns that there are different rows with these scores, without taking them. */
    void expect(float[] known) {
        if (known.length >= k) {
            Arrays.sort(known);
            raiseThreshold(known[known.length - k]);
        }
    }

    /** Takes a row if its score is of interest; one beyond the last row is passed over. */
    void offer(int row, float score) {
        if (score < threshold || row >= rows.length / width) {
            return;
        }
        if (count == indices.length) {
            compact();
        }
        indices[count] = row;
        scores[count++] = score;
        if (score > best[0]) {
            int place = 0;
            while (place + 1 < k && best[place + 1] < score) {
                best[place] = best[place + 1];
                place++;
            }
            best[place] = score;
            raiseThreshold(best[0]);
        }
    }

    /** What is more than two slacks below the k-th largest score cannot be among the k best. */
    private void raiseThreshold(float kthLargest) {
        threshold = Math.max(threshold, Math.nextDown((float) (kthLargest - 2 * slack)));
    }

    /** Drops what cannot be among the k best any more; leaves room for at least one. */
    private void compact() {
        dropBelowThreshold();
        if (count > indices.length / 2) {
            // Many rows are equally near: let the exact distances decide now.
            keepNearest();
        }
    }

    private void dropBelowThreshold() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (scores[i] >= threshold) {
                indices[kept] = indices[i];
                scores[kept++] = scores[i];
            }
        }
        count = kept;
    }

    /** All rows were offered: gives back the memory that ranking does not need. */
    void trim() {
        dropBelowThreshold();
        indices = Arrays.copyOf(indices, count);
        scores = Arrays.copyOf(scores, count);
        best = null;
    }

    /** Ranks what is left: nearest first, of equally near rows the smaller index. */
    void finish() {
        distances = keepNearest();
        for (int i = 0; i < k; i++) {
            distances[i] = Math.sqrt(distances[i]);
        }
        indices = Arrays.copyOf(indices, k);
        scores = null;
    }

    int[] indices() {
        return indices;
    }

    double[] distances() {
        return distances;
    }

    /**
     * Keeps the k nearest, by binary insertion.
     *
     * @return their squared distances, ascending
     */
    private double[] keepNearest() {
        double[] nearest = new double[Math.min(k, count)];
        int[] found = new int[nearest.length];
        float[] foundScores = new float[nearest.length];
        int filled = 0;
        for (int i = 0; i < count; i++) {
            double distance = squaredDistance(indices[i]);
            int place = place(distance, indices[i], nearest, found, filled);
            if (place == nearest.length) {
                continue;
            }
            int moved = Math.min(filled, nearest.length - 1) - place;
            System.arraycopy(nearest, place, nearest, place + 1, moved);
            System.arraycopy(found, place, found, place + 1, moved);
            System.arraycopy(foundScores, place, foundScores, place + 1, moved);
            nearest[place] = distance;
            found[place] = indices[i];
            foundScores[place] = scores[i];
            filled = Math.min(filled + 1, nearest.length);
        }
        System.arraycopy(found, 0, indices, 0, filled);
        System.arraycopy(foundScores, 0, scores, 0, filled);
        count = filled;
        return nearest;
    }

    /** How many of the filled places are nearer, or as near with a smaller index. */
    private static int place(double distance, int row, double[] nearest, int[] found, int filled) {
        int low = 0;
        int high = filled;
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean before =
                    nearest[middle] < distance
                            || nearest[middle] == distance && found[middle] < row;
            if (before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private double squaredDistance(int row) {
        double even = 0;
        double odd = 0; // Two sums, so that one addition need not wait for the other.
        int a = row * width;
        int b = query * width;
        for (int j = 0; j + 1 < width; j += 2) {
            double first = (double) rows[a + j] - queries[b + j];
            double second = (double) rows[a + j + 1] - queries[b + j + 1];
            even += first * first;
            odd += second * second;
        }
        if (width % 2 == 1) {
            double last = (double) rows[a + width - 1] - queries[b + width - 1];
            even += last * last;
        }
        return even + odd;
    }
}
