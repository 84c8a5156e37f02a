package org.soda4j.data.pair;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import java.util.List;
import java.util.Objects;
import org.soda4j.PixelNormalization;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.training.Augmentation;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.TrainingData;

/**
 * Pairs of augmented views, a source and a target, drawn independently from one image by two {@link
 * ViewPipeline}s (SODA section 3: the encoder sees one, the denoiser rebuilds the other). Where an
 * item has several images, source and target come from two different ones. Views of objects by
 * cameras are {@link org.soda4j.data.scene.SceneViews}.
 *
 * <pre>{@code
 * ViewPairs pairs = ViewPairs.builder(images).resolution(32).seed(7).build();
 * }</pre>
 *
 * <p>A DJL data set: a record's data are {@code [source, target]}, float32 {@code [C, H, W]} each,
 * the target in [0, 1], the source in [0, 1] plus noise that may leave it slightly; where the items
 * have poses, {@code [source, target, sourcePose, targetPose]} with float32 {@code [poseSize]}. The
 * labels are {@code [label]}, int64 {@code []}, -1 where there are none. Channels are not
 * normalised: the model does that. {@link ViewLoader} delivers the same, batched and several times
 * faster than DJL's own loader.
 *
 * <p>The views of a pair depend on (seed, epoch, index) alone. Thread-safe.
 */
public final class ViewPairs extends RandomAccessDataset implements TrainingData {

    private static final int SOURCE_STREAM = 0;
    private static final int TARGET_STREAM = 1;
    private static final int CHOICE_STREAM = 2;

    private final ViewSource items;
    private final ViewPipeline source;
    private final ViewPipeline target;
    private final int pairsPerItem;
    private final long seed;
    private volatile int epoch;

    private ViewPairs(Builder builder) {
        super(builder);
        items = builder.items;
        source = builder.source;
        target = builder.target;
        pairsPerItem = builder.pairsPerItem;
        seed = builder.seed;
    }

    /**
     * Starts pairs of augmented views of one image each.
     *
     * @param images the data set
     * @return the builder
     * @throws IllegalArgumentException if the data set is empty
     */
    public static Builder builder(ImageDataset images) {
        return builder(ViewSource.of(images));
    }

    /**
     * Starts pairs of augmented views of items that may have several images.
     *
     * @param items the items
     * @return the builder
     */
    public static Builder builder(ViewSource items) {
        return new Builder(items);
    }

    /**
     * Returns the pipeline of the source views.
     *
     * @return the pipeline
     */
    public ViewPipeline source() {
        return source;
    }

    /**
     * Returns the pipeline of the target views.
     *
     * @return the pipeline
     */
    public ViewPipeline target() {
        return target;
    }

    /**
     * Returns the seed of the views.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * Returns how many numbers a pose has.
     *
     * @return 0 where there are no poses
     */
    public int poseSize() {
        return items.poseSize();
    }

    /**
     * Returns the epoch whose views {@link #get} makes.
     *
     * @return the epoch, from 0
     */
    public int epoch() {
        return epoch;
    }

    /**
     * Sets the epoch whose views {@link #get} makes; a {@link ViewLoader} is told its own.
     *
     * @param newEpoch the epoch, at least 0; 0 at first
     * @throws IllegalArgumentException if it is negative
     */
    public void epoch(int newEpoch) {
        if (newEpoch < 0) {
            throw new IllegalArgumentException("expected an epoch of at least 0: " + newEpoch);
        }
        epoch = newEpoch;
    }

    /**
     * Opens a {@link ViewLoader} for a trainer.
     *
     * @param request what is wanted
     * @return a loader; the trainer closes it
     */
    @Override
    public BatchLoader newLoader(Request request) {
        return ViewLoader.builder(this)
                .batchSize(request.batchSize())
                .seed(request.seed())
                .shuffle(request.shuffle())
                .rank(request.rank(), request.ranks())
                .dropLast(request.dropLast())
                .build();
    }

    @Override
    public String contentHash() {
        return items.contentHash();
    }

    @Override
    public Record get(NDManager manager, long index) {
        ViewWorkspace space = workspace();
        fill(seed, epoch, Math.toIntExact(index), space);
        NDList data =
                new NDList(
                        manager.create(space.source, shape(source)),
                        manager.create(space.target, shape(target)));
        if (poseSize() > 0) {
            data.add(manager.create(space.sourcePose));
            data.add(manager.create(space.targetPose));
        }
        return new Record(data, new NDList(manager.create(space.label)));
    }

    /**
     * Makes the views of one pair as 8-bit images, clipped to 0..255, to be looked at.
     *
     * @param viewEpoch the epoch, from 0
     * @param index 0 .. size - 1
     * @return source and target
     */
    public List<PixelImage> preview(int viewEpoch, int index) {
        ViewWorkspace space = workspace();
        fill(seed, viewEpoch, index, space);
        return List.of(source.toImage(space.source), target.toImage(space.target));
    }

    /** Does nothing: the items are there. */
    @Override
    public void prepare(Progress progress) {}

    @Override
    protected long availableSize() {
        return (long) items.size() * pairsPerItem;
    }

    ViewWorkspace workspace() {
        return new ViewWorkspace(source.length(), target.length(), poseSize());
    }

    /** Makes the views of one pair; a failure names the image. */
    void fill(long viewSeed, int viewEpoch, int index, ViewWorkspace space) {
        Objects.checkIndex(index, size());
        int item = index / pairsPerItem;
        ViewRandom random = space.random;
        int from = 0;
        int to = 0;
        int current = 0;
        try {
            int views = items.views(item);
            if (views > 1) {
                random.reset(viewSeed, viewEpoch, index, CHOICE_STREAM);
                from = random.nextInt(views);
                int other = random.nextInt(views - 1);
                to = other < from ? other : other + 1;
            }
            current = from;
            PixelImage image = items.image(item, from);
            random.reset(viewSeed, viewEpoch, index, SOURCE_STREAM);
            source.apply(image, random, space.buffer, space.source);
            current = to;
            image = to == from ? image : items.image(item, to);
            random.reset(viewSeed, viewEpoch, index, TARGET_STREAM);
            target.apply(image, random, space.buffer, space.target);
            space.label = items.label(item);
            if (poseSize() > 0) {
                System.arraycopy(items.pose(item, from), 0, space.sourcePose, 0, poseSize());
                System.arraycopy(items.pose(item, to), 0, space.targetPose, 0, poseSize());
            }
        } catch (RuntimeException | Error e) {
            throw new ViewException(index, items.describe(item, current), e);
        }
    }

    private static Shape shape(ViewPipeline pipeline) {
        return new Shape(pipeline.channels(), pipeline.size(), pipeline.size());
    }

    /**
     * Builds pairs. Either a resolution, for which the published recipe is used, or both pipelines
     * have to be set.
     */
    public static final class Builder extends ViewsBuilder<Builder> {

        private final ViewSource items;
        private ViewPipeline source;
        private ViewPipeline target;
        private PixelNormalization normalization = PixelNormalization.imageNet();
        private Augmentation augmentation;
        private int pairsPerItem = 1;

        private Builder(ViewSource items) {
            this.items = Objects.requireNonNull(items, "items");
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the means and deviations that the model normalises with; the published noise of
         * source views is measured in these deviations, and their number is that of the channels.
         *
         * @param value the model's; ImageNet's by default
         * @return this builder
         */
        public Builder normalization(PixelNormalization value) {
            normalization = Objects.requireNonNull(value, "normalization");
            return this;
        }

        /**
         * Sets the pipeline of the source views; by default the published one.
         *
         * @param pipeline the pipeline
         * @return this builder
         */
        public Builder source(ViewPipeline pipeline) {
            source = Objects.requireNonNull(pipeline, "pipeline");
            return this;
        }

        /**
         * Sets the pipeline of the target views; by default the published one.
         *
         * @param pipeline the pipeline
         * @return this builder
         */
        public Builder target(ViewPipeline pipeline) {
            target = Objects.requireNonNull(pipeline, "pipeline");
            return this;
        }

        /**
         * Sets how images are augmented where no pipeline is set. Default: the published recipe.
         *
         * @param value crops, flips and colours; null for the published recipe
         * @return this builder
         */
        public Builder augmentation(Augmentation value) {
            augmentation = value;
            return this;
        }

        /**
         * Sets how many pairs of each item an epoch has, for items with many images.
         *
         * @param count at least 1; 1 by default
         * @return this builder
         * @throws IllegalArgumentException if the count is below 1
         */
        public Builder pairsPerItem(int count) {
            pairsPerItem = IntRange.atLeastOne("pairsPerItem", count);
            return this;
        }

        /**
         * Builds the pairs. DJL's own sampling, which {@link ViewLoader} does not use, is shuffled
         * batches of 128 where {@code setSampling} was not called.
         *
         * @return the pairs
         * @throws IllegalStateException if a pipeline is missing
         * @throws IllegalArgumentException if the normalization has neither 1 nor 3 channels
         */
        public ViewPairs build() {
            int channels = normalization.mean().size();
            if (source == null && sourceSize > 0) {
                source =
                        augmentation == null
                                ? ViewPipeline.publishedSource(sourceSize, normalization)
                                : ViewPipeline.source(sourceSize, channels, augmentation);
            }
            if (target == null && targetSize > 0) {
                target =
                        augmentation == null
                                ? ViewPipeline.publishedTarget(targetSize, channels)
                                : ViewPipeline.target(targetSize, channels, augmentation);
            }
            if (source == null || target == null) {
                throw new IllegalStateException(
                        "expected resolution(...), or source(...) and target(...), found no "
                                + (source == null ? "source" : "target"));
            }
            samplingByDefault(128);
            return new ViewPairs(this);
        }
    }
}
