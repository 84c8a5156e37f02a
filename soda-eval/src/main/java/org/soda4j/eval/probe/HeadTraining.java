package org.soda4j.eval.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import org.soda4j.eval.feature.ImageBatches;
import org.soda4j.training.GradientRecording;

/**
 * The training of a probe's head, and of the encoder's copy where that learns too.
 *
 * @param settings how it is trained
 * @param manager where batches are made
 * @param features what the head sees
 * @param head what is trained
 */
record HeadTraining(
        Settings settings, NDManager manager, TrainableFeatures features, ProbeHead head) {

    /**
     * How a head is trained; {@link ImageLinearProbe.Builder} tells ranges and defaults.
     *
     * @param encoderLearningRate used only where the encoder learns too
     * @param fineTune whether it does
     * @param progress called after every epoch
     */
    record Settings(
            int epochs,
            int batchSize,
            double learningRate,
            double encoderLearningRate,
            boolean fineTune,
            long seed,
            IntConsumer progress) {}

    /** Returns the mean loss of the last epoch's examples. */
    double fit(ImageBatches images, int[] labels) {
        try (GradientRecording gradients = GradientRecording.begin("the linear probe")) {
            return fit(images, labels, gradients);
        }
    }

    private double fit(ImageBatches images, int[] labels, GradientRecording gradients) {
        int[] order = new int[labels.length];
        Arrays.setAll(order, i -> i);
        Random random = new Random(settings.seed() + 1);
        double[] share = {1};
        double meanLoss = 0;
        Optimizer headOptimizer =
                Optimizer.adam()
                        .optLearningRateTracker(
                                (name, step) -> (float) (settings.learningRate() * share[0]))
                        .build();
        Optimizer encoderOptimizer =
                Optimizer.adam()
                        .optLearningRateTracker(
                                (name, step) -> (float) (settings.encoderLearningRate() * share[0]))
                        .build();
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            share[0] = (1 + Math.cos(Math.PI * epoch / settings.epochs())) / 2;
            shuffle(order, random);
            double sum = 0;
            int seen = 0;
            for (int from = 0; from < order.length; from += settings.batchSize()) {
                int to = Math.min(order.length, from + settings.batchSize());
                if (to - from < 2) {
                    continue; // Batch norm needs two; the next epoch has another order.
                }
                int[] chosen = Arrays.copyOfRange(order, from, to);
                float[] pixels = images.pixels(epoch, chosen);
                int[] batchLabels = Arrays.stream(chosen).map(i -> labels[i]).toArray();
                try (NDManager scope = manager.newSubManager()) {
                    NDArray batch = scope.create(pixels, images.shape(chosen.length));
                    float loss = backward(gradients, scope, batch, batchLabels, epoch);
                    sum += (double) loss * chosen.length;
                    seen += chosen.length;
                }
                update(headOptimizer, head.trained());
                update(encoderOptimizer, features.trained());
            }
            meanLoss = sum / seen;
            settings.progress().accept(epoch + 1);
        }
        return meanLoss;
    }

    private float backward(
            GradientRecording gradients, NDManager scope, NDArray batch, int[] labels, int epoch) {
        NDArray frozen = settings.fineTune() ? null : features.of(batch);
        try (GradientCollector collector = gradients.newCollector()) {
            NDArray encoded = settings.fineTune() ? features.inTraining(batch) : frozen;
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

    /** The most probable class of every image. */
    int[] predict(ImageBatches images) {
        int[] predictions = new int[images.size()];
        for (int from = 0; from < predictions.length; from += settings.batchSize()) {
            int to = Math.min(predictions.length, from + settings.batchSize());
            try (NDManager scope = manager.newSubManager()) {
                NDArray encoded = features.of(images.range(scope, from, to));
                long[] best = head.scores(encoded, false).argMax(1).toLongArray();
                for (int i = 0; i < best.length; i++) {
                    predictions[from + i] = (int) best[i];
                }
            }
        }
        return predictions;
    }
}
