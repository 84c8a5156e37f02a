package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Learned perceptual image patch similarity (Zhang et al., The unreasonable effectiveness of deep
 * features as a perceptual metric, 2018) with weights that the user gives, because theirs are not
 * ours to ship: a TorchScript file of a module with two inputs {@code [N, 3, H, W] in [-1, 1]} and
 * one output of N numbers, which is what {@code torch.jit.trace(lpips.LPIPS(net="alex"), (x, y))}
 * makes of the reference implementation. Close it after use.
 */
public final class Lpips implements ImageMetric, AutoCloseable {

    private final TorchScriptFile model;

    private Lpips(TorchScriptFile model) {
        this.model = model;
    }

    /**
     * Loads the network.
     *
     * @param file what {@code torch.jit.save} wrote
     * @return the metric; the caller closes it
     * @throws IOException if the file cannot be loaded
     */
    public static Lpips load(Path file) throws IOException {
        return new Lpips(TorchScriptFile.load(file));
    }

    /**
     * Compares images one by one.
     *
     * @param a float32 {@code [N, 3, H, W] in [0, 1]}
     * @param b the same shape
     * @return {@code N} distances, 0 for equal images
     * @throws IllegalArgumentException if the shapes differ or the network gives another number of
     *     values
     */
    @Override
    public double[] of(NDArray a, NDArray b) {
        if (!a.getShape().equals(b.getShape()) || a.getShape().dimension() != 4) {
            throw new IllegalArgumentException(
                    "expected two batches of one shape [N, 3, H, W], found %s and %s"
                            .formatted(a.getShape(), b.getShape()));
        }
        try (NDManager scope = model.manager().newSubManager()) {
            NDArray first = a.mul(2);
            first.attach(scope);
            NDArray second = b.mul(2);
            second.attach(scope);
            NDArray output = model.forward(new NDList(first.sub(1), second.sub(1))).head();
            output.attach(scope);
            if (output.size() != a.getShape().get(0)) {
                throw new IllegalArgumentException(
                        "%s: expected %d distances, found an output of shape %s"
                                .formatted(model.path(), a.getShape().get(0), output.getShape()));
            }
            return output.toType(DataType.FLOAT64, false).toDoubleArray();
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
