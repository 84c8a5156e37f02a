package org.soda4j.eval.feature;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.soda4j.encoder.FeatureStatistics;

/**
 * The numbers of a set of features, {@code [n, d]} row by row; nobody writes to the array.
 *
 * @param values {@code n x width}
 * @param width d
 */
record FeatureMatrix(float[] values, int width) {

    /** Refuses an empty matrix, one of another width, and numbers that are not finite. */
    static FeatureMatrix finite(float[] values, int width) {
        if (width < 1) {
            throw new IllegalArgumentException("expected a width of at least 1, found " + width);
        }
        if (values.length == 0) {
            throw new IllegalArgumentException("expected at least one row of features, found none");
        }
        if (values.length % width != 0) {
            throw new IllegalArgumentException(
                    "expected a multiple of the width %d, found %d values"
                            .formatted(width, values.length));
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "expected finite features, found %s at row %d, column %d; check the encoder's weights and inputs"
                                .formatted(values[i], i / width, i % width));
            }
        }
        return new FeatureMatrix(values, width);
    }

    int size() {
        return values.length / width;
    }

    float[] row(int index) {
        int start = Math.multiplyExact(index, width);
        return Arrays.copyOfRange(values, start, start + width);
    }

    FeatureMatrix rows(int... rows) {
        float[] taken = new float[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, taken, i * width, width);
        }
        return finite(taken, width); // Refuses none.
    }

    /** These rows, then those of a matrix of the same width. */
    FeatureMatrix and(FeatureMatrix others) {
        float[] both = Arrays.copyOf(values, Math.addExact(values.length, others.values.length));
        System.arraycopy(others.values, 0, both, values.length, others.values.length);
        return new FeatureMatrix(both, width);
    }

    FeatureMatrix columns(int from, int to) {
        if (from < 0 || to <= from || to > width) {
            throw new IllegalArgumentException(
                    "expected 0 <= from < to <= %d, found %d and %d".formatted(width, from, to));
        }
        int part = to - from;
        float[] taken = new float[size() * part];
        for (int i = 0; i < size(); i++) {
            System.arraycopy(values, i * width + from, taken, i * part, part);
        }
        return new FeatureMatrix(taken, part);
    }

    FeatureMatrix standardized(FeatureStatistics statistics) {
        if (statistics.size() != width) {
            throw new IllegalArgumentException(
                    "statistics: expected %d features, found %d"
                            .formatted(width, statistics.size()));
        }
        float[] standard = values.clone();
        statistics.standardize(standard);
        return new FeatureMatrix(standard, width);
    }

    /** Every row divided by its L2 norm; a row of zeros stays as it is. */
    FeatureMatrix normalized() {
        float[] unit = new float[values.length];
        IntStream.range(0, size()).parallel().forEach(row -> normalize(row * width, unit));
        return new FeatureMatrix(unit, width);
    }

    private void normalize(int from, float[] unit) {
        double sum = 0;
        for (int j = from; j < from + width; j++) {
            sum += (double) values[j] * values[j];
        }
        double scale = sum == 0 ? 1 : 1 / Math.sqrt(sum);
        for (int j = from; j < from + width; j++) {
            unit[j] = (float) (values[j] * scale);
        }
    }
}
