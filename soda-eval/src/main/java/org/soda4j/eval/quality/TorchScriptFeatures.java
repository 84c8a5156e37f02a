package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageFeatures;

/**
 * Features of a network that the user gives as a TorchScript file, such as Inception for FID and
 * KID. Close it after use.
 *
 * <pre>{@code
 * try (TorchScriptFeatures inception = TorchScriptFeatures.load(path, x -> x.mul(2).sub(1))) {
 *     double fid = FrechetDistance.between(inception.of(realBatches), inception.of(fakeBatches));
 * }
 * }</pre>
 */
public final class TorchScriptFeatures implements ImageFeatures, AutoCloseable {

    private final TorchScriptFile model;
    private final UnaryOperator<NDArray> prepare;

    private TorchScriptFeatures(TorchScriptFile model, UnaryOperator<NDArray> prepare) {
        this.model = model;
        this.prepare = prepare;
    }

    /**
     * Loads a network that takes images in [0, 1] as they are.
     *
     * @param file what {@code torch.jit.save} wrote
     * @return the network; the caller closes it
     * @throws IOException if the file cannot be loaded
     */
    public static TorchScriptFeatures load(Path file) throws IOException {
        return load(file, UnaryOperator.identity());
    }

    /**
     * Loads a network.
     *
     * @param file what {@code torch.jit.save} wrote; one input {@code [N, C, H, W]}, one output of
     *     N rows
     * @param prepare what the network's inputs are of images in [0, 1]: its range and size. Its
     *     intermediate arrays are closed with the batch
     * @return the network; the caller closes it
     * @throws IOException if the file cannot be loaded
     */
    public static TorchScriptFeatures load(Path file, UnaryOperator<NDArray> prepare)
            throws IOException {
        return new TorchScriptFeatures(TorchScriptFile.load(file), prepare);
    }

    /**
     * Extracts features.
     *
     * @param batches {@code [N, C, H, W] in [0, 1]}; read one after the other, not closed
     * @return one row an image: the output, flattened
     * @throws IllegalArgumentException if there is no image, the output has another number of rows,
     *     or a feature is not finite
     */
    @Override
    public FeatureSet of(Iterable<NDArray> batches) {
        float[] values = new float[0];
        int count = 0;
        int width = 0;
        for (NDArray batch : batches) {
            try (NDManager scope = model.manager().newSubManager()) {
                NDArray alias = batch.duplicate();
                alias.attach(scope);
                NDArray output = model.forward(new NDList(prepare.apply(alias))).head();
                output.attach(scope);
                long rows = batch.getShape().get(0);
                if (output.getShape().dimension() < 2 || output.getShape().get(0) != rows) {
                    throw new IllegalArgumentException(
                            "%s: expected features of shape [%d, d], found %s"
                                    .formatted(model.path(), rows, output.getShape()));
                }
                float[] part = output.toFloatArray();
                width = part.length / (int) rows;
                if (count + part.length > values.length) {
                    values =
                            Arrays.copyOf(values, Math.max(count + part.length, 2 * values.length));
                }
                System.arraycopy(part, 0, values, count, part.length);
                count += part.length;
            }
        }
        return FeatureSet.of(Arrays.copyOf(values, count), Math.max(1, width))
                .withProvenance(Map.of("features", String.valueOf(model.path().getFileName())));
    }

    @Override
    public void close() {
        model.close();
    }
}
