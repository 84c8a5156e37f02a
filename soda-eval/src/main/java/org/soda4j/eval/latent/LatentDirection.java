package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;
import org.soda4j.eval.probe.LogisticModel;
import org.soda4j.latent.LatentLayout;

/**
 * A direction in z along which images are changed, with the spread of a data set's latents along
 * it, so that steps have a natural unit.
 *
 * @param name for labels
 * @param unit {@code [d]}, of length 1
 * @param deviation standard deviation of the data set's latents along it
 * @param explained the share of the variance (of all of z, or of the section of a section's
 *     principal direction) along it, 0 to 1
 */
public record LatentDirection(String name, double[] unit, double deviation, double explained) {

    /** Copies the array. */
    public LatentDirection {
        unit = unit.clone();
    }

    @Override
    public double[] unit() {
        return unit.clone();
    }

    /**
     * The principal components of a data set's latents.
     *
     * @param latents at least 2 rows
     * @param count 1 to d
     * @return the directions, largest variance first
     * @throws IllegalArgumentException if there are too few rows or dimensions
     */
    public static List<LatentDirection> principal(FeatureSet latents, int count) {
        return principal(latents, 0, latents.width(), "PC ", count);
    }

    /**
     * The principal components of one section, which leave the other sections alone.
     *
     * @param latents at least 2 rows of all of z
     * @param layout the model's, {@code soda.config().latent()}
     * @param section its index
     * @param count 1 to the section's size
     * @return the directions in all of z, largest variance first
     * @throws IllegalArgumentException if there are too few rows or dimensions
     */
    public static List<LatentDirection> principal(
            FeatureSet latents, LatentLayout layout, int section, int count) {
        int from = layout.offset(section);
        return principal(
                latents, from, from + layout.size(section), "section " + section + " PC ", count);
    }

    private static List<LatentDirection> principal(
            FeatureSet latents, int from, int to, String prefix, int count) {
        Pca pca = Pca.of(latents.columns(from, to), count);
        List<LatentDirection> directions = new ArrayList<>();
        for (int c = 0; c < count; c++) {
            double[] unit = new double[latents.width()];
            System.arraycopy(pca.directions()[c], 0, unit, from, to - from);
            directions.add(
                    new LatentDirection(
                            prefix + (c + 1),
                            unit,
                            spread(unit, latents).deviation(),
                            pca.explained()[c]));
        }
        return directions;
    }

    /**
     * The direction in which a linear probe's decision moves from one class to another: the
     * difference of their weights.
     *
     * @param name for labels
     * @param probe fitted on the latents
     * @param away the class to leave
     * @param towards the class to approach
     * @param latents the data set whose spread is the unit
     * @return the direction
     * @throws IllegalArgumentException if the classes are the same or the probe does not tell them
     *     apart
     */
    public static LatentDirection ofProbe(
            String name, LogisticModel probe, int away, int towards, FeatureSet latents) {
        double[] difference = new double[latents.width()];
        Arrays.setAll(difference, j -> probe.weights()[towards][j] - probe.weights()[away][j]);
        return of(name, difference, latents);
    }

    /**
     * The likeliest change of z that moves a linear probe's decision from one class to another and
     * leaves other probes' answers alone: of all changes that do so, the one of the smallest
     * Mahalanobis length among the data set's latents. With C their covariance, w the difference of
     * the weights and V the kept rows it is C (w - V (V' C V)^+ V' C w): w made orthogonal to V in
     * whitened coordinates. Without kept rows it is C w, the pattern that belongs to the filter w
     * (S. Haufe et al., "On the interpretation of weight vectors of linear models in multivariate
     * neuroimaging", 2014).
     *
     * <p>{@link #ofProbe} goes where the probe's answer rises fastest, if need be through regions
     * that no image is encoded to; this one stays among the images, and is the one to draw along.
     *
     * @param name for labels
     * @param probe fitted on the latents
     * @param away the class to leave
     * @param towards the class to approach
     * @param kept {@code [k][d]}, weights of the probes to leave alone; may be empty or linearly
     *     dependent
     * @param latents the data set whose covariance is meant and whose spread is the unit
     * @return the direction
     * @throws IllegalArgumentException if the classes are the same, the probe does not tell them
     *     apart, or the kept rows leave nothing
     */
    public static LatentDirection pattern(
            String name,
            LogisticModel probe,
            int away,
            int towards,
            double[][] kept,
            FeatureSet latents) {
        int d = latents.width();
        double[] difference = new double[d];
        Arrays.setAll(difference, j -> probe.weights()[towards][j] - probe.weights()[away][j]);
        Pca pca = Pca.of(latents, d); // C = sum of variance_c times direction_c's outer product.
        double[] deviations = new double[d];
        for (int c = 0; c < d; c++) {
            deviations[c] = spread(pca.directions()[c], latents).deviation();
        }
        double[] wanted = whiten(difference, pca, deviations);
        List<double[]> basis =
                basis(
                        Arrays.stream(kept)
                                .map(row -> whiten(row, pca, deviations))
                                .toArray(double[][]::new));
        double[] rest = minus(minus(wanted, basis), basis);
        if (Math.sqrt(dot(rest, rest)) <= 1e-9 * Math.sqrt(dot(wanted, wanted))) {
            throw new IllegalArgumentException(
                    "%s: expected classes that differ beyond the %d kept rows, found no difference"
                            .formatted(name, kept.length));
        }
        double[] vector = new double[d];
        for (int c = 0; c < d; c++) {
            for (int j = 0; j < d; j++) {
                vector[j] += rest[c] * deviations[c] * pca.directions()[c][j];
            }
        }
        return of(name, vector, latents);
    }

    /** A row of weights for latents in units of the deviation along each principal component. */
    private static double[] whiten(double[] weights, Pca pca, double[] deviations) {
        double[] white = new double[weights.length];
        Arrays.setAll(white, c -> deviations[c] * dot(weights, pca.directions()[c]));
        return white;
    }

    /**
     * How far apart the means of two classes are along this direction, a step within the data.
     *
     * @param labelled latents with labels
     * @param from the label of the one class
     * @param to the label of the other
     * @return the distance in standard deviations, negative if {@code from} lies further
     * @throws IllegalArgumentException if labels are missing or a class has no examples
     */
    public double between(FeatureSet labelled, int from, int to) {
        int[] labels = labelled.labels();
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int i = 0; i < labelled.size(); i++) {
            int label = labels[i];
            for (int side = 0; side < 2; side++) {
                if (label == (side == 0 ? from : to)) {
                    float[] row = labelled.row(i);
                    for (int j = 0; j < unit.length; j++) {
                        sums[side] += unit[j] * row[j];
                    }
                    counts[side]++;
                }
            }
        }
        if (counts[0] == 0 || counts[1] == 0) {
            throw new IllegalArgumentException(
                    "%s: expected examples of the labels %d and %d, found %d and %d"
                            .formatted(name, from, to, counts[0], counts[1]));
        }
        return (sums[1] / counts[1] - sums[0] / counts[0]) / deviation;
    }

    /**
     * Any direction.
     *
     * @param name for labels
     * @param vector {@code [d]}, of any length but 0
     * @param latents the data set whose spread is the unit
     * @return the direction
     * @throws IllegalArgumentException if the vector is zero
     */
    public static LatentDirection of(String name, double[] vector, FeatureSet latents) {
        double length = Math.sqrt(dot(vector, vector));
        if (!(length > 0)) {
            throw new IllegalArgumentException(
                    "%s: expected a direction, found a vector of length %s"
                            .formatted(name, length));
        }
        double[] unit = Arrays.stream(vector).map(value -> value / length).toArray();
        Spread spread = spread(unit, latents);
        return new LatentDirection(name, unit, spread.deviation(), spread.share());
    }

    /**
     * Removes what this direction has in common with others, so that a linear probe whose weights
     * are among them gives the same answer all along it.
     *
     * @param others {@code [k][d]}, such as a probe's rows of weights; may be linearly dependent
     * @param latents the data set whose spread is the unit
     * @return the rest of this direction
     * @throws IllegalArgumentException if nothing is left
     */
    public LatentDirection orthogonalTo(double[][] others, FeatureSet latents) {
        List<double[]> basis = basis(others);
        double[] rest = minus(minus(unit, basis), basis);
        if (Math.sqrt(dot(rest, rest)) < 1e-9) {
            throw new IllegalArgumentException(
                    "%s: expected a direction of its own, found that %d others span it"
                            .formatted(name, others.length));
        }
        return of(name, rest, latents);
    }

    /** An orthonormal basis of what rows span. */
    private static List<double[]> basis(double[][] rows) {
        List<double[]> basis = new ArrayList<>();
        for (double[] row : rows) {
            double length = Math.sqrt(dot(row, row));
            double[] rest = minus(minus(row, basis), basis); // Twice is enough (Kahan).
            double left = Math.sqrt(dot(rest, rest));
            if (left > 1e-9 * length) {
                basis.add(Arrays.stream(rest).map(value -> value / left).toArray());
            }
        }
        return basis;
    }

    private static double[] minus(double[] vector, List<double[]> basis) {
        double[] rest = vector.clone();
        for (double[] unit : basis) {
            double along = dot(rest, unit);
            for (int j = 0; j < rest.length; j++) {
                rest[j] -= along * unit[j];
            }
        }
        return rest;
    }

    /**
     * Goes along the direction from every latent.
     *
     * @param latents float32 {@code [N, d]} or {@code [d]}
     * @param deviations how far, in standard deviations; 0 is the latent itself
     * @return float32 {@code [N S, d]}, row {@code n S + s} being latent n moved by deviations s;
     *     belongs to the manager of the latents, the caller or that manager closes it
     * @throws IllegalArgumentException if the shape does not fit
     */
    public NDArray traverse(NDArray latents, double... deviations) {
        LatentRows z = LatentRows.of("latents", latents, unit.length);
        LatentRows moved = LatentRows.zeros(z.size() * deviations.length, unit.length);
        for (int i = 0; i < z.size(); i++) {
            for (int s = 0; s < deviations.length; s++) {
                for (int j = 0; j < unit.length; j++) {
                    double value = z.get(i, j) + deviations[s] * deviation * unit[j];
                    moved.set(i * deviations.length + s, j, (float) value);
                }
            }
        }
        return moved.toArray(latents.getManager());
    }

    private record Spread(double deviation, double share) {}

    private static Spread spread(double[] unit, FeatureSet latents) {
        if (latents.size() < 2 || latents.width() != unit.length) {
            throw new IllegalArgumentException(
                    "expected at least 2 latents of %d dimensions, found %d of %d"
                            .formatted(unit.length, latents.size(), latents.width()));
        }
        int n = latents.size();
        double[] mean = new double[unit.length];
        for (int i = 0; i < n; i++) {
            float[] row = latents.row(i);
            for (int j = 0; j < mean.length; j++) {
                mean[j] += row[j] / (double) n;
            }
        }
        double along = 0;
        double total = 0;
        for (int i = 0; i < n; i++) {
            float[] row = latents.row(i);
            double projection = 0;
            for (int j = 0; j < mean.length; j++) {
                double centred = row[j] - mean[j];
                projection += centred * unit[j];
                total += centred * centred;
            }
            along += projection * projection;
        }
        return new Spread(Math.sqrt(along / (n - 1)), total == 0 ? 0 : along / total);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d numbers, deviation %.3g, explained %.3g",
                name,
                unit.length,
                deviation,
                explained);
    }
}
