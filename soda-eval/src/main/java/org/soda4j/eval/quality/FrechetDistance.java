package org.soda4j.eval.quality;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.soda4j.eval.feature.FeatureSet;

/**
 * The Frechet distance of two normal distributions with the means and covariances of two sets of
 * features: FID (Heusel et al., GANs trained by a two time-scale update rule, 2017, equation 6)
 * when the features are Inception's.
 *
 * <p>{@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))}. The trace of the root is that of {@code
 * (C1^(1/2) C2 C1^(1/2))^(1/2)}, a symmetric matrix, so that no complex numbers arise; eigenvalues
 * that round-off makes negative count as 0.
 *
 * <p>With fewer rows than features the value is biased upwards; compare only sets of equal size.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * Compares two sets.
     *
     * @param a features {@code [n, d]}, at least 2 rows
     * @param b features of the same width, at least 2 rows
     * @return at least 0 up to round-off; 0 for equal statistics
     * @throws IllegalArgumentException if the widths differ or a set has fewer than 2 rows
     */
    public static double between(FeatureSet a, FeatureSet b) {
        return between(FeatureStatistics.of(a), FeatureStatistics.of(b));
    }

    /**
     * Compares the statistics of two sets.
     *
     * @param a of one set
     * @param b of the other, of the same width
     * @return at least 0 up to round-off
     * @throws IllegalArgumentException if the widths differ
     */
    public static double between(FeatureStatistics a, FeatureStatistics b) {
        if (a.width() != b.width()) {
            throw new IllegalArgumentException(
                    "expected features of one width, found %d and %d"
                            .formatted(a.width(), b.width()));
        }
        int d = a.width();
        double distance = 0;
        double[] meanA = a.mean();
        double[] meanB = b.mean();
        for (int i = 0; i < d; i++) {
            distance += (meanA[i] - meanB[i]) * (meanA[i] - meanB[i]);
        }
        DMatrixRMaj covarianceA = DMatrixRMaj.wrap(d, d, a.covariance());
        DMatrixRMaj covarianceB = DMatrixRMaj.wrap(d, d, b.covariance());
        DMatrixRMaj root = root(covarianceA);
        DMatrixRMaj half = new DMatrixRMaj(d, d);
        DMatrixRMaj middle = new DMatrixRMaj(d, d);
        CommonOps_DDRM.mult(root, covarianceB, half);
        CommonOps_DDRM.mult(half, root, middle);
        symmetrize(middle);
        double traceOfRoot = 0;
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(middle, false);
        for (int i = 0; i < d; i++) {
            traceOfRoot += Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
        }
        return distance
                + CommonOps_DDRM.trace(covarianceA)
                + CommonOps_DDRM.trace(covarianceB)
                - 2 * traceOfRoot;
    }

    /** The symmetric square root of a positive semi-definite matrix. */
    private static DMatrixRMaj root(DMatrixRMaj matrix) {
        int d = matrix.numRows;
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(matrix.copy(), true);
        // Rows are eigenvectors times the fourth root of their eigenvalues: root = rows^T rows.
        DMatrixRMaj rows = new DMatrixRMaj(d, d);
        for (int i = 0; i < d; i++) {
            double scale = Math.pow(Math.max(0, eigen.getEigenvalue(i).getReal()), 0.25);
            DMatrixRMaj vector = eigen.getEigenVector(i);
            for (int j = 0; j < d; j++) {
                rows.unsafe_set(i, j, scale * vector.get(j));
            }
        }
        DMatrixRMaj root = new DMatrixRMaj(d, d);
        CommonOps_DDRM.multTransA(rows, rows, root);
        return root;
    }

    private static void symmetrize(DMatrixRMaj matrix) {
        for (int i = 0; i < matrix.numRows; i++) {
            for (int j = 0; j < i; j++) {
                double mean = (matrix.unsafe_get(i, j) + matrix.unsafe_get(j, i)) / 2;
                matrix.unsafe_set(i, j, mean);
                matrix.unsafe_set(j, i, mean);
            }
        }
    }

    /** Decomposes a symmetric matrix, which is overwritten. */
    private static EigenDecomposition_F64<DMatrixRMaj> decompose(
            DMatrixRMaj matrix, boolean vectors) {
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(matrix.numRows, vectors, true);
        if (!eigen.decompose(matrix)) {
            throw new ArithmeticException(
                    "expected the eigenvalues of a %d x %d covariance, found no convergence"
                            .formatted(matrix.numRows, matrix.numRows));
        }
        return eigen;
    }
}
