package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Principal components of features: the orthogonal directions in which they vary most.
 *
 * @param projection {@code [n][components]}: the centred features along each direction, the one of
 *     the largest variance first; the sign of a direction is such that its largest weight is
 *     positive
 * @param explained {@code [components]}: each direction's share of the whole variance, 0 to 1
 * @param directions {@code [components][d]}: the directions, each of length 1
 */
public record Pca(double[][] projection, double[] explained, double[][] directions) {

    /**
     * Projects features.
     *
     * @param features at least 2 rows
     * @param components 1 to the number of features
     * @return the projection
     * @throws IllegalArgumentException if there are too few rows or features
     */
    public static Pca of(FeatureSet features, int components) {
        int n = features.size();
        int d = features.width();
        if (n < 2 || components < 1 || components > d) {
            throw new IllegalArgumentException(
                    "expected at least 2 rows and 1 to %d components, found %d and %d"
                            .formatted(d, n, components));
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray x = features.toArray(manager).toType(DataType.FLOAT64, false);
            NDArray centred = x.sub(x.mean(new int[] {0}, true));
            double[] covariance = centred.transpose().matMul(centred).div(n - 1).toDoubleArray();
            double trace = 0;
            for (int i = 0; i < d; i++) {
                trace += covariance[i * d + i];
            }
            EigenDecomposition_F64<DMatrixRMaj> eigen =
                    DecompositionFactory_DDRM.eig(d, true, true);
            if (!eigen.decompose(DMatrixRMaj.wrap(d, d, covariance))) {
                throw new ArithmeticException("expected eigenvalues, found no convergence");
            }
            int[] order =
                    IntStream.range(0, d)
                            .boxed()
                            .sorted(
                                    Comparator.comparingDouble(
                                            (Integer i) -> -eigen.getEigenvalue(i).getReal()))
                            .limit(components)
                            .mapToInt(Integer::intValue)
                            .toArray();
            double[][] projection = new double[n][components];
            double[] explained = new double[components];
            double[][] directions = new double[components][d];
            double[] values = centred.toDoubleArray();
            for (int c = 0; c < components; c++) {
                double variance = Math.max(0, eigen.getEigenvalue(order[c]).getReal());
                explained[c] = trace == 0 ? 0 : variance / trace;
                DMatrixRMaj direction = eigen.getEigenVector(order[c]);
                double sign = sign(direction);
                for (int j = 0; j < d; j++) {
                    directions[c][j] = sign * direction.get(j);
                }
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < d; j++) {
                        projection[i][c] += directions[c][j] * values[i * d + j];
                    }
                }
            }
            return new Pca(projection, explained, directions);
        }
    }

    private static double sign(DMatrixRMaj direction) {
        double largest = 0;
        for (int j = 0; j < direction.getNumElements(); j++) {
            if (Math.abs(direction.get(j)) > Math.abs(largest)) {
                largest = direction.get(j);
            }
        }
        return Math.signum(largest);
    }

    @Override
    public String toString() {
        return "%d points in %d directions, of the variance %s"
                .formatted(projection.length, explained.length, Arrays.toString(explained));
    }
}
