package org.soda4j.eval.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.eval.novelview.ViewScore.Baseline;
import org.soda4j.eval.quality.ImageMetric;
import org.soda4j.eval.quality.Lpips;
import org.soda4j.eval.quality.Psnr;
import org.soda4j.eval.quality.Ssim;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;

/**
 * Draws views of objects that training has not seen and compares them with the true ones, against
 * two baselines: the nearest source view itself, and the mean of the training images.
 *
 * <pre>{@code
 * ViewScores scores = NovelViewEvaluation.builder(unseen, training).resolution(32)
 *         .sources(1, 2, 3).build().evaluate(ViewSynthesis.of(soda, options));
 * System.out.println(scores.tableBySources());
 * }</pre>
 *
 * <p>Targets and sources are random and depend on the seed alone; each number of sources is
 * measured on the same targets.
 */
public final class NovelViewEvaluation {

    private final SceneSource unseen;
    private final SceneSource training;
    private final int[] sources;
    private final int perObject;
    private final int batchSize;
    private final long seed;
    private final ImageMetric lpips;

    private NovelViewEvaluation(Builder builder) {
        unseen = builder.unseen.inMemory(builder.size, builder.size);
        training = builder.training.inMemory(builder.size, builder.size);
        sources = builder.sources;
        perObject = builder.perObject;
        batchSize = builder.batchSize;
        seed = builder.seed;
        lpips = builder.lpips;
    }

    /**
     * Starts a builder.
     *
     * @param unseen objects that training has not seen
     * @param training the objects of training, whose mean image is a baseline
     * @return a builder
     */
    public static Builder builder(SceneSource unseen, SceneSource training) {
        return new Builder(unseen, training);
    }

    /**
     * Draws and compares.
     *
     * @param synthesis what draws
     * @return the scores of each drawn view
     * @throws IllegalArgumentException if an object has too few views
     */
    public ViewScores evaluate(ViewSynthesis synthesis) {
        int most = Arrays.stream(sources).max().orElseThrow();
        List<ChosenViews> all = ChosenViews.of(unseen, most, perObject, seed);
        List<ViewScore> scores = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray mean = SceneArrays.mean(manager, training);
            for (int count : sources) {
                for (int from = 0; from < all.size(); from += batchSize) {
                    List<ChosenViews> batch =
                            all.subList(from, Math.min(from + batchSize, all.size())).stream()
                                    .map(chosen -> chosen.first(count))
                                    .toList();
                    try (NDManager scope = manager.newSubManager()) {
                        scores.addAll(scores(scope, synthesis, batch, mean));
                    }
                }
            }
        }
        return new ViewScores(scores);
    }

    private List<ViewScore> scores(
            NDManager scope, ViewSynthesis synthesis, List<ChosenViews> batch, NDArray mean) {
        List<PixelImage> truth = new ArrayList<>();
        List<PixelImage> nearest = new ArrayList<>();
        List<Camera> targets = new ArrayList<>();
        List<List<Camera>> cameras = new ArrayList<>();
        for (ChosenViews chosen : batch) {
            truth.add(unseen.image(chosen.object(), chosen.target()));
            nearest.add(unseen.image(chosen.object(), chosen.nearest(unseen)));
            targets.add(unseen.camera(chosen.object(), chosen.target()));
            cameras.add(chosen.sourceCameras(unseen));
        }
        NDArray expected = SceneArrays.images(scope, truth);
        Shape shape = expected.getShape();
        NDArray inputs = SceneArrays.sources(scope, unseen, batch);
        NDArray drawn = synthesis.draw(inputs, cameras, targets);
        if (!drawn.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    "expected drawn views of shape %s, found %s; set the resolution to the model's"
                            .formatted(shape, drawn.getShape()));
        }
        List<ImageScores> model = compare(drawn, expected);
        List<ImageScores> source = compare(SceneArrays.images(scope, nearest), expected);
        NDArray means = mean.broadcast(shape);
        means.attach(scope);
        List<ImageScores> average = compare(means, expected);
        List<ViewScore> scores = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            ChosenViews chosen = batch.get(i);
            Map<Baseline, ImageScores> baselines = new EnumMap<>(Baseline.class);
            baselines.put(Baseline.NEAREST_SOURCE, source.get(i));
            baselines.put(Baseline.MEAN_IMAGE, average.get(i));
            scores.add(
                    new ViewScore(
                            chosen.object(),
                            chosen.target(),
                            chosen.sources().length,
                            Math.toDegrees(chosen.angle(unseen, chosen.nearest(unseen))),
                            model.get(i),
                            baselines));
        }
        return scores;
    }

    private List<ImageScores> compare(NDArray drawn, NDArray truth) {
        double[] psnr = Psnr.of(drawn, truth);
        double[] ssim = Ssim.of(drawn, truth);
        double[] distance = lpips == null ? null : lpips.of(drawn, truth);
        return IntStream.range(0, psnr.length)
                .mapToObj(
                        i ->
                                new ImageScores(
                                        Math.min(psnr[i], ImageScores.MOST_PSNR),
                                        ssim[i],
                                        distance == null ? Double.NaN : distance[i]))
                .toList();
    }

    /** Builds an evaluation. A resolution has to be set. */
    public static final class Builder {

        private final SceneSource unseen;
        private final SceneSource training;
        private int size;
        private int[] sources = {1};
        private int perObject = 1;
        private int batchSize = 32;
        private long seed;
        private ImageMetric lpips;

        private Builder(SceneSource unseen, SceneSource training) {
            this.unseen = Objects.requireNonNull(unseen, "unseen");
            this.training = Objects.requireNonNull(training, "training");
        }

        /**
         * Sets rows and columns of all images. No default.
         *
         * @param size at least 11, which SSIM's window needs
         * @return this builder
         */
        public Builder resolution(int size) {
            this.size = atLeast("resolution", size, 11);
            return this;
        }

        /**
         * Sets the numbers of sources to be measured. Default: 1.
         *
         * @param counts each at least 1
         * @return this builder
         */
        public Builder sources(int... counts) {
            for (int count : counts) {
                atLeast("sources", count, 1);
            }
            atLeast("numbers of sources", counts.length, 1);
            sources = counts.clone();
            return this;
        }

        /**
         * Sets how many targets of each object are drawn. Default: 1.
         *
         * @param count at least 1
         * @return this builder
         */
        public Builder perObject(int count) {
            perObject = atLeast("perObject", count, 1);
            return this;
        }

        /**
         * Sets how many views are drawn together. Default: 32.
         *
         * @param size at least 1
         * @return this builder
         */
        public Builder batchSize(int size) {
            batchSize = atLeast("batchSize", size, 1);
            return this;
        }

        /**
         * Sets the seed of the choice of targets and sources. Default: 0.
         *
         * @param value any number
         * @return this builder
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Adds LPIPS. Default: none, its weights are not ours to ship.
         *
         * @param metric an {@link Lpips} for images of three channels; stays open
         * @return this builder
         */
        public Builder lpips(ImageMetric metric) {
            lpips = Objects.requireNonNull(metric, "metric");
            return this;
        }

        /**
         * Builds the evaluation.
         *
         * @return the evaluation; it needs no closing
         * @throws IllegalStateException if no resolution was set
         */
        public NovelViewEvaluation build() {
            if (size == 0) {
                throw new IllegalStateException("expected resolution(...), found none");
            }
            return new NovelViewEvaluation(this);
        }

        private static int atLeast(String what, int value, int least) {
            if (value < least) {
                throw new IllegalArgumentException(
                        "%s: expected at least %d, found %d".formatted(what, least, value));
            }
            return value;
        }
    }
}
