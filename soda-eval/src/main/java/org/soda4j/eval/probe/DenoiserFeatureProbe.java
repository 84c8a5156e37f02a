package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;

/**
 * The unconditional diffusion baseline: what a block on the denoiser's way up knows about an image
 * at one noise step, swept over blocks and steps. Features are the block's activations for a noised
 * image, averaged over its pixels, with all of the latent dropped (Xiang et al., Denoising
 * diffusion autoencoders are unified self-supervised learners, 2023, section 3; the baseline of
 * SODA's table 1). It should stay below the encoder's own latent.
 *
 * <pre>{@code
 * DenoiserFeatureResult sweep =
 *         DenoiserFeatureProbe.builder(soda).steps(50, 200).build().evaluate(train, test);
 * sweep.heatMap().save(Path.of("sweep.png"));
 * }</pre>
 */
public final class DenoiserFeatureProbe {

    private final Soda soda;
    private final List<String> blocks;
    private final int[] steps;
    private final FeatureProbe probe;
    private final boolean keepLatent;
    private final int batchSize;
    private final long seed;

    private DenoiserFeatureProbe(Builder builder) {
        soda = builder.soda;
        blocks = List.copyOf(builder.blocks);
        steps = builder.steps.clone();
        probe = builder.probe;
        keepLatent = builder.keepLatent;
        batchSize = builder.batchSize;
        seed = builder.seed;
    }

    /**
     * Starts with all blocks, five noise steps and a k-NN probe, without the latent.
     *
     * @param soda the model; stays open
     * @return a builder
     */
    public static Builder builder(Soda soda) {
        return new Builder(soda);
    }

    /**
     * Probes every block at every step: one pass over both data sets a step.
     *
     * @param train labelled images
     * @param test labelled images of the same classes
     * @return the whole table
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if a set is empty, or the probe refuses the features
     */
    public DenoiserFeatureResult evaluate(ImageDataset train, ImageDataset test) {
        ProbeResult[][] results = new ProbeResult[blocks.size()][steps.length];
        for (int s = 0; s < steps.length; s++) {
            Map<String, FeatureSet> trainSets = extract(train, steps[s]);
            Map<String, FeatureSet> testSets = extract(test, steps[s]);
            for (int b = 0; b < blocks.size(); b++) {
                String block = blocks.get(b);
                results[b][s] = probe.evaluate(trainSets.get(block), testSets.get(block));
            }
        }
        return DenoiserFeatureResult.of(blocks, steps, keepLatent, results);
    }

    /**
     * Extracts the pooled features of every block at one noise step. The noise of an image depends
     * on the seed, the step and its index alone.
     *
     * @param images at least one image
     * @param step the noise step t, 1 .. T
     * @return block name to features {@code [n, channels]} with the labels, in the order of the
     *     blocks
     * @throws IllegalArgumentException if there are no images or no such step
     */
    public Map<String, FeatureSet> extract(ImageDataset images, int step) {
        requireStep(soda, step);
        ImageBatches batches = ImageBatches.resized(images, soda);
        int size = batches.size();
        Map<String, float[]> features = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            for (int from = 0; from < size; from += batchSize) {
                int to = Math.min(size, from + batchSize);
                try (NDManager scope = manager.newSubManager()) {
                    append(features, activations(scope, batches, from, to, step), from, size);
                }
            }
        }
        Map<String, String> provenance =
                Map.of(
                        "features",
                        "DENOISER",
                        "step",
                        Integer.toString(step),
                        "latent",
                        keepLatent ? "kept" : "dropped");
        int[] labels = new int[size];
        Arrays.setAll(labels, images::label);
        Map<String, FeatureSet> sets = new LinkedHashMap<>();
        for (String block : blocks) {
            float[] values = features.get(block);
            FeatureSet set = FeatureSet.of(values, values.length / size).withProvenance(provenance);
            sets.put(
                    block,
                    images.classNames().isEmpty()
                            ? set
                            : set.withLabels(labels, images.classNames()));
        }
        return sets;
    }

    private Map<String, NDArray> activations(
            NDManager scope, ImageBatches batches, int from, int to, int step) {
        int n = to - from;
        float[] pixels = batches.pixels(0, IntStream.range(from, to).toArray());
        Shape shape = batches.shape(n);
        NDArray latents =
                keepLatent
                        ? soda.encode(scope.create(pixels.clone(), shape))
                        : scope.zeros(new Shape(n, soda.config().latent().size()));
        NDArray noisy = scope.create(noised(pixels, pixels.length / n, from, step), shape);
        NDArray times = scope.full(new Shape(n), step, DataType.INT64);
        Set<String> names = new LinkedHashSet<>(blocks);
        return soda.activations(noisy, times, latents, names);
    }

    /** x_t = sqrt(alphaBar) (2 x - 1) + sqrt(1 - alphaBar) eps. */
    private float[] noised(float[] pixels, int length, int from, int step) {
        double alphaBar = soda.config().schedule().alphaBar(step);
        float signal = (float) Math.sqrt(alphaBar);
        float deviation = (float) Math.sqrt(1 - alphaBar);
        float[] noisy = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            noisy[i] = signal * (2 * pixels[i] - 1);
        }
        for (int i = 0; i < pixels.length / length; i++) {
            new ViewRandom(seed, 0, from + i, step)
                    .addGaussians(noisy, i * length, length, deviation);
        }
        return noisy;
    }

    private static void append(
            Map<String, float[]> features, Map<String, NDArray> activations, int from, int size) {
        activations.forEach(
                (name, map) -> {
                    Shape shape = map.getShape();
                    long n = shape.get(0);
                    int channels = Math.toIntExact(shape.get(1));
                    float[] pooled =
                            map.reshape(n, channels, -1).mean(new int[] {2}).toFloatArray();
                    float[] all =
                            features.computeIfAbsent(
                                    name, key -> new float[Math.multiplyExact(size, channels)]);
                    System.arraycopy(pooled, 0, all, from * channels, pooled.length);
                });
    }

    private static int requireStep(Soda soda, int step) {
        int last = soda.config().schedule().steps();
        if (step < 1 || step > last) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to %d, the schedule's, found %d".formatted(last, step));
        }
        return step;
    }

    /** The settings of the sweep. */
    public static final class Builder {

        private final Soda soda;
        private List<String> blocks;
        private int[] steps;
        private FeatureProbe probe = KnnProbe.builder().build();
        private boolean keepLatent;
        private int batchSize = 128;
        private long seed;

        private Builder(Soda soda) {
            this.soda = Objects.requireNonNull(soda, "soda");
            blocks = soda.activationNames();
            int last = soda.config().schedule().steps();
            steps =
                    IntStream.of(20, 50, 100, 200, 400)
                            .map(permille -> Math.max(1, permille * last / 1000))
                            .distinct()
                            .toArray();
        }

        /**
         * Which blocks are probed.
         *
         * @param names of {@link Soda#activationNames()}; default all of them
         * @return this
         * @throws IllegalArgumentException if there is none, or none of a name
         */
        public Builder blocks(String... names) {
            List<String> known = soda.activationNames();
            List<String> chosen = new ArrayList<>(new LinkedHashSet<>(List.of(names)));
            if (chosen.isEmpty() || !known.containsAll(chosen)) {
                throw new IllegalArgumentException(
                        "blocks: expected at least one of %s, found %s".formatted(known, chosen));
            }
            blocks = chosen;
            return this;
        }

        /**
         * At which noise steps.
         *
         * @param times 1 to T each, at least one; default 2, 5, 10, 20 and 40 % of T
         * @return this
         * @throws IllegalArgumentException if there is none or one is outside of the schedule
         */
        public Builder steps(int... times) {
            if (times.length == 0) {
                throw new IllegalArgumentException("steps: expected at least one, found none");
            }
            for (int time : times) {
                requireStep(soda, time);
            }
            steps = times.clone();
            return this;
        }

        /**
         * What is fitted on the features.
         *
         * @param probe default a {@link KnnProbe} with the published settings
         * @return this
         */
        public Builder probe(FeatureProbe probe) {
            this.probe = Objects.requireNonNull(probe, "probe");
            return this;
        }

        /**
         * Whether the denoiser is given each image's latent.
         *
         * @param keep default false: it is dropped, which is the unconditional baseline
         * @return this
         */
        public Builder keepLatent(boolean keep) {
            keepLatent = keep;
            return this;
        }

        /**
         * How many images go through the denoiser at once.
         *
         * @param size at least 1; default 128
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder batchSize(int size) {
            batchSize = IntRange.atLeastOne("batchSize", size);
            return this;
        }

        /**
         * What the noise derives from.
         *
         * @param seed default 0
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Makes the probe.
         *
         * @return an immutable probe; the model must stay open while it is used
         */
        public DenoiserFeatureProbe build() {
            return new DenoiserFeatureProbe(this);
        }
    }
}
