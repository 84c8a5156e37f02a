package org.soda4j.compute;

import ai.djl.ndarray.NDArray;
import org.soda4j.engine.Internal;
import org.soda4j.engine.MatrixOperators;

/**
 * Cholesky's factor of a symmetric positive definite matrix: a lower triangle L with {@code L L^T}
 * the matrix. Float32 or float64, without gradients.
 */
@Internal
public final class TriangularFactor implements AutoCloseable {

    private final NDArray lower;

    private TriangularFactor(NDArray lower) {
        this.lower = lower;
    }

    /**
     * Factors a matrix.
     *
     * @param matrix {@code [d, d]}, stays open
     * @return L, in the manager of the matrix; the caller closes it
     * @throws ai.djl.engine.EngineException if the matrix is not positive definite
     */
    public static TriangularFactor of(NDArray matrix) {
        return new TriangularFactor(MatrixOperators.cholesky(matrix));
    }

    /**
     * Solves {@code L x = b}.
     *
     * @param b {@code [d, n]}
     * @return x, in the manager of the factor
     */
    public NDArray solve(NDArray b) {
        return MatrixOperators.solveTriangle(lower, b, false);
    }

    /**
     * Solves {@code L^T x = b}.
     *
     * @param b {@code [d, n]}
     * @return x, in the manager of the factor
     */
    public NDArray solveTransposed(NDArray b) {
        return MatrixOperators.solveTriangle(lower, b, true);
    }

    @Override
    public void close() {
        lower.close();
    }
}
