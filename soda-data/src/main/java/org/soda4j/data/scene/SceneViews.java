package org.soda4j.data.scene;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.soda4j.data.IntRange;
import org.soda4j.data.pair.ViewException;
import org.soda4j.data.pair.ViewsBuilder;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.TrainingData;

/**
 * Training data of novel views: of one object, some images for the encoder and another one to be
 * drawn, all by different cameras, which come with them. Nothing is augmented: that is {@link
 * org.soda4j.data.pair.ViewPairs}.
 *
 * <pre>{@code
 * SceneViews data = SceneViews.builder(scenes).resolution(32).sources(3).seed(7).build();
 * }</pre>
 *
 * <p>A DJL data set: a record's data are {@code [sources, target, sourceCameras, targetCamera]},
 * float32 {@code [S, C, H, W]} and {@code [C, H', W']} in [0, 1], {@code [S, 18]} and {@code [18]}
 * ({@link Camera#toNumbers()}); the labels are {@code [label]}, int64 {@code []}, -1 where there
 * are none. The order of the sources is random, and training with a model of up to S sources uses
 * the first 1 .. S of them, the same number in all of a batch.
 *
 * <p>The views of a record depend on (seed, epoch, index) alone. Thread-safe.
 */
public final class SceneViews extends RandomAccessDataset implements TrainingData {

    private static final int CHOICE_STREAM = 3;

    private final SceneSource scenes;
    private final SceneSource sourceScenes;
    private final SceneSource targetScenes;
    private final int sourceSize;
    private final int targetSize;
    private final int sources;
    private final int perObject;
    private final double nearAngle;
    private final int nearEpochs;
    private final int channels;
    private final long seed;

    private SceneViews(Builder builder, int sourceSize, int targetSize, long seed) {
        super(builder);
        scenes = builder.scenes;
        this.sourceSize = sourceSize;
        this.targetSize = targetSize;
        sources = builder.sources;
        perObject = builder.perObject;
        nearAngle = builder.nearAngle;
        nearEpochs = builder.nearEpochs;
        this.seed = seed;
        sourceScenes = scenes.inMemory(sourceSize, sourceSize);
        targetScenes =
                sourceSize == targetSize ? sourceScenes : scenes.inMemory(targetSize, targetSize);
        channels = targetScenes.image(0, 0).channels();
    }

    /**
     * Starts a builder.
     *
     * @param scenes the objects
     * @return a builder
     */
    public static Builder builder(SceneSource scenes) {
        return new Builder(scenes);
    }

    /** The chosen views of one record: the target, then the sources. */
    int[] choose(long viewSeed, int epoch, int index) {
        int item = index / perObject;
        int views = scenes.views(item);
        ViewRandom random = new ViewRandom(viewSeed, epoch, index, CHOICE_STREAM);
        int[] order = new int[views];
        for (int i = 0; i < views; i++) {
            order[i] = i;
        }
        boolean near = epoch < nearEpochs;
        for (int i = 0; i < (near ? views : 1 + sources); i++) {
            int j = i + random.nextInt(views - i);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        if (near) {
            nearestFirst(item, order, epoch);
        }
        return Arrays.copyOf(order, 1 + sources);
    }

    /** Keeps the order of those that are near enough for the epoch; the target stays the first. */
    private void nearestFirst(int item, int[] order, int epoch) {
        double limit = nearAngle + (Math.PI - nearAngle) * epoch / nearEpochs;
        Camera target = scenes.camera(item, order[0]);
        double[] angles = new double[order.length];
        for (int view : order) {
            angles[view] = Math.max(limit, target.angleTo(scenes.camera(item, view)));
        }
        int[] others =
                Arrays.stream(order, 1, order.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(view -> angles[view]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        System.arraycopy(others, 0, order, 1, others.length);
    }

    /** Makes batches on the calling thread; one that does not fill up is dropped. */
    @Override
    public BatchLoader newLoader(Request request) {
        return new SceneLoader(this, request);
    }

    @Override
    public String contentHash() {
        return scenes.contentHash();
    }

    /** The views of epoch 0; a loader goes through the epochs. */
    @Override
    public Record get(NDManager manager, long index) {
        Space one = new Space(1);
        fill(seed, 0, Math.toIntExact(index), one, 0);
        return one.toRecord(manager);
    }

    /** Does nothing: the scenes are there. */
    @Override
    public void prepare(Progress progress) {}

    @Override
    protected long availableSize() {
        return (long) scenes.size() * perObject;
    }

    Space space(int batchSize) {
        return new Space(batchSize);
    }

    /** Makes the views of one record; a failure names the image. */
    void fill(long viewSeed, int epoch, int index, Space space, int place) {
        Objects.checkIndex(index, Math.toIntExact(availableSize()));
        int item = index / perObject;
        int[] chosen = choose(viewSeed, epoch, index);
        int current = chosen[0];
        try {
            put(targetScenes, item, current, space.targets, space.targetCameras, place);
            for (int s = 0; s < sources; s++) {
                current = chosen[1 + s];
                int at = place * sources + s;
                put(sourceScenes, item, current, space.sources, space.sourceCameras, at);
            }
            space.labels[place] = scenes.label(item);
        } catch (RuntimeException | Error e) {
            throw new ViewException(index, scenes.describe(item, current), e);
        }
    }

    private void put(
            SceneSource scenes, int item, int view, float[] pixels, float[] cameras, int place) {
        PixelImage image = scenes.image(item, view);
        if (image.channels() != channels) {
            throw new IllegalStateException(
                    "expected %d channels as in the first image, found %d"
                            .formatted(channels, image.channels()));
        }
        int plane = image.width() * image.height();
        byte[] bytes = image.pixels();
        int start = place * channels * plane;
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < channels; c++) {
                pixels[start + c * plane + i] = (bytes[i * channels + c] & 0xff) / 255f;
            }
        }
        float[] numbers = scenes.camera(item, view).toNumbers();
        System.arraycopy(numbers, 0, cameras, place * numbers.length, numbers.length);
    }

    /** The arrays of a batch on Java's side. */
    final class Space {

        private final int size;
        private final float[] sources;
        private final float[] targets;
        private final float[] sourceCameras;
        private final float[] targetCameras;
        private final long[] labels;

        private Space(int size) {
            this.size = size;
            int views = size * SceneViews.this.sources;
            sources = new float[Math.multiplyExact(views, channels * sourceSize * sourceSize)];
            targets = new float[Math.multiplyExact(size, channels * targetSize * targetSize)];
            sourceCameras = new float[views * Camera.NUMBERS];
            targetCameras = new float[size * Camera.NUMBERS];
            labels = new long[size];
        }

        /** Copies; in the order of a record, with the batch's dimension. */
        NDList toArrays(NDManager manager) {
            int s = SceneViews.this.sources;
            return new NDList(
                    manager.create(sources, new Shape(size, s, channels, sourceSize, sourceSize)),
                    manager.create(targets, new Shape(size, channels, targetSize, targetSize)),
                    manager.create(sourceCameras, new Shape(size, s, Camera.NUMBERS)),
                    manager.create(targetCameras, new Shape(size, Camera.NUMBERS)));
        }

        /** Of a space of size 1, without the batch's dimension. */
        Record toRecord(NDManager manager) {
            int s = SceneViews.this.sources;
            NDList data =
                    new NDList(
                            manager.create(sources, new Shape(s, channels, sourceSize, sourceSize)),
                            manager.create(targets, new Shape(channels, targetSize, targetSize)),
                            manager.create(sourceCameras, new Shape(s, Camera.NUMBERS)),
                            manager.create(targetCameras));
            return new Record(data, new NDList(manager.create(labels[0])));
        }

        NDList toLabels(NDManager manager) {
            return new NDList(manager.create(labels));
        }
    }

    /**
     * Builds the data. A resolution has to be set; images are scaled to it as a whole and held in
     * memory.
     */
    public static final class Builder extends ViewsBuilder<Builder> {

        private final SceneSource scenes;
        private int sources = 1;
        private int perObject = 1;
        private double nearAngle;
        private int nearEpochs;

        private Builder(SceneSource scenes) {
            this.scenes = Objects.requireNonNull(scenes, "scenes");
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets how many sources a record has: the most that the model is trained with. Default: 1.
         *
         * @param count at least 1
         * @return this builder
         */
        public Builder sources(int count) {
            sources = IntRange.atLeastOne("sources", count);
            return this;
        }

        /**
         * Sets how many records of each object an epoch has. Default: 1.
         *
         * @param count at least 1
         * @return this builder
         */
        public Builder perObject(int count) {
            perObject = IntRange.atLeastOne("perObject", count);
            return this;
        }

        /**
         * Lets sources stand near the target at first: within an angle between the ways the cameras
         * look that grows evenly, epoch by epoch, to all around. Where too few views are as near,
         * the nearest are taken. Default: anywhere from the start.
         *
         * @param degrees the angle in the first epoch, 0 to 180
         * @param epochs how many epochs it grows; 0 for none
         * @return this builder
         * @throws IllegalArgumentException if one is outside its range
         */
        public Builder nearAtFirst(double degrees, int epochs) {
            if (!(degrees >= 0 && degrees <= 180) || epochs < 0) {
                throw new IllegalArgumentException(
                        "nearAtFirst: expected 0 to 180 degrees and at least 0 epochs, found %s and %d"
                                .formatted(degrees, epochs));
            }
            nearAngle = Math.toRadians(degrees);
            nearEpochs = epochs;
            return this;
        }

        /**
         * Builds the data.
         *
         * @return the data; they need no closing
         * @throws IllegalStateException if no resolution was set
         * @throws IllegalArgumentException if an object has too few views: sources and target are
         *     different ones
         */
        public SceneViews build() {
            if (targetSize == 0) {
                throw new IllegalStateException("expected resolution(...), found none");
            }
            for (int item = 0; item < scenes.size(); item++) {
                if (scenes.views(item) < sources + 1) {
                    throw new IllegalArgumentException(
                            "%s: expected at least %d views for %d sources and a target, found %d"
                                    .formatted(
                                            scenes.describe(item, 0),
                                            sources + 1,
                                            sources,
                                            scenes.views(item)));
                }
            }
            samplingByDefault(32);
            return new SceneViews(this, sourceSize, targetSize, seed);
        }
    }
}
