package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * A convolution of inference that holds the batch norm after it, in the form that it is computed
 * with: plain, packed, or packed and Winograd's for batches that are large enough.
 */
final class FoldedConv implements AutoCloseable {

    /** Winograd's tiles are 4 x 4 results. Fewer tiles read its larger kernel for too little. */
    private static final int TILE = 4;

    private static final int LEAST_TILES = 32;

    private final NDArray kernel;
    private final NDArray bias;
    private final int stride;
    private final boolean packed;
    private final NDArray winogradKernel;
    private final NDArray winogradMatrices;

    private FoldedConv(
            NDArray kernel,
            NDArray bias,
            int stride,
            boolean packed,
            NDArray winogradKernel,
            NDArray winogradMatrices) {
        this.kernel = kernel;
        this.bias = bias;
        this.stride = stride;
        this.packed = packed;
        this.winogradKernel = winogradKernel;
        this.winogradMatrices = winogradMatrices;
    }

    /** A kernel {@code [out, in, k, k]} in the format of maps, and a bias {@code [out]}. */
    static FoldedConv plain(NDArray kernel, NDArray bias, int stride) {
        return new FoldedConv(kernel, bias, stride, false, null, null);
    }

    /** A kernel of {@link FastOperators#packKernel}. */
    static FoldedConv packed(NDArray kernel, NDArray bias, int stride) {
        return new FoldedConv(kernel, bias, stride, true, null, null);
    }

    /** The same with what {@link FastOperators#winogradKernel} made, for stride 1. */
    FoldedConv withWinograd(NDArray itsKernel, NDArray matrices) {
        return new FoldedConv(kernel, bias, stride, packed, itsKernel, matrices);
    }

    boolean hasWinograd() {
        return winogradKernel != null;
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H', W']}, with ReLU or without. */
    NDArray apply(NDArray x, boolean relu, OperatorMode mode) {
        if (isForWinograd(x)) {
            return FastOperators.winogradConv(x, winogradKernel, winogradMatrices, bias, relu);
        }
        return FastOperators.foldedConv(x, kernel, bias, packed, stride, relu, mode);
    }

    /** ReLU of the result and a shortcut of its shape, which may be overwritten. */
    NDArray applyAddRelu(NDArray x, NDArray shortcut, OperatorMode mode) {
        if (isForWinograd(x)) {
            return FastOperators.winogradConvAddRelu(
                    x, shortcut, winogradKernel, winogradMatrices, bias);
        }
        return FastOperators.foldedConvAddRelu(x, shortcut, kernel, bias, packed, stride, mode);
    }

    /** Enough tiles that are at least half full, which halves the products. */
    private boolean isForWinograd(NDArray x) {
        if (winogradKernel == null) {
            return false;
        }
        Shape shape = x.getShape();
        long tiles = tiles(shape.get(2)) * tiles(shape.get(3));
        long pixels = shape.get(2) * shape.get(3);
        return shape.get(0) * tiles >= LEAST_TILES && 2 * pixels >= TILE * TILE * tiles;
    }

    private static long tiles(long pixels) {
        return (pixels + TILE - 1) / TILE;
    }

    @Override
    public void close() {
        kernel.close();
        bias.close();
        if (winogradKernel != null) {
            winogradKernel.close();
            winogradMatrices.close();
        }
    }
}
