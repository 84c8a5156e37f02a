package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.RandomHorizontalFlip;
import org.soda4j.data.transform.RandomResizedCrop;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.ImageBatches;

/**
 * The published linear probe (SODA, section 4.1): batch norm without affine parameters and a linear
 * layer on the encoder's features, trained with Adam at 1e-3 under a cosine over 15 epochs, on a
 * new random crop of every training image in every epoch, which is encoded again each time. The
 * encoder stays as it is; with {@link Builder#fineTune} a copy of it learns too.
 *
 * <pre>{@code
 * ProbeResult result = LinearProbe.onImages(soda).build().evaluate(train, test);
 * }</pre>
 *
 * <p>It takes as long as encoding the training images 15 times; {@link LinearProbe#onFeatures()}
 * encodes once. The engine records gradients for one training at a time in a process: not while
 * another thread trains.
 */
public final class ImageLinearProbe {

    private static final Set<Output> TRAINABLE =
            EnumSet.of(Output.LATENT, Output.NORMALIZED_LATENT, Output.POOLED);

    private final Soda soda;
    private final Output output;
    private final ViewPipeline views;
    private final HeadTraining.Settings settings;

    private ImageLinearProbe(Builder builder) {
        soda = builder.soda;
        output = builder.output;
        views = builder.views;
        settings =
                new HeadTraining.Settings(
                        builder.epochs,
                        builder.batchSize,
                        builder.learningRate,
                        builder.encoderLearningRate,
                        builder.fineTune,
                        builder.seed,
                        builder.progress);
    }

    /**
     * Trains the head on the training images and classifies the test images, whole and resized.
     *
     * @param train labelled images with examples of every class, at least 2
     * @param test labelled images of the same classes
     * @return accuracy, predictions and counts; the settings name the recipe and the last epoch's
     *     mean loss
     * @throws IllegalStateException if an image has no label, or something else trains in this
     *     process
     * @throws IllegalArgumentException if a set is empty, or classes differ or have no training
     *     image
     * @throws ArithmeticException if the loss is not finite, which means that the encoder's
     *     features are not
     */
    public ProbeResult evaluate(ImageDataset train, ImageDataset test) {
        ImageProbeData data = ImageProbeData.of(train, test);
        if (data.train().length < 2) {
            throw new IllegalArgumentException(
                    "expected at least 2 training images for a batch norm, found "
                            + data.train().length);
        }
        try (NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch");
                TrainableFeatures features =
                        settings.fineTune()
                                ? TrainableFeatures.copyOf(soda, output)
                                : TrainableFeatures.frozen(soda, output)) {
            ImageBatches whole = ImageBatches.resized(test, soda);
            ProbeHead head =
                    new ProbeHead(
                            manager,
                            width(manager, features, whole),
                            data.classNames().size(),
                            new Random(settings.seed()));
            HeadTraining training = new HeadTraining(settings, manager, features, head);
            double loss =
                    training.fit(new ImageBatches(train, views, settings.seed()), data.train());
            int[] predictions = training.predict(whole);
            return new ProbeResult(
                    settings.fineTune() ? "fine-tuned" : "linear",
                    described(loss),
                    predictions,
                    ConfusionMatrix.of(data.classNames(), data.test(), predictions));
        }
    }

    private static int width(NDManager manager, TrainableFeatures features, ImageBatches whole) {
        try (NDArray one = whole.range(manager, 0, 1);
                NDArray encoded = features.of(one)) {
            return Math.toIntExact(encoded.getShape().get(1));
        }
    }

    private Map<String, String> described(double loss) {
        Map<String, String> described = new LinkedHashMap<>();
        described.put("features", output.name());
        described.put("epochs", Integer.toString(settings.epochs()));
        described.put("batchSize", Integer.toString(settings.batchSize()));
        described.put("learningRate", Double.toString(settings.learningRate()));
        if (settings.fineTune()) {
            described.put("encoderLearningRate", Double.toString(settings.encoderLearningRate()));
        }
        described.put("trainingLoss", String.format(Locale.ROOT, "%.6f", loss));
        return described;
    }

    /** The settings of the probe. */
    public static final class Builder {

        private final Soda soda;
        private Output output = Output.LATENT;
        private int epochs = 15;
        private int batchSize = 128;
        private double learningRate = 1e-3;
        private double encoderLearningRate = 1e-4;
        private boolean fineTune;
        private ViewPipeline views;
        private long seed;
        private IntConsumer progress = epoch -> {};

        Builder(Soda soda) {
            this.soda = Objects.requireNonNull(soda, "soda");
            List<Integer> shape = soda.config().denoiser().imageShape();
            views =
                    ViewPipeline.builder(shape.get(1))
                            .channels(shape.get(0))
                            .then(new RandomResizedCrop(shape.get(1)))
                            .then(new RandomHorizontalFlip())
                            .build();
        }

        /**
         * What the head sees.
         *
         * @param output default {@link Output#LATENT}; with {@link Output#PIXELS} no encoder takes
         *     part
         * @return this
         */
        public Builder output(Output output) {
            this.output = Objects.requireNonNull(output, "output");
            return this;
        }

        /**
         * How often each training image is seen.
         *
         * @param epochs at least 1; default and published value 15
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder epochs(int epochs) {
            this.epochs = IntRange.atLeastOne("epochs", epochs);
            return this;
        }

        /**
         * Images a step.
         *
         * @param batchSize at least 2; default 128
         * @return this
         * @throws IllegalArgumentException if below 2, because of the batch norm
         */
        public Builder batchSize(int batchSize) {
            if (batchSize < 2) {
                throw new IllegalArgumentException(
                        "batchSize: expected at least 2, found " + batchSize);
            }
            this.batchSize = batchSize;
            return this;
        }

        /**
         * Adam's rate for the head in the first epoch; from there it falls epoch by epoch along a
         * cosine towards 0.
         *
         * @param learningRate above 0; default and published value 1e-3
         * @return this
         * @throws IllegalArgumentException if not above 0
         */
        public Builder learningRate(double learningRate) {
            this.learningRate = positive("learningRate", learningRate);
            return this;
        }

        /**
         * Whether a copy of the encoder is trained with the head. The model itself is not changed.
         *
         * @param fineTune default false
         * @return this
         */
        public Builder fineTune(boolean fineTune) {
            this.fineTune = fineTune;
            return this;
        }

        /**
         * Adam's rate for the encoder's copy in the first epoch, with {@link #fineTune}.
         *
         * @param encoderLearningRate above 0; default 1e-4
         * @return this
         * @throws IllegalArgumentException if not above 0
         */
        public Builder encoderLearningRate(double encoderLearningRate) {
            this.encoderLearningRate = positive("encoderLearningRate", encoderLearningRate);
            return this;
        }

        /**
         * What training images go through.
         *
         * @param views a pipeline of the model's resolution and channels; default and published:
         *     RandomResizedCrop (area 0.08 to 1) and horizontal flip
         * @return this
         */
        public Builder views(ViewPipeline views) {
            this.views = Objects.requireNonNull(views, "views");
            return this;
        }

        /**
         * What crops, order and first weights derive from.
         *
         * @param seed the same seed gives the same result on one machine; default 0
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Reports progress.
         *
         * @param listener called with the number of epochs done, after every epoch
         * @return this
         */
        public Builder progress(IntConsumer listener) {
            progress = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Makes the probe.
         *
         * @return an immutable probe; the model must stay open while it is used
         * @throws IllegalArgumentException if the encoder is to learn but the head sees neither the
         *     latent nor the pooled features, or the views have another shape than the model's
         *     images
         */
        public ImageLinearProbe build() {
            if (fineTune && !TRAINABLE.contains(output)) {
                throw new IllegalArgumentException(
                        "fineTune: expected features of the encoder, one of %s, found %s"
                                .formatted(TRAINABLE, output));
            }
            List<Integer> shape = soda.config().denoiser().imageShape();
            if (views.size() != shape.get(1) || views.channels() != shape.get(0)) {
                throw new IllegalArgumentException(
                        "views: expected %s, as the model's images, found [%d, %d, %d]"
                                .formatted(shape, views.channels(), views.size(), views.size()));
            }
            return new ImageLinearProbe(this);
        }

        private static double positive(String field, double value) {
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(
                        "%s: expected a finite number above 0, found %s".formatted(field, value));
            }
            return value;
        }
    }
}
