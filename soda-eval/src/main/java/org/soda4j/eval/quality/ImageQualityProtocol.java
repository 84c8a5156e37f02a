package org.soda4j.eval.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.eval.feature.ImageFeatures;

/**
 * Measures how well a model draws, in one call: reconstruction from latents, or sampling without
 * them.
 *
 * <pre>{@code
 * ReconstructionQuality quality =
 *         ImageQualityProtocol.builder(soda)
 *                 .images(1000)
 *                 .options(SamplingOptions.defaults().withGuidance(Guidance.whole(0.3)))
 *                 .build()
 *                 .reconstruction(test);
 * }</pre>
 *
 * <p>Images and their noise are chosen by the seed of the sampling options: the same model, data
 * and options give the same figures.
 */
public final class ImageQualityProtocol {

    private static final String PSNR = "PSNR";
    private static final String SSIM = "SSIM";

    private final Soda soda;
    private final int images;
    private final SamplingOptions options;
    private final ImageFeatures features;
    private final int batchSize;
    private final Map<String, ImageMetric> metrics;
    private final IntConsumer progress;

    private ImageQualityProtocol(Builder builder) {
        soda = builder.soda;
        images = builder.images;
        options = builder.options;
        features = builder.features;
        batchSize = builder.batchSize;
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metrics));
        progress = builder.progress;
    }

    /**
     * Starts with 500 images, the default sampling options and the encoder's pooled features.
     *
     * @param soda the model; stays open
     * @return a builder
     */
    public static Builder builder(Soda soda) {
        return new Builder(soda);
    }

    /**
     * Draws images of a data set again from their latents and compares.
     *
     * @param originals at least 2 images, of which as many as asked for are taken at random
     * @return the figures; fewer images than asked for if there are no more
     * @throws IllegalArgumentException if there are fewer than 2 images, or the features have less
     *     than two columns or are not finite
     */
    public ReconstructionQuality reconstruction(ImageDataset originals) {
        ImageBatches chosen = choose(originals);
        int n = chosen.size();
        Map<String, ImageMetric> all = new LinkedHashMap<>();
        all.put(PSNR, Psnr::of);
        all.put(SSIM, Ssim::of);
        all.putAll(metrics);
        Map<String, double[]> values = new LinkedHashMap<>();
        all.keySet().forEach(name -> values.put(name, new double[n]));
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDList real = new NDList();
            NDList drawn = new NDList();
            for (int from = 0; from < n; from += batchSize) {
                int to = Math.min(n, from + batchSize);
                NDArray batch = chosen.range(manager, from, to);
                NDArray again = soda.reconstruct(batch, ofBatch(from));
                for (String name : all.keySet()) {
                    double[] found = all.get(name).of(batch, again);
                    System.arraycopy(found, 0, values.get(name), from, to - from);
                }
                real.add(batch);
                drawn.add(again);
                progress.accept(to);
            }
            Map<String, Double> means = new LinkedHashMap<>();
            values.forEach(
                    (name, each) -> means.put(name, Arrays.stream(each).average().orElseThrow()));
            return new ReconstructionQuality(
                    n,
                    means.remove(PSNR),
                    means.remove(SSIM),
                    DistributionQuality.of(features.of(real), features.of(drawn)),
                    means);
        }
    }

    /**
     * Draws images without a latent and compares them with real ones as sets.
     *
     * @param real at least 2 images, of which as many as asked for are taken at random
     * @return the figures; fewer images than asked for if there are no more
     * @throws IllegalArgumentException if there are fewer than 2 images, or the features are not
     *     finite
     */
    public SamplingQuality sampling(ImageDataset real) {
        ImageBatches chosen = choose(real);
        int n = chosen.size();
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            NDList originals = new NDList();
            NDList drawn = new NDList();
            for (int from = 0; from < n; from += batchSize) {
                int to = Math.min(n, from + batchSize);
                originals.add(chosen.range(manager, from, to));
                drawn.add(soda.sample(manager, to - from, ofBatch(from)));
                progress.accept(to);
            }
            return new SamplingQuality(
                    n, DistributionQuality.of(features.of(originals), features.of(drawn)));
        }
    }

    private SamplingOptions ofBatch(int from) {
        return options.withSeed(options.seed() + from);
    }

    private ImageBatches choose(ImageDataset all) {
        int size = Math.toIntExact(all.size());
        if (size < 2) {
            throw new IllegalArgumentException("images: expected at least 2, found " + size);
        }
        if (size <= images) {
            return ImageBatches.resized(all, soda);
        }
        int[] order = IntStream.range(0, size).toArray();
        Random random = new Random(options.seed());
        for (int i = 0; i < images; i++) {
            int j = i + random.nextInt(size - i);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        int[] taken = Arrays.copyOf(order, images);
        Arrays.sort(taken);
        return ImageBatches.resized(all.select(taken), soda);
    }

    /** The settings of a protocol. */
    public static final class Builder {

        private final Soda soda;
        private int images = 500;
        private SamplingOptions options;
        private ImageFeatures features;
        private final Map<String, ImageMetric> metrics = new LinkedHashMap<>();
        private int batchSize = 50;
        private IntConsumer progress = done -> {};

        private Builder(Soda soda) {
            this.soda = Objects.requireNonNull(soda, "soda");
            int steps = Math.min(10, soda.config().schedule().steps());
            options = SamplingOptions.defaults().withSteps(steps);
            features = ImageFeatures.ofEncoder(soda);
        }

        /**
         * How many images.
         *
         * @param count at least 2; default 500
         * @return this
         * @throws IllegalArgumentException if below 2
         */
        public Builder images(int count) {
            images = IntRange.atLeast(2, "images", count);
            return this;
        }

        /**
         * How images are drawn: steps, guidance (not used without a latent), seed.
         *
         * @param options default {@link SamplingOptions#defaults()}
         * @return this
         */
        public Builder options(SamplingOptions options) {
            this.options = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * In which features sets are compared.
         *
         * @param features default the pooled features of the model's own encoder
         * @return this
         */
        public Builder features(ImageFeatures features) {
            this.features = Objects.requireNonNull(features, "features");
            return this;
        }

        /**
         * Compares each image with its reconstruction by one more metric.
         *
         * @param name what its mean is called; PSNR and SSIM are always there
         * @param metric stays open
         * @return this
         * @throws IllegalArgumentException if the name is taken
         */
        public Builder metric(String name, ImageMetric metric) {
            Objects.requireNonNull(metric, "metric");
            if (name.equals(PSNR)
                    || name.equals(SSIM)
                    || metrics.putIfAbsent(name, metric) != null) {
                throw new IllegalArgumentException(
                        "metric: expected a new name, found " + name + " a second time");
            }
            return this;
        }

        /**
         * How many images are drawn at once. Another number draws another noise.
         *
         * @param size at least 1; default 50
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder batchSize(int size) {
            batchSize = IntRange.atLeastOne("batchSize", size);
            return this;
        }

        /**
         * Reports progress.
         *
         * @param listener called with the number of images done, after every batch
         * @return this
         */
        public Builder progress(IntConsumer listener) {
            progress = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Makes the protocol.
         *
         * @return an immutable protocol; the model must stay open while it is used
         */
        public ImageQualityProtocol build() {
            return new ImageQualityProtocol(this);
        }
    }
}
