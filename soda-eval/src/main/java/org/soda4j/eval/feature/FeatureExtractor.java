package org.soda4j.eval.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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
 * FeatureSet features = FeatureExtractor.of(soda).extract(images); // the best to compare by
 * FeatureSet latents = FeatureExtractor.of(soda).output(FeatureExtractor.Output.LATENT).extract(images);
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
        /**
         * The latent and the means of all stages; standardised, it is what k-NN, linear probes and
         * search get most from, by the evidence of {@code docs/results.md}.
         */
        JOINED,
        /** What the denoiser's blocks say of the image: {@link DenoiserFeatures}. */
        DENOISER,
        /** The latent, the means of all stages and the denoiser's features. */
        JOINED_DENOISER,
        /** The pixels themselves, the baseline of every encoder. */
        PIXELS;

        /**
         * Computes the features of a batch; those of the denoiser as {@link
         * DenoiserFeatures#of(Soda)} chooses them.
         *
         * @param images {@code [N, C, H, W] in [0, 1]}; not closed
         * @return {@code [N, d]}; the caller closes it
         */
        public NDArray of(Soda soda, NDArray images) {
            return of(soda, images, usesDenoiser() ? DenoiserFeatures.of(soda) : null);
        }

        private NDArray of(Soda soda, NDArray images, DenoiserFeatures denoiser) {
            return switch (this) {
                case LATENT -> soda.encode(images);
                case NORMALIZED_LATENT -> soda.encodeNormalized(images);
                case POOLED -> soda.encodeFeatures(images);
                case STAGES -> soda.encodeStages(images);
                case JOINED -> soda.encodeJoined(images);
                case DENOISER -> denoiser.extract(soda, images);
                case JOINED_DENOISER -> joined(soda, images, denoiser);
                case PIXELS -> images.reshape(new Shape(images.getShape().get(0), -1));
            };
        }

        private static NDArray joined(Soda soda, NDArray images, DenoiserFeatures denoiser) {
            String latent = ":, :" + soda.config().latent().size();
            try (NDArray encoded = soda.encodeJoined(images);
                    NDArray z = encoded.get(latent);
                    NDArray denoised = denoiser.extract(soda, images, z)) {
                return encoded.concat(denoised, 1);
            }
        }

        private boolean usesDenoiser() {
            return this == DENOISER || this == JOINED_DENOISER;
        }

        private boolean hasStatistics(Soda soda) {
            return soda.featureStatistics().isPresent()
                    && switch (this) {
                        case LATENT, POOLED, STAGES, JOINED -> true;
                        case NORMALIZED_LATENT, DENOISER, JOINED_DENOISER, PIXELS -> false;
                    };
        }

        private FeatureStatistics statistics(Soda soda) {
            return switch (this) {
                case LATENT -> known(soda).columns(0, soda.config().latent().size());
                case STAGES ->
                        known(soda).columns(soda.config().latent().size(), known(soda).size());
                case JOINED -> known(soda);
                case POOLED -> {
                    int size = known(soda).size();
                    yield known(soda).columns(size - soda.config().encoder().featureSize(), size);
                }
                case NORMALIZED_LATENT, DENOISER, JOINED_DENOISER, PIXELS ->
                        throw new IllegalStateException(
                                "standardized: expected LATENT, POOLED, STAGES or JOINED, of which a model has statistics, found %s; standardizedOn(images) measures them"
                                        .formatted(this));
            };
        }

        private static FeatureStatistics known(Soda soda) {
            return soda.featureStatistics()
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "standardized: expected a model with statistics of its features, which a training measures, found none; train it, set Soda.keepFeatureStatistics, or take features as they are"));
        }
    }

    private final Soda soda;
    private final Output output;
    private final DenoiserFeatures denoiser; // Null: as they are chosen without labels.
    private final Scaling scaling;
    private final int batchSize;
    private final IntConsumer progress;

    /**
     * How features are standardised.
     *
     * @param name for provenance; empty for not at all
     * @param measured null for the model's own statistics
     * @param asked whether somebody said so, and not the default
     */
    private record Scaling(String name, FeatureStatistics measured, boolean asked) {

        static final Scaling NONE = new Scaling("", null, true);
        static final Scaling OF_MODEL = new Scaling("true", null, true);
        static final Scaling BY_DEFAULT = new Scaling("true", null, false);

        FeatureStatistics of(Soda soda, Output output) {
            return measured == null ? output.statistics(soda) : measured;
        }

        /** What was measured belongs to one output. */
        Scaling ofModel() {
            return measured == null ? this : NONE;
        }

        /** Another output than the default one is taken as it is. */
        Scaling ofNamedOutput() {
            return asked ? ofModel() : NONE;
        }
    }

    private FeatureExtractor(
            Soda soda,
            Output output,
            DenoiserFeatures denoiser,
            Scaling scaling,
            int batchSize,
            IntConsumer progress) {
        this.soda = soda;
        this.output = output;
        this.denoiser = denoiser;
        this.scaling = scaling;
        this.batchSize = batchSize;
        this.progress = progress;
    }

    /**
     * Takes what is best by evidence ({@code docs/results.md}): {@link Output#JOINED}, standardised
     * by the statistics that the model was saved with, so that cosines mean something; the latents
     * as they are where a model has no statistics. In batches of 64.
     *
     * @param soda the model; stays open
     * @return the extractor
     */
    public static FeatureExtractor of(Soda soda) {
        Objects.requireNonNull(soda, "soda");
        boolean best = soda.featureStatistics().isPresent();
        return new FeatureExtractor(
                soda,
                best ? Output.JOINED : Output.LATENT,
                null,
                best ? Scaling.BY_DEFAULT : Scaling.NONE,
                64,
                done -> {});
    }

    /**
     * Takes one kind of features, as they are unless {@link #standardized} says otherwise. What is
     * edited, interpolated or drawn from is {@code output(Output.LATENT)}.
     *
     * @param other what to take
     * @return a changed extractor; what {@link #standardizedOn} measured is dropped
     */
    public FeatureExtractor output(Output other) {
        Objects.requireNonNull(other, "output");
        return new FeatureExtractor(
                soda, other, denoiser, scaling.ofNamedOutput(), batchSize, progress);
    }

    /**
     * Takes other features of the denoiser, for the outputs that have any.
     *
     * @param features blocks, noise step and noise; default {@link DenoiserFeatures#of(Soda)}
     * @return a changed extractor; what {@link #standardizedOn} measured is dropped
     * @throws IllegalArgumentException if the model has no such block or step; names those it has
     */
    public FeatureExtractor denoiser(DenoiserFeatures features) {
        return new FeatureExtractor(
                soda, output, features.checkedFor(soda), scaling.ofModel(), batchSize, progress);
    }

    /**
     * Standardises features by the statistics that the model was saved with, so that each weighs
     * the same in cosines and distances.
     *
     * @param standardize default: only where no output was named
     * @return a changed extractor
     */
    public FeatureExtractor standardized(boolean standardize) {
        Scaling changed = standardize ? Scaling.OF_MODEL : Scaling.NONE;
        return new FeatureExtractor(soda, output, denoiser, changed, batchSize, progress);
    }

    /**
     * Standardises features by their means and deviations over some images, such as those that a
     * probe learns from: for features and models of which there are no statistics.
     *
     * @param images at least one, best some hundreds; encoded now
     * @return a changed extractor
     */
    public FeatureExtractor standardizedOn(ImageDataset images) {
        FeatureSet set = standardized(false).extract(images);
        FeatureStatistics measured = FeatureStatistics.of(set.sharedValues(), set.width());
        Scaling changed = new Scaling("on " + images.contentHash(), measured, true);
        return new FeatureExtractor(soda, output, denoiser, changed, batchSize, progress);
    }

    /**
     * Encodes another number of images at once. With one batch size, number of threads and kind of
     * CPU the features of an image are the same to the last bit, whatever else is encoded.
     *
     * @param size at least 1; default 64
     * @return a changed extractor
     */
    public FeatureExtractor batchSize(int size) {
        IntRange.atLeastOne("batchSize", size);
        return new FeatureExtractor(soda, output, denoiser, scaling, size, progress);
    }

    /**
     * Reports progress.
     *
     * @param listener called with the number of images done, after every batch
     * @return a changed extractor
     */
    public FeatureExtractor progress(IntConsumer listener) {
        Objects.requireNonNull(listener, "listener");
        return new FeatureExtractor(soda, output, denoiser, scaling, batchSize, listener);
    }

    /**
     * Extracts the features of every image.
     *
     * @param images at least one image
     * @return features in the data set's order, with its labels if it has any
     * @throws IllegalStateException if standardised ones are wanted and the model has no statistics
     */
    public FeatureSet extract(ImageDataset images) {
        FeatureStatistics statistics = standardizes() ? scaling.of(soda, output) : null;
        DenoiserFeatures chosen = chosenDenoiser();
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
                        NDArray encoded = output.of(soda, batch, chosen)) {
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
        if (statistics != null) {
            statistics.standardize(features);
        }
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("features", output.name());
        if (chosen != null) {
            provenance.put("denoiser", chosen.toString());
        }
        if (standardizes()) {
            provenance.put("standardized", scaling.name());
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

    private boolean standardizes() {
        return !scaling.name().isEmpty();
    }

    private DenoiserFeatures chosenDenoiser() {
        if (!output.usesDenoiser()) {
            return null;
        }
        return denoiser == null ? DenoiserFeatures.of(soda) : denoiser;
    }

    /**
     * Tells whether {@link #standardized} has what it needs.
     *
     * @return whether the model has statistics of this output
     */
    public boolean hasStatistics() {
        return output.hasStatistics(soda);
    }

    /** {@return the model whose features these are} */
    public Soda soda() {
        return soda;
    }

    /** {@return what is taken as features} */
    public Output output() {
        return output;
    }

    /**
     * Says which features these are, without the model and the images.
     *
     * @return the same text for features that can be compared, such as {@code JOINED standardized}
     */
    public String description() {
        StringBuilder text = new StringBuilder(output.name());
        DenoiserFeatures chosen = chosenDenoiser();
        if (chosen != null) {
            text.append(" (").append(chosen).append(')');
        }
        if (standardizes()) {
            text.append(" standardized");
            text.append(scaling.measured() == null ? "" : " " + scaling.name());
        }
        return text.toString();
    }
}
