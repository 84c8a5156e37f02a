package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;
import org.soda4j.engine.FastOperators.WinogradKernel;

/**
 * A convolution of inference that holds the batch norm after it, in the form that it is computed
 * with: plain, packed, or packed and Winograd's for batches that are large enough.
 */
final class FoldedConv implements AutoCloseable {

    /** Winograd's tiles are 4 x 4 results. Fewer tiles read its larger kernel for too little. */
    private static final int TILE = 4;

    private static final int LEAST_TILES = 32;

    private final Affine layer;
    private final int stride;
    private final boolean packed;
    private final Supplier<WinogradKernel> winogradMaker;
    private WinogradKernel winograd;
    private boolean asked;
    private boolean closed;

    private FoldedConv(
            Affine layer, int stride, boolean packed, Supplier<WinogradKernel> winogradMaker) {
        this.layer = layer;
        this.stride = stride;
        this.packed = packed;
        this.winogradMaker = winogradMaker;
    }

    /** A kernel {@code [out, in, k, k]} in the format of maps, and a bias {@code [out]}. */
    static FoldedConv plain(Affine layer, int stride) {
        return new FoldedConv(layer, stride, false, null);
    }

    /** The same with a kernel of {@link FastOperators#packKernel}. */
    static FoldedConv packed(Affine layer, int stride) {
        return new FoldedConv(layer, stride, true, null);
    }

    /**
     * The same with Winograd's algorithm, for stride 1. Its kernel is four times as large and takes
     * as long to make as all else, so that it waits for the first batch that is large enough.
     *
     * @param maker gives what {@link FastOperators#winogradKernel} made, or null where the
     *     algorithm is not to be used after all; called at most once
     */
    FoldedConv withWinograd(Supplier<WinogradKernel> maker) {
        return new FoldedConv(layer, stride, packed, maker);
    }

    /** Whether large batches take Winograd's algorithm. */
    boolean isForWinograd() {
        return winogradMaker != null;
    }

    /** Whether its kernel has been made. */
    synchronized boolean hasWinograd() {
        return winograd != null;
    }

    /** {@code [N, in, H, W]} to {@code [N, out, H', W']}, with ReLU or without. */
    NDArray apply(NDArray x, boolean relu, OperatorMode mode) {
        WinogradKernel made = winogradFor(x);
        if (made != null) {
            return FastOperators.winogradConv(x, made, layer.bias(), relu);
        }
        return FastOperators.foldedConv(x, layer, packed, stride, relu, mode);
    }

    /** ReLU of the result and a shortcut of its shape, which may be overwritten. */
    NDArray applyAddRelu(NDArray x, NDArray shortcut, OperatorMode mode) {
        WinogradKernel made = winogradFor(x);
        if (made != null) {
            return FastOperators.winogradConvAddRelu(x, shortcut, made, layer.bias());
        }
        return FastOperators.foldedConvAddRelu(x, shortcut, layer, packed, stride, mode);
    }

    /** Null for batches that are better off without. */
    private WinogradKernel winogradFor(NDArray x) {
        if (winogradMaker == null || !hasEnoughTiles(x)) {
            return null;
        }
        synchronized (this) {
            if (!asked) {
                if (closed) {
                    throw new IllegalStateException(
                            "expected parameters that nothing writes to during inference, found"
                                    + " them written to meanwhile");
                }
                winograd = winogradMaker.get();
                asked = true;
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
        layer.weight().close();
        layer.bias().close();
        if (winograd != null) {
            winograd.close();
        }
    }
}
