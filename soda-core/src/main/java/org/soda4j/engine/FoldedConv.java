package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;

/**
 * A convolution of inference that holds the batch norm after it, in the form that it is computed
 * with: plain, packed, or packed and Winograd's for batches that are large enough.
 */
final class FoldedConv implements AutoCloseable {

    /** Winograd's tiles are 4 x 4 results. Fewer tiles read its larger kernel for too little. */
    private static final int TILE = 4;

    private static final int LEAST_TILES = 32;

    private static final NDList NONE = new NDList();

    private final NDArray kernel;
    private final NDArray bias;
    private final int stride;
    private final boolean packed;
    private final Supplier<NDList> winogradMaker;
    private NDList winograd;
    private boolean closed;

    private FoldedConv(
            NDArray kernel,
            NDArray bias,
            int stride,
            boolean packed,
            Supplier<NDList> winogradMaker) {
        this.kernel = kernel;
        this.bias = bias;
        this.stride = stride;
        this.packed = packed;
        this.winogradMaker = winogradMaker;
    }

    /** A kernel {@code [out, in, k, k]} in the format of maps, and a bias {@code [out]}. */
    static FoldedConv plain(NDArray kernel, NDArray bias, int stride) {
        return new FoldedConv(kernel, bias, stride, false, null);
    }

    /** A kernel of {@link FastOperators#packKernel}. */
    static FoldedConv packed(NDArray kernel, NDArray bias, int stride) {
        return new FoldedConv(kernel, bias, stride, true, null);
    }

    /**
     * The same with Winograd's algorithm, for stride 1. Its kernel is four times as large and takes
     * as long to make as all else, so that it waits for the first batch that is large enough.
     *
     * @param maker gives what {@link FastOperators#winogradKernel} made, or an empty list where the
     *     algorithm is not to be used after all; called at most once
     */
    FoldedConv withWinograd(Supplier<NDList> maker) {
        return new FoldedConv(kernel, bias, stride, packed, maker);
    }

    /** Whether large batches take Winograd's algorithm. */
    boolean isForWinograd() {
        return winogradMaker != null;
    }

    /** Whether its kernel has been made. */
    synchronized boolean hasWinograd() {
        return winograd != null && !winograd.isEmpty();
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H', W']}, with ReLU or without. */
    NDArray apply(NDArray x, boolean relu, OperatorMode mode) {
        NDList made = winogradFor(x);
        if (!made.isEmpty()) {
            return FastOperators.winogradConv(x, made.get(0), made.get(1), bias, relu);
        }
        return FastOperators.foldedConv(x, kernel, bias, packed, stride, relu, mode);
    }

    /** ReLU of the result and a shortcut of its shape, which may be overwritten. */
    NDArray applyAddRelu(NDArray x, NDArray shortcut, OperatorMode mode) {
        NDList made = winogradFor(x);
        if (!made.isEmpty()) {
            return FastOperators.winogradConvAddRelu(x, shortcut, made.get(0), made.get(1), bias);
        }
        return FastOperators.foldedConvAddRelu(x, shortcut, kernel, bias, packed, stride, mode);
    }

    /** Winograd's kernel and matrices, or none for batches that are better off without. */
    private NDList winogradFor(NDArray x) {
        if (winogradMaker == null || !hasEnoughTiles(x)) {
            return NONE;
        }
        synchronized (this) {
            if (winograd == null) {
                if (closed) {
                    throw new IllegalStateException(
                            "expected parameters that nothing writes to during inference, found"
                                    + " them written to meanwhile");
                }
                winograd = winogradMaker.get();
            }
            return winograd;
        }
    }

    /** Enough tiles that are at least half full, which halves the products. */
    private static boolean hasEnoughTiles(NDArray x) {
        Shape shape = x.getShape();
        long tiles = tiles(shape.get(2)) * tiles(shape.get(3));
        long pixels = shape.get(2) * shape.get(3);
        return shape.get(0) * tiles >= LEAST_TILES && 2 * pixels >= TILE * TILE * tiles;
    }

    private static long tiles(long pixels) {
        return (pixels + TILE - 1) / TILE;
    }

    @Override
    public synchronized void close() {
        closed = true;
        kernel.close();
        bias.close();
        if (winograd != null) {
            winograd.close();
        }
    }
}
