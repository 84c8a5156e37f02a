package org.soda4j.eval;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntConsumer;
import org.soda4j.Soda;
import org.soda4j.data.ImageDataset;
import org.soda4j.data.ViewPipeline;
import org.soda4j.data.transform.RandomHorizontalFlip;
import org.soda4j.data.transform.RandomResizedCrop;
import org.soda4j.eval.FeatureExtractor.Output;

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

    private final Soda soda;
    private final Output output;
    private final int epochs;
    private final int batchSize;
    private final double learningRate;
    private final double encoderLearningRate;
    private final boolean fineTune;
    private final ViewPipeline views;
    private final long seed;
    private final IntConsumer progress;

    private ImageLinearProbe(Builder builder) {
        soda = builder.soda;
        output = builder.output;
        epochs = builder.epochs;
        batchSize = builder.batchSize;
        learningRate = builder.learningRate;
        encoderLearningRate = builder.encoderLearningRate;
        fineTune = builder.fineTune;
        views = builder.views;
        seed = builder.seed;
        progress = builder.progress;
    }

    /**
     * Trains the head on the training images and classifies the test images, whole and resized.
     *
     * @param train labelled images with examples of every class, at least 2
     * @param test labelled images of the same classes
     * @return accuracy, predictions and counts; the settings name the recipe and the last epoch's
     *     mean loss
     * @throws IllegalStateException if an image has no label
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
                        fineTune
                                ? TrainableFeatures.copyOf(soda, output)
                                : TrainableFeatures.frozen(soda, output)) {
            ImageBatches whole = ImageBatches.resized(test, soda);
            int width = width(manager, features, whole);
            ProbeHead head =
                    new ProbeHead(manager, width, data.classNames().size(), new Random(seed));
            double loss =
                    train(
                            manager,
                            features,
                            head,
                            new ImageBatches(train, views, seed),
                            data.train());
            int[] predictions = predict(manager, features, head, whole);
            return new ProbeResult(
                    fineTune ? "fine-tuned" : "linear",
                    settings(loss),
                    predictions,
                    ConfusionMatrix.of(data.classNames(), data.test(), predictions));
        }
    }

    private static int width(NDManager manager, TrainableFeatures features, ImageBatches whole) {
        try (NDArray one = whole.range(manager, 0, 1);
                NDArray encoded = features.of(one, false)) {
            return Math.toIntExact(encoded.getShape().get(1));
        }
    }

    /** Returns the mean loss of the last epoch's examples. */
    private double train(
            NDManager manager,
            TrainableFeatures features,
            ProbeHead head,
            ImageBatches images,
            int[] labels) {
        int[] order = new int[labels.length];
        Arrays.setAll(order, i -> i);
        Random random = new Random(seed + 1);
        double[] share = {1};
        double meanLoss = 0;
        Optimizer headOptimizer =
                Optimizer.adam()
                        .optLearningRateTracker((name, step) -> (float) (learningRate * share[0]))
                        .build();
        Optimizer encoderOptimizer =
                Optimizer.adam()
                        .optLearningRateTracker(
                                (name, step) -> (float) (encoderLearningRate * share[0]))
                        .build();
        for (int epoch = 0; epoch < epochs; epoch++) {
            share[0] = (1 + Math.cos(Math.PI * epoch / epochs)) / 2;
            shuffle(order, random);
            double sum = 0;
            int seen = 0;
            for (int from = 0; from < order.length; from += batchSize) {
                int to = Math.min(order.length, from + batchSize);
                if (to - from < 2) {
                    continue; // Batch norm needs two; the next epoch has another order.
                }
                int[] chosen = Arrays.copyOfRange(order, from, to);
                float[] pixels = images.pixels(epoch, chosen);
                int[] batchLabels = Arrays.stream(chosen).map(i -> labels[i]).toArray();
                try (NDManager scope = manager.newSubManager()) {
                    NDArray batch = scope.create(pixels, images.shape(chosen.length));
                    float loss = backward(scope, features, head, batch, batchLabels, epoch);
                    sum += (double) loss * chosen.length;
                    seen += chosen.length;
                }
                update(headOptimizer, head.trained());
                update(encoderOptimizer, features.trained());
            }
            meanLoss = sum / seen;
            progress.accept(epoch + 1);
        }
        return meanLoss;
    }

    private float backward(
            NDManager scope,
            TrainableFeatures features,
            ProbeHead head,
            NDArray batch,
            int[] labels,
            int epoch) {
        NDArray frozen = fineTune ? null : features.of(batch, false);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray encoded = fineTune ? features.of(batch, true) : frozen;
            NDArray scores = head.scores(encoded, true);
            NDArray truth = scope.create(labels).reshape(new Shape(labels.length, 1));
            NDArray loss =
                    Loss.softmaxCrossEntropyLoss().evaluate(new NDList(truth), new NDList(scores));
            float value = loss.getFloat();
            if (!Float.isFinite(value)) {
                throw new ArithmeticException(
                        "linear probe, epoch %d: expected a finite loss, found %s; check the encoder's weights"
                                .formatted(epoch + 1, value));
            }
            collector.backward(loss);
            return value;
        }
    }

    private static void update(Optimizer optimizer, Map<String, Parameter> parameters) {
        parameters.forEach(
                (name, parameter) -> {
                    NDArray value = parameter.getArray();
                    try (NDArray gradient = value.getGradient()) {
                        optimizer.update(name, value, gradient);
                        gradient.subi(gradient);
                    }
                });
    }

    /** Fisher and Yates. */
    private static void shuffle(int[] order, Random random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
    }

    private int[] predict(
            NDManager manager, TrainableFeatures features, ProbeHead head, ImageBatches images) {
        int[] predictions = new int[images.size()];
        for (int from = 0; from < predictions.length; from += batchSize) {
            int to = Math.min(predictions.length, from + batchSize);
            try (NDManager scope = manager.newSubManager()) {
                NDArray encoded = features.of(images.range(scope, from, to), false);
                long[] best = head.scores(encoded, false).argMax(1).toLongArray();
                for (int i = 0; i < best.length; i++) {
                    predictions[from + i] = (int) best[i];
                }
            }
        }
        return predictions;
    }

    private Map<String, String> settings(double loss) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("features", output.name());
        settings.put("epochs", Integer.toString(epochs));
        settings.put("batchSize", Integer.toString(batchSize));
        settings.put("learningRate", Double.toString(learningRate));
        if (fineTune) {
            settings.put("encoderLearningRate", Double.toString(encoderLearningRate));
        }
        settings.put("trainingLoss", String.format(Locale.ROOT, "%.6f", loss));
        return settings;
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
            this.epochs = SubsetProbe.atLeastOne("epochs", epochs);
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
         * @throws IllegalArgumentException if the encoder is to learn but the head sees pixels, or
         *     the views have another shape than the model's images
         */
        public ImageLinearProbe build() {
            if (fineTune && output == Output.PIXELS) {
                throw new IllegalArgumentException(
                        "fineTune: expected features of the encoder, found PIXELS");
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
