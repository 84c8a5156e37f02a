package org.soda4j.eval.latent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.disentanglement.MutualInformation;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.Pca;

/**
 * Linear combinations of latents that are as independent of each other as can be, found without
 * labels. Where the factors of the data are independent and z depends on them linearly, however
 * mixed, each component follows one factor; training alone asks for no such axes.
 *
 * <p>Symmetric FastICA with the contrast log cosh (A. Hyvarinen, E. Oja, "Independent component
 * analysis: algorithms and applications", 2000, section 6) on the leading principal components. A
 * factor may need several components, such as a hue two for its circle; {@link #sections} puts
 * those together that depend on each other (average linkage of their mutual information; J. F.
 * Cardoso, "Multidimensional independent component analysis", 1998).
 *
 * <pre>{@code
 * IndependentComponents components = IndependentComponents.beforeGap(latents, 8, 0).sections(8);
 * DisentanglementScores scores =
 *         Disentanglement.of(components.of(testLatents), factors).perSection(components.sizes());
 * List<LatentDirection> directions = components.directions(latents); // to draw along
 * }</pre>
 */
public final class IndependentComponents {

    private static final int MOST_ITERATIONS = 1000;
    private static final double TOLERANCE = 1e-6;
    private static final int BINS = 10;
    private static final int LEAST_ROWS = 100;

    /** Of the variance; below it is rounding. */
    private static final double LEAST_SHARE = 1e-9;

    private final double[] mean;
    private final double[][] unmixing;
    private final double[][] mixing;
    private final double[][] dependence;
    private final int[] sizes;

    /**
     * @param unmixing {@code [components][d]}: a component is its product with z - mean
     * @param mixing {@code [components][d]}: how z changes with a component
     */
    private IndependentComponents(
            double[] mean,
            double[][] unmixing,
            double[][] mixing,
            double[][] dependence,
            int[] sizes) {
        this.mean = mean;
        this.unmixing = unmixing;
        this.mixing = mixing;
        this.dependence = dependence;
        this.sizes = sizes;
    }

    /**
     * Finds the components.
     *
     * @param latents at least 100 rows; a few thousand make them stable
     * @param count 1 to d, the principal components that are unmixed; the rest is left out
     * @param seed of the first guess
     * @return as many components, each of variance 1 and a section of its own
     * @throws IllegalArgumentException if there are too few rows, or fewer directions that vary
     */
    public static IndependentComponents of(FeatureSet latents, int count, long seed) {
        if (latents.size() < LEAST_ROWS) {
            throw new IllegalArgumentException(
                    "independent components: expected at least %d latents, found %d"
                            .formatted(LEAST_ROWS, latents.size()));
        }
        Pca pca = Pca.of(latents, count);
        int n = latents.size();
        double[] deviations = new double[count];
        DMatrixRMaj white = new DMatrixRMaj(count, n);
        for (int c = 0; c < count; c++) {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                squares += Math.pow(pca.projection()[i][c], 2);
            }
            deviations[c] = Math.sqrt(squares / n);
            if (!(deviations[c] > 1e-9 * deviations[0])) {
                throw new IllegalArgumentException(
                        "independent components: expected %d directions that vary, found %d"
                                .formatted(count, c));
            }
            for (int i = 0; i < n; i++) {
                white.set(c, i, pca.projection()[i][c] / deviations[c]);
            }
        }
        DMatrixRMaj rotation = rotate(white, seed);
        DMatrixRMaj sources = new DMatrixRMaj(count, n);
        CommonOps_DDRM.mult(rotation, white, sources);
        int d = latents.width();
        double[][] unmixing = new double[count][d];
        double[][] mixing = new double[count][d];
        for (int k = 0; k < count; k++) {
            for (int c = 0; c < count; c++) {
                for (int j = 0; j < d; j++) {
                    double direction = rotation.get(k, c) * pca.directions()[c][j];
                    unmixing[k][j] += direction / deviations[c];
                    mixing[k][j] += direction * deviations[c];
                }
            }
        }
        double[] mean = new double[d];
        for (int i = 0; i < n; i++) {
            float[] row = latents.row(i);
            for (int j = 0; j < d; j++) {
                mean[j] += row[j] / (double) n;
            }
        }
        int[] sizes = new int[count];
        Arrays.fill(sizes, 1);
        return new IndependentComponents(mean, unmixing, mixing, dependence(sources), sizes);
    }

    /**
     * Finds as many components as there are principal components before the steepest fall of their
     * variances, the greatest ratio of one to the next. Behind it are mostly products of factors
     * and their higher harmonics, which have no axes of their own and blur those of the others.
     *
     * @param latents at least 100 rows; a few thousand make them stable
     * @param least components, from 1 to d - 1; such as the sections that are asked for next
     * @param seed of the first guess
     * @return the components, each of variance 1 and a section of its own
     * @throws IllegalArgumentException if there are too few rows, or the least number is outside
     *     that range
     */
    public static IndependentComponents beforeGap(FeatureSet latents, int least, long seed) {
        int d = latents.width();
        if (least < 1 || least >= d) {
            throw new IllegalArgumentException(
                    "least components: expected 1 to %d, below the width of the latents, found %d"
                            .formatted(d - 1, least));
        }
        double[] explained = Pca.of(latents, d).explained();
        int count = least;
        for (int c = least; c < d && explained[c] > LEAST_SHARE; c++) {
            if (explained[c - 1] / explained[c] > explained[count - 1] / explained[count]) {
                count = c;
            }
        }
        return of(latents, count, seed);
    }

    /** W with orthonormal rows so that the mean log cosh of each of W x is extreme. */
    private static DMatrixRMaj rotate(DMatrixRMaj white, long seed) {
        int count = white.numRows;
        int n = white.numCols;
        Random random = new Random(seed);
        DMatrixRMaj w = new DMatrixRMaj(count, count);
        for (int i = 0; i < count * count; i++) {
            w.data[i] = random.nextGaussian();
        }
        w = orthonormal(w);
        DMatrixRMaj sources = new DMatrixRMaj(count, n);
        DMatrixRMaj next = new DMatrixRMaj(count, count);
        double[] slopes = new double[count];
        for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
            CommonOps_DDRM.mult(w, white, sources);
            // w <- E[x tanh(w x)] - E[1 - tanh(w x)^2] w (Hyvarinen and Oja, equation 40).
            for (int k = 0; k < count; k++) {
                double slope = 0;
                for (int i = k * n; i < (k + 1) * n; i++) {
                    double tanh = Math.tanh(sources.data[i]);
                    sources.data[i] = tanh;
                    slope += 1 - tanh * tanh;
                }
                slopes[k] = slope / n;
            }
            CommonOps_DDRM.multTransB(1.0 / n, sources, white, next);
            for (int k = 0; k < count; k++) {
                for (int c = 0; c < count; c++) {
                    next.add(k, c, -slopes[k] * w.get(k, c));
                }
            }
            DMatrixRMaj turned = orthonormal(next);
            double change = 0;
            for (int k = 0; k < count; k++) {
                double same = 0;
                for (int c = 0; c < count; c++) {
                    same += turned.get(k, c) * w.get(k, c);
                }
                change = Math.max(change, Math.abs(Math.abs(same) - 1));
            }
            w = turned;
            if (change < TOLERANCE) {
                break; // Else as good as it gets: within a circle no axis is better than another.
            }
        }
        return w;
    }

    /** (W W')^-1/2 W, all rows alike. */
    private static DMatrixRMaj orthonormal(DMatrixRMaj w) {
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(w.numRows, w.numCols, true, true, true);
        if (!svd.decompose(w.copy())) {
            throw new ArithmeticException("expected singular values, found no convergence");
        }
        DMatrixRMaj result = new DMatrixRMaj(w.numRows, w.numCols);
        CommonOps_DDRM.mult(svd.getU(null, false), svd.getV(null, true), result);
        return result;
    }

    /** Mutual information of each two components in bins of equal counts, in nats. */
    private static double[][] dependence(DMatrixRMaj sources) {
        int count = sources.numRows;
        int n = sources.numCols;
        int[][] bins = new int[count][n];
        for (int k = 0; k < count; k++) {
            double[] row = Arrays.copyOfRange(sources.data, k * n, (k + 1) * n);
            double[] sorted = row.clone();
            Arrays.sort(sorted);
            double[] edges = new double[BINS - 1];
            Arrays.setAll(edges, b -> sorted[(int) ((b + 1L) * n / BINS)]);
            for (int i = 0; i < n; i++) {
                int at = Arrays.binarySearch(edges, row[i]);
                bins[k][i] = at < 0 ? -at - 1 : at + 1;
            }
        }
        double[][] information = new double[count][count];
        for (int a = 0; a < count; a++) {
            for (int b = 0; b < a; b++) {
                information[a][b] = MutualInformation.of(bins[a], bins[b]);
                information[b][a] = information[a][b];
            }
        }
        return information;
    }

    /**
     * Puts components that depend on each other side by side.
     *
     * @param count of sections, 1 to that of the components: the factors that one expects, or a few
     *     more
     * @return the same components, ordered by section, the section of the most components first
     * @throws IllegalArgumentException if the number is outside that range
     */
    public IndependentComponents sections(int count) {
        if (count < 1 || count > unmixing.length) {
            throw new IllegalArgumentException(
                    "sections: expected 1 to %d, the number of components, found %d"
                            .formatted(unmixing.length, count));
        }
        List<List<Integer>> groups = new ArrayList<>();
        for (int k = 0; k < unmixing.length; k++) {
            groups.add(new ArrayList<>(List.of(k)));
        }
        while (groups.size() > count) {
            int first = 0;
            int second = 1;
            for (int a = 0; a < groups.size(); a++) {
                for (int b = a + 1; b < groups.size(); b++) {
                    if (linkage(groups.get(a), groups.get(b))
                            > linkage(groups.get(first), groups.get(second))) {
                        first = a;
                        second = b;
                    }
                }
            }
            groups.get(first).addAll(groups.remove(second));
        }
        groups.sort((a, b) -> b.size() - a.size());
        int[] order = groups.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
        double[][] ordered = new double[order.length][order.length];
        for (int a = 0; a < order.length; a++) {
            for (int b = 0; b < order.length; b++) {
                ordered[a][b] = dependence[order[a]][order[b]];
            }
        }
        return new IndependentComponents(
                mean,
                Arrays.stream(order).mapToObj(k -> unmixing[k]).toArray(double[][]::new),
                Arrays.stream(order).mapToObj(k -> mixing[k]).toArray(double[][]::new),
                ordered,
                groups.stream().mapToInt(List::size).toArray());
    }

    private double linkage(List<Integer> a, List<Integer> b) {
        double sum = 0;
        for (int i : a) {
            for (int j : b) {
                sum += dependence[i][j];
            }
        }
        return sum / (a.size() * b.size());
    }

    /**
     * Returns the components of each section.
     *
     * @return their numbers, in order; a copy
     */
    public int[] sizes() {
        return sizes.clone();
    }

    /**
     * Returns the components of latents.
     *
     * @param latents {@code [n, d]}, those they were found on or others
     * @return {@code [n, components]} in the order of the sections
     * @throws IllegalArgumentException if the width differs
     */
    public FeatureSet of(FeatureSet latents) {
        if (latents.width() != mean.length) {
            throw new IllegalArgumentException(
                    "independent components: expected latents of %d dimensions, found %d"
                            .formatted(mean.length, latents.width()));
        }
        int count = unmixing.length;
        float[] values = new float[Math.multiplyExact(latents.size(), count)];
        for (int i = 0; i < latents.size(); i++) {
            float[] row = latents.row(i);
            for (int k = 0; k < count; k++) {
                double sum = 0;
                for (int j = 0; j < mean.length; j++) {
                    sum += unmixing[k][j] * (row[j] - mean[j]);
                }
                values[i * count + k] = (float) sum;
            }
        }
        return FeatureSet.of(values, count);
    }

    /**
     * Returns how z changes where one component grows and the others stay: directions to draw
     * along.
     *
     * @param latents {@code [n, d]}; the spread of each component in them is the unit
     * @return one for each component, named after its section
     * @throws IllegalArgumentException if the width differs
     */
    public List<LatentDirection> directions(FeatureSet latents) {
        FeatureSet components = of(latents);
        double total = sum(variances(latents));
        double[] variances = variances(components);
        List<LatentDirection> directions = new ArrayList<>();
        int k = 0;
        for (int s = 0; s < sizes.length; s++) {
            for (int c = 0; c < sizes[s]; c++, k++) {
                double length = Math.sqrt(sum(Arrays.stream(mixing[k]).map(v -> v * v).toArray()));
                double deviation = length * Math.sqrt(variances[k]);
                directions.add(
                        new LatentDirection(
                                "independent section %d, %d".formatted(s, c + 1),
                                Arrays.stream(mixing[k]).map(v -> v / length).toArray(),
                                deviation,
                                total > 0 ? deviation * deviation / total : 0));
            }
        }
        return List.copyOf(directions);
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    private static double[] variances(FeatureSet set) {
        float[] deviations = FeatureStatistics.of(set.sharedValues(), set.width()).deviation();
        double[] variances = new double[deviations.length];
        Arrays.setAll(variances, j -> (double) deviations[j] * deviations[j]);
        return variances;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d independent components of %d numbers, sections of %s",
                unmixing.length,
                mean.length,
                Arrays.toString(sizes));
    }
}
