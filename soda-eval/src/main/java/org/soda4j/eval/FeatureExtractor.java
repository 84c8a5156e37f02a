package org.soda4j.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.soda4j.Soda;
import org.soda4j.data.ImageDataset;
import org.soda4j.data.ViewPipeline;
import org.soda4j.data.transform.PixelBuffer;
import org.soda4j.data.transform.ViewRandom;

/**
 * Turns the images of a data set into features: resized to the model's resolution, without
 * augmentation, batch by batch, with one batch in memory.
 *
 * <pre>{@code
 * FeatureSet features = FeatureExtractor.of(soda).extract(images);
 * }</pre>
 */
public final class FeatureExtractor {

    /** What is taken as features. */
    public enum Output {
        /** The latent z. */
        LATENT,
        /** The latent scaled to length 1; what the published k-NN compares. */
        NORMALIZED_LATENT,
        /** The pooled features before the encoder's last layer. */
        POOLED,
        /** The pixels themselves, the baseline of every encoder. */
        PIXELS
    }

    private final Soda soda;
    private final Output output;
    private final int batchSize;
    private final IntConsumer progress;

    private FeatureExtractor(Soda soda, Output output, int batchSize, IntConsumer progress) {
        this.soda = soda;
        this.output = output;
        this.batchSize = batchSize;
        this.progress = progress;
    }

    /**
     * Takes a model's latents, in batches of 256.
     *
     * @param soda the model; stays open
     * @return the extractor
     */
    public static FeatureExtractor of(Soda soda) {
        return new FeatureExtractor(
                Objects.requireNonNull(soda, "soda"), Output.LATENT, 256, done -> {});
    }

    /**
     * Takes something else as features.
     *
     * @param other what to take
     * @return a changed extractor
     */
    public FeatureExtractor output(Output other) {
        return new FeatureExtractor(
                soda, Objects.requireNonNull(other, "output"), batchSize, progress);
    }

    /**
     * Encodes another number of images at once.
     *
     * @param size at least 1; default 256
     * @return a changed extractor
     */
    public FeatureExtractor batchSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("batchSize: expected at least 1, found " + size);
        }
        return new FeatureExtractor(soda, output, size, progress);
    }

    /**
     * Reports progress.
     *
     * @param listener called with the number of images done, after every batch
     * @return a changed extractor
     */
    public FeatureExtractor progress(IntConsumer listener) {
        return new FeatureExtractor(
                soda, output, batchSize, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Extracts the features of every image.
     *
     * @param images at least one image
     * @return features in the data set's order, with its labels if it has any
     */
    public FeatureSet extract(ImageDataset images) {
        int size = Math.toIntExact(images.size());
        if (size == 0) {
            throw new IllegalArgumentException("images: expected at least one, found none");
        }
        List<Integer> shape = soda.config().denoiser().imageShape();
        ViewPipeline pipeline = ViewPipeline.builder(shape.get(1)).channels(shape.get(0)).build();
        PixelBuffer buffer = new PixelBuffer();
        ViewRandom random = new ViewRandom(0, 0, 0, 0); // Nothing is drawn from it.
        float[] pixels = new float[pipeline.length()];
        float[] features = null;
        int width = 0;
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            for (int start = 0; start < size; start += batchSize) {
                int n = Math.min(batchSize, size - start);
                float[] batch = new float[n * pixels.length];
                for (int i = 0; i < n; i++) {
                    pipeline.apply(images.image(start + i), random, buffer, pixels);
                    System.arraycopy(pixels, 0, batch, i * pixels.length, pixels.length);
                }
                float[] part =
                        encode(
                                manager,
                                batch,
                                new Shape(n, shape.get(0), shape.get(1), shape.get(2)));
                width = part.length / n;
                if (features == null) {
                    features = new float[Math.multiplyExact(size, width)];
                }
                System.arraycopy(part, 0, features, start * width, part.length);
                progress.accept(start + n);
            }
        }
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("features", output.name());
        provenance.put("data", images.contentHash());
        FeatureSet set = FeatureSet.of(features, width).withProvenance(provenance);
        int[] labels = new int[size];
        Arrays.setAll(labels, images::label);
        return images.classNames().isEmpty() ? set : set.withLabels(labels, images.classNames());
    }

    private float[] encode(NDManager manager, float[] pixels, Shape shape) {
        if (output == Output.PIXELS) {
            return pixels;
        }
        try (NDArray images = manager.create(pixels, shape);
                NDArray features =
                        switch (output) {
                            case NORMALIZED_LATENT -> soda.encodeNormalized(images);
                            case POOLED -> soda.encodeFeatures(images);
                            default -> soda.encode(images);
                        }) {
            return features.toFloatArray();
        }
    }
}
