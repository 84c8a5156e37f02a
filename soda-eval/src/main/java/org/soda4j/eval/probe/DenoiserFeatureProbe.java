package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.DenoiserFeatures;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;

/**
 * What a block of the denoiser knows about an image at one noise step, swept over blocks and steps:
 * probes of {@link DenoiserFeatures}. By default all of the latent is dropped, which is the
 * unconditional diffusion baseline of SODA's table 1 (Xiang et al., Denoising diffusion
 * autoencoders are unified self-supervised learners, 2023, section 3). With {@link
 * Builder#keepLatent} it chooses, on labelled training images, what {@code FeatureExtractor} is to
 * take.
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
     * Probes every block at every step, of the model and of the untrained one: two passes over both
     * data sets a step. Raw pixels and chance stand beside; an encoder of your own cannot be made
     * anew, so that nothing untrained does.
     *
     * @param train labelled images
     * @param test labelled images of the same classes
     * @return the whole table
     * @throws IllegalStateException if a set has no labels
     * @throws IllegalArgumentException if a set is empty, or the probe refuses the features
     */
    public DenoiserFeatureResult evaluate(ImageDataset train, ImageDataset test) {
        ProbeResult[][] results = sweep(train, test);
        FeatureExtractor extractor = FeatureExtractor.of(soda).output(Output.PIXELS);
        FeatureSet trainPixels = extractor.extract(train);
        FeatureSet testPixels = extractor.extract(test);
        return DenoiserFeatureResult.of(
                features(blocks, steps[0]),
                steps,
                results,
                new DenoiserFeatureResult.Baselines(
                        ProbeComparison.chance(trainPixels, testPixels).linear(),
                        probe.evaluate(trainPixels, testPixels).accuracy(),
                        untrained(train, test)));
    }

    /** {@code [blocks][steps]}; none of blocks that a configuration cannot make. */
    private double[][] untrained(ImageDataset train, ImageDataset test) {
        if (!ProbeComparison.hasUntrained(soda)) {
            return new double[0][];
        }
        try (Soda untrained = ProbeComparison.untrained(soda)) {
            Builder same = new Builder(untrained).steps(steps).probe(probe).keepLatent(keepLatent);
            same.batchSize(batchSize).seed(seed).blocks(blocks.toArray(String[]::new));
            return DenoiserFeatureResult.accuracies(same.build().sweep(train, test));
        }
    }

    /** {@code [blocks][steps]}. */
    private ProbeResult[][] sweep(ImageDataset train, ImageDataset test) {
        ProbeResult[][] results = new ProbeResult[blocks.size()][steps.length];
        for (int s = 0; s < steps.length; s++) {
            Map<String, FeatureSet> trainSets = extract(train, steps[s]);
            Map<String, FeatureSet> testSets = extract(test, steps[s]);
            for (int b = 0; b < blocks.size(); b++) {
                String block = blocks.get(b);
                results[b][s] = probe.evaluate(trainSets.get(block), testSets.get(block));
            }
        }
        return results;
    }

    /**
     * Extracts the pooled features of every block at one noise step.
     *
     * @param images at least one image
     * @param step the noise step t, 1 .. T
     * @return block name to features {@code [n, channels]} with the labels, in the order of the
     *     blocks
     * @throws IllegalArgumentException if there are no images or no such step
     */
    public Map<String, FeatureSet> extract(ImageDataset images, int step) {
        DenoiserFeatures all = features(blocks, step).checkedFor(soda);
        ImageBatches batches = ImageBatches.resized(images, soda);
        int size = batches.size();
        Map<String, float[]> features = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            for (int from = 0; from < size; from += batchSize) {
                int to = Math.min(size, from + batchSize);
                try (NDManager scope = manager.newSubManager()) {
                    append(features, all.byBlock(soda, batches.range(scope, from, to)), from, size);
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

    private DenoiserFeatures features(List<String> some, int step) {
        return new DenoiserFeatures(some, step, keepLatent, seed);
    }

    private static void append(
            Map<String, float[]> features, Map<String, NDArray> pooled, int from, int size) {
        pooled.forEach(
                (name, rows) -> {
                    int channels = Math.toIntExact(rows.getShape().get(1));
                    float[] part = rows.toFloatArray();
                    float[] all =
                            features.computeIfAbsent(
                                    name, key -> new float[Math.multiplyExact(size, channels)]);
                    System.arraycopy(part, 0, all, from * channels, part.length);
                });
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
            blocks =
                    new DenoiserFeatures(List.of(names), 1, keepLatent, seed)
                            .checkedFor(soda)
                            .blocks();
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
                new DenoiserFeatures(blocks, time, keepLatent, seed).checkedFor(soda);
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
