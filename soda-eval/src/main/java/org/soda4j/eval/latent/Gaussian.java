package org.soda4j.eval.latent;

import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/** A multivariate normal distribution by its mean and the Cholesky factor of its covariance. */
final class Gaussian {

    private final double[] mean;
    private final DMatrixRMaj factor;
    private final double logNormalizer;

    /**
     * @param covariance {@code [d][d]}, positive definite
     */
    Gaussian(double[] mean, double[][] covariance) {
        this.mean = mean.clone();
        int d = mean.length;
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(d, true);
        if (!cholesky.decompose(new DMatrixRMaj(covariance))) {
            throw new ArithmeticException(
                    "expected a positive definite covariance of %d dimensions, found none; take more latents, or a larger ridge"
                            .formatted(d));
        }
        factor = cholesky.getT(null);
        double logDeterminant = 0;
        for (int j = 0; j < d; j++) {
            logDeterminant += 2 * Math.log(factor.get(j, j));
        }
        logNormalizer = -0.5 * (d * Math.log(2 * Math.PI) + logDeterminant);
    }

    /** The logarithm of the density, by forward substitution. */
    double logDensity(float[] x) {
        double[] y = new double[mean.length];
        double squares = 0;
        for (int i = 0; i < y.length; i++) {
            double rest = x[i] - mean[i];
            for (int j = 0; j < i; j++) {
                rest -= factor.get(i, j) * y[j];
            }
            y[i] = rest / factor.get(i, i);
            squares += y[i] * y[i];
        }
        return logNormalizer - 0.5 * squares;
    }

    /** Draws one vector into a row. */
    void draw(SplittableRandom random, float[] values, int offset) {
        double[] normal = new double[mean.length];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = random.nextGaussian();
            double value = mean[i];
            for (int j = 0; j <= i; j++) {
                value += factor.get(i, j) * normal[j];
            }
            values[offset + i] = (float) value;
        }
    }
}
