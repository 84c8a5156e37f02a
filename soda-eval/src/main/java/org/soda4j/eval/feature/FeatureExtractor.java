package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.encoder.FeatureStatistics;

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
        /** The means of the feature maps of all four stages. */
        STAGES,
        /** The latent and the means of all stages. */
        JOINED,
        /** The pixels themselves, the baseline of every encoder. */
        PIXELS;

        /**
         * Computes the features of a batch.
         *
         * @param images {@code [N, C, H, W] in [0, 1]}; not closed
         * @return {@code [N, d]}; the caller closes it
         */
        public NDArray of(Soda soda, NDArray images) {
            return switch (this) {
                case LATENT -> soda.encode(images);
                case NORMALIZED_LATENT -> soda.encodeNormalized(images);
                case POOLED -> soda.encodeFeatures(images);
                case STAGES -> soda.encodeStages(images);
                case JOINED -> soda.encodeJoined(images);
                case PIXELS -> images.reshape(new Shape(images.getShape().get(0), -1));
            };
        }

        private FeatureStatistics statistics(Soda soda) {
            FeatureStatistics all =
                    soda.featureStatistics()
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "standardized: expected a model with statistics of its features, which a training measures, found none; train it, set Soda.keepFeatureStatistics, or take features as they are"));
            int latent = soda.config().latent().size();
            return switch (this) {
                case LATENT -> all.columns(0, latent);
                case STAGES -> all.columns(latent, all.size());
                case JOINED -> all;
                case POOLED ->
                        all.columns(all.size() - soda.config().encoder().featureSize(), all.size());
                case NORMALIZED_LATENT, PIXELS ->
                        throw new IllegalStateException(
                                "standardized: expected LATENT, POOLED, STAGES or JOINED, found "
                                        + this);
            };
        }
    }

    private final Soda soda;
    private final Output output;
    private final boolean standardized;
    private final int batchSize;
    private final IntConsumer progress;

    private FeatureExtractor(
            Soda soda, Output output, boolean standardized, int batchSize, IntConsumer progress) {
        this.soda = soda;
        this.output = output;
        this.standardized = standardized;
        this.batchSize = batchSize;
        this.progress = progress;
    }

    /**
     * Takes a model's latents, in batches of 64.
     *
     * @param soda the model; stays open
     * @return the extractor
     */
    public static FeatureExtractor of(Soda soda) {
        return new FeatureExtractor(
                Objects.requireNonNull(soda, "soda"), Output.LATENT, false, 64, done -> {});
    }

    /**
     * Takes something else as features.
     *
     * @param other what to take
     * @return a changed extractor
     */
    public FeatureExtractor output(Output other) {
        return new FeatureExtractor(
                soda, Objects.requireNonNull(other, "output"), standardized, batchSize, progress);
    }

    /**
     * Standardises features by the statistics that the model was saved with, so that each weighs
     * the same in cosines and distances.
     *
     * @param standardize default false
     * @return a changed extractor
     */
    public FeatureExtractor standardized(boolean standardize) {
        return new FeatureExtractor(soda, output, standardize, batchSize, progress);
    }

    /**
     * Encodes another number of images at once. With one batch size, number of threads and kind of
     * CPU the features of an image are the same to the last bit, whatever else is encoded.
     *
     * @param size at least 1; default 64
     * @return a changed extractor
     */
    public FeatureExtractor batchSize(int size) {
        return new FeatureExtractor(
                soda, output, standardized, IntRange.atLeastOne("batchSize", size), progress);
    }

    /**
     * Reports progress.
     *
     * @param listener called with the number of images done, after every batch
     * @return a changed extractor
     */
    public FeatureExtractor progress(IntConsumer listener) {
        return new FeatureExtractor(
                soda,
                output,
                standardized,
                batchSize,
                Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Extracts the features of every image.
     *
     * @param images at least one image
     * @return features in the data set's order, with its labels if it has any
     * @throws IllegalStateException if standardised ones are wanted and the model has no statistics
     */
    public FeatureSet extract(ImageDataset images) {
        Optional<FeatureStatistics> statistics =
                standardized ? Optional.of(output.statistics(soda)) : Optional.empty();
        ImageBatches batches = ImageBatches.resized(images, soda);
        int size = batches.size();
        float[] features = null;
        int width = 0;
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            for (int start = 0; start < size; start += batchSize) {
                int n = Math.min(batchSize, size - start);
                // The last batch is filled up with zeros: the engine's kernels depend on the number
                // of images, and the last bits of a feature on the kernel.
                Shape shape = batches.shape(batchSize);
                float[] pixels = batches.pixels(0, IntStream.range(start, start + n).toArray());
                float[] filled = Arrays.copyOf(pixels, Math.toIntExact(shape.size()));
                try (NDArray batch = manager.create(filled, shape);
                        NDArray encoded = output.of(soda, batch)) {
                    float[] part = encoded.toFloatArray();
                    width = part.length / batchSize;
                    if (features == null) {
                        features = new float[Math.multiplyExact(size, width)];
                    }
                    System.arraycopy(part, 0, features, start * width, n * width);
                }
                progress.accept(start + n);
            }
        }
        if (statistics.isPresent()) {
            statistics.get().standardize(features);
        }
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("features", output.name());
        if (standardized) {
            provenance.put("standardized", "true");
        }
        provenance.put("data", images.contentHash());
        FeatureSet set =
                FeatureSet.of(features, width)
                        .withProvenance(provenance)
                        .withIds(IntStream.range(0, size).mapToObj(images::id).toList());
        int[] labels = new int[size];
        Arrays.setAll(labels, images::label);
        return images.classNames().isEmpty() ? set : set.withLabels(labels, images.classNames());
    }
}
