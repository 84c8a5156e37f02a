package org.soda4j.eval.latent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.soda4j.eval.feature.FeatureSet;

/**
 * One normal distribution, its covariance shrunk towards a multiple of the identity (Ledoit and
 * Wolf 2004), which is better than the empirical one where latents are few for their dimensions.
 */
public final class GaussianPrior implements LatentPrior {

    private final double[] mean;
    private final double[][] covariance;
    private final double shrinkage;
    private final Gaussian gaussian;

    private GaussianPrior(double[] mean, double[][] covariance, double shrinkage) {
        this.mean = mean;
        this.covariance = covariance;
        this.shrinkage = shrinkage;
        gaussian = new Gaussian(mean, covariance);
    }

    /**
     * Fits with the shrinkage of Ledoit and Wolf, as scikit-learn's {@code LedoitWolf}.
     *
     * @param latents at least 2 rows that are not all alike
     * @return the prior
     * @throws IllegalArgumentException if there are fewer
     */
    public static GaussianPrior fit(FeatureSet latents) {
        int n = latents.size();
        int d = latents.width();
        if (n < 2) {
            throw new IllegalArgumentException("expected at least 2 latents, found " + n);
        }
        double[] mean = new double[d];
        for (int i = 0; i < n; i++) {
            float[] row = latents.row(i);
            for (int j = 0; j < d; j++) {
                mean[j] += row[j] / (double) n;
            }
        }
        double[][] covariance = new double[d][d];
        double fourth = 0;
        for (int i = 0; i < n; i++) {
            float[] row = latents.row(i);
            double norm = 0;
            for (int j = 0; j < d; j++) {
                norm += (row[j] - mean[j]) * (row[j] - mean[j]);
                for (int k = 0; k <= j; k++) {
                    covariance[j][k] += (row[j] - mean[j]) * (row[k] - mean[k]) / n;
                }
            }
            fourth += norm * norm / n;
        }
        double trace = 0;
        double squares = 0;
        for (int j = 0; j < d; j++) {
            trace += covariance[j][j];
            for (int k = 0; k < d; k++) {
                covariance[j][k] = covariance[Math.max(j, k)][Math.min(j, k)];
                squares += covariance[j][k] * covariance[j][k];
            }
        }
        double scale = trace / d;
        // delta = |S - mu I|^2 and beta = mean |x x' - S|^2 / n of their theorem 3.2.
        double delta = squares - d * scale * scale;
        double beta = Math.min((fourth - squares) / n, delta);
        double shrinkage = delta <= 0 ? 0 : Math.max(0, beta / delta);
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                covariance[j][k] =
                        (1 - shrinkage) * covariance[j][k] + (j == k ? shrinkage * scale : 0);
            }
        }
        return new GaussianPrior(mean, covariance, shrinkage);
    }

    @Override
    public NDArray sample(NDManager manager, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count * mean.length];
        for (int i = 0; i < count; i++) {
            gaussian.draw(random, values, i * mean.length);
        }
        return manager.create(values, new Shape(count, mean.length));
    }

    /**
     * The mean.
     *
     * @return {@code [d]}, a copy
     */
    public double[] mean() {
        return mean.clone();
    }

    /**
     * The shrunk covariance.
     *
     * @return {@code [d][d]}, a copy
     */
    public double[][] covariance() {
        return Arrays.stream(covariance).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * How much of the covariance is the multiple of the identity.
     *
     * @return 0 to 1
     */
    public double shrinkage() {
        return shrinkage;
    }

    /**
     * The mean logarithm of the density.
     *
     * @param latents of d dimensions
     * @return nats per latent
     */
    public double logLikelihood(FeatureSet latents) {
        double sum = 0;
        for (int i = 0; i < latents.size(); i++) {
            sum += gaussian.logDensity(latents.row(i));
        }
        return sum / latents.size();
    }
}
