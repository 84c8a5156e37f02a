package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.soda4j.eval.feature.FeatureSet;

/**
 * A mixture of normal distributions with full covariances, fitted by expectation maximisation from
 * the centres of k-means++ (Arthur and Vassilvitskii 2007). As in scikit-learn's {@code
 * GaussianMixture} a ridge is added to every covariance (Commons Math's EM has none and stops at
 * the first singular one, which a latent with an unused dimension brings about).
 */
public final class MixturePrior implements LatentPrior {

    /** Added to every variance, as a share of the latents' mean variance. */
    private static final double RIDGE = 1e-6;

    private static final double TOLERANCE = 1e-4;
    private static final int ITERATIONS = 200;

    private final double[] weights;
    private final double[][] means;
    private final double[][][] covariances;
    private final List<Gaussian> components;
    private final List<Double> history;

    private MixturePrior(
            double[] weights, double[][] means, double[][][] covariances, List<Double> history) {
        this.weights = weights;
        this.means = means;
        this.covariances = covariances;
        this.history = List.copyOf(history);
        components = new ArrayList<>();
        for (int k = 0; k < weights.length; k++) {
            components.add(new Gaussian(means[k], covariances[k]));
        }
    }

    /**
     * Fits.
     *
     * @param latents more rows than components
     * @param components how many normal distributions, at least 1
     * @param seed of the k-means++ start
     * @return the prior
     * @throws IllegalArgumentException if there are too few latents
     */
    public static MixturePrior fit(FeatureSet latents, int components, long seed) {
        int n = latents.size();
        if (components < 1 || n <= components) {
            throw new IllegalArgumentException(
                    "expected at least 1 component and more latents than components, found %d of %d latents"
                            .formatted(components, n));
        }
        float[][] x = new float[n][];
        Arrays.setAll(x, latents::row);
        double ridge = RIDGE * meanVariance(x) + Double.MIN_NORMAL;
        double[][] responsibilities = nearest(x, centres(x, components, seed));
        List<Double> history = new ArrayList<>();
        MixturePrior mixture = maximize(x, responsibilities, ridge, history);
        for (int i = 0; i < ITERATIONS; i++) {
            history.add(mixture.expect(x, responsibilities));
            int last = history.size() - 1;
            if (last > 0 && history.get(last) - history.get(last - 1) < TOLERANCE) {
                break;
            }
            mixture = maximize(x, responsibilities, ridge, history);
        }
        return new MixturePrior(mixture.weights, mixture.means, mixture.covariances, history);
    }

    private static double meanVariance(float[][] x) {
        int d = x[0].length;
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double mean = 0;
            for (float[] row : x) {
                mean += row[j] / (double) x.length;
            }
            for (float[] row : x) {
                sum += (row[j] - mean) * (row[j] - mean) / x.length / d;
            }
        }
        return sum;
    }

    /** k-means++: each centre is a row, drawn by its squared distance to the nearest before. */
    private static double[][] centres(float[][] x, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] centres = new double[count][];
        double[] distances = new double[x.length];
        Arrays.fill(distances, 1);
        for (int k = 0; k < count; k++) {
            double left = random.nextDouble() * Arrays.stream(distances).sum();
            int chosen = 0;
            while (chosen < x.length - 1 && (left -= distances[chosen]) >= 0) {
                chosen++;
            }
            float[] row = x[chosen];
            centres[k] = new double[row.length];
            Arrays.setAll(centres[k], j -> row[j]);
            for (int i = 0; i < x.length; i++) {
                double distance = distance(x[i], centres[k]);
                distances[i] = k == 0 ? distance : Math.min(distances[i], distance);
            }
        }
        return centres;
    }

    private static double distance(float[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (a[j] - b[j]) * (a[j] - b[j]);
        }
        return sum;
    }

    private static double[][] nearest(float[][] x, double[][] centres) {
        double[][] responsibilities = new double[x.length][centres.length];
        for (int i = 0; i < x.length; i++) {
            int best = 0;
            for (int k = 1; k < centres.length; k++) {
                best = distance(x[i], centres[k]) < distance(x[i], centres[best]) ? k : best;
            }
            responsibilities[i][best] = 1;
        }
        return responsibilities;
    }

    /** Fills in the responsibilities; returns the mean log-likelihood. */
    private double expect(float[][] x, double[][] responsibilities) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double[] row = responsibilities[i];
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < row.length; k++) {
                row[k] = Math.log(weights[k]) + components.get(k).logDensity(x[i]);
                max = Math.max(max, row[k]);
            }
            double total = 0;
            for (int k = 0; k < row.length; k++) {
                row[k] = Math.exp(row[k] - max);
                total += row[k];
            }
            for (int k = 0; k < row.length; k++) {
                row[k] /= total;
            }
            sum += max + Math.log(total);
        }
        return sum / x.length;
    }

    private static MixturePrior maximize(
            float[][] x, double[][] responsibilities, double ridge, List<Double> history) {
        int count = responsibilities[0].length;
        int d = x[0].length;
        double[] weights = new double[count];
        double[][] means = new double[count][d];
        double[][][] covariances = new double[count][d][d];
        for (int k = 0; k < count; k++) {
            double total = Double.MIN_NORMAL;
            for (int i = 0; i < x.length; i++) {
                total += responsibilities[i][k];
            }
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < d; j++) {
                    means[k][j] += responsibilities[i][k] / total * x[i][j];
                }
            }
            double[] mean = means[k];
            for (int i = 0; i < x.length; i++) {
                double share = responsibilities[i][k] / total;
                if (share > 0) {
                    for (int j = 0; j < d; j++) {
                        double first = share * (x[i][j] - mean[j]);
                        for (int l = 0; l <= j; l++) {
                            covariances[k][j][l] += first * (x[i][l] - mean[l]);
                        }
                    }
                }
            }
            for (int j = 0; j < d; j++) {
                covariances[k][j][j] += ridge;
                for (int l = 0; l < j; l++) {
                    covariances[k][l][j] = covariances[k][j][l];
                }
            }
            weights[k] = total / x.length;
        }
        return new MixturePrior(weights, means, covariances, history);
    }

    @Override
    public NDArray sample(NDManager manager, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int d = means[0].length;
        float[] values = new float[count * d];
        for (int i = 0; i < count; i++) {
            double left = random.nextDouble();
            int k = 0;
            while (k < weights.length - 1 && (left -= weights[k]) >= 0) {
                k++;
            }
            components.get(k).draw(random, values, i * d);
        }
        return manager.create(values, new Shape(count, d));
    }

    /**
     * The share of each component.
     *
     * @return {@code [components]}, sums to 1; a copy
     */
    public double[] weights() {
        return weights.clone();
    }

    /**
     * The centres.
     *
     * @return {@code [components][d]}, a copy
     */
    public double[][] means() {
        return Arrays.stream(means).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * The covariances.
     *
     * @return {@code [components][d][d]}, a copy
     */
    public double[][][] covariances() {
        return Arrays.stream(covariances)
                .map(c -> Arrays.stream(c).map(double[]::clone).toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    /**
     * The mean log-likelihood of the training latents before each iteration.
     *
     * @return nats per latent, never falling but for the ridge; unmodifiable
     */
    public List<Double> history() {
        return history;
    }

    /**
     * The mean logarithm of the density.
     *
     * @param latents of d dimensions
     * @return nats per latent
     */
    public double logLikelihood(FeatureSet latents) {
        float[][] x = new float[latents.size()][];
        Arrays.setAll(x, latents::row);
        return expect(x, new double[x.length][weights.length]);
    }
}
