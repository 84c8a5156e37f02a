package org.soda4j.engine;

import ai.djl.ndarray.NDArray;

/** Products and factors of matrices, on the terms of {@link Operators}, without gradients. */
@Internal
public final class MatrixOperators {

    private MatrixOperators() {}

    /**
     * A bare matrix product, to measure the machine by.
     *
     * @param a {@code [N, K]}, or {@code [N, K, 1, 1]} for a product by the library for
     *     convolutions
     * @param b {@code [K, M]}, or then {@code [1, K, H, W]}
     * @param format of the product
     * @return {@code [N, M]} or {@code [1, N, H, W]}
     */
    public static NDArray product(NDArray a, NDArray b, NumberFormat format) {
        return Operators.call("product", a, b, format.code());
    }

    /**
     * The lower triangle whose product with its transpose is a matrix, without gradients.
     *
     * @param matrix symmetric, positive definite, {@code [d, d]}
     * @return {@code [d, d]}
     */
    public static NDArray cholesky(NDArray matrix) {
        return Operators.call("cholesky", matrix);
    }

    /**
     * Solves {@code L x = b}, or {@code L^T x = b}, without gradients.
     *
     * @param lower L, a lower triangle
     * @param b {@code [d, n]}
     * @param transposed whether L^T is meant
     * @return x
     */
    public static NDArray solveTriangle(NDArray lower, NDArray b, boolean transposed) {
        return Operators.call("solve_triangle", lower, b, Operators.flag(transposed));
    }
}
