package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.model.NonFiniteException;

/** The published linear probe against its recipe written out in double, and what it refuses. */
class ImageLinearProbeTest extends TinyModelTest {

    @Test
    void agreesWithTheRecipeInDouble() {
        int n = 24;
        int epochs = 6;
        // Labels that brightness explains in part, so that neither loss nor mistakes vanish.
        TestImages images =
                TestImages.of(
                        n, 16, i -> i % 3, i -> 40 + (i % 3) * 20 + i * 37 % 50, "a", "b", "c");
        ProbeResult result =
                LinearProbe.onImages(soda)
                        .output(Output.PIXELS)
                        .epochs(epochs)
                        .batchSize(n)
                        .learningRate(1e-3)
                        .views(ViewPipeline.builder(16).build())
                        .seed(9)
                        .build()
                        .evaluate(images, images);
        Recipe recipe = new Recipe(images, 3, 9);
        double loss = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            loss = recipe.step(1e-3 * (1 + Math.cos(Math.PI * epoch / epochs)) / 2);
        }
        assertThat(result.predictions()).isEqualTo(recipe.predict());
        // Six printed digits, and float32 over 768 features.
        assertThat(Double.parseDouble(result.settings().get("trainingLoss")))
                .isCloseTo(loss, within(2e-5));
    }

    @Test
    void tellsDarkFromBrightByCropsThroughTheEncoder() {
        ProbeResult result =
                LinearProbe.onImages(soda)
                        .epochs(8)
                        .batchSize(16)
                        .learningRate(0.05)
                        .build()
                        .evaluate(
                                TestImages.darkAndBright(48, 20), TestImages.darkAndBright(30, 16));
        assertThat(result.accuracy()).isEqualTo(1);
        assertThat(result.settings()).containsEntry("epochs", "8");
    }

    @ParameterizedTest
    @EnumSource(
            value = Output.class,
            names = {"LATENT", "NORMALIZED_LATENT", "POOLED"})
    void fineTuningLearnsWhatFrozenFeaturesCannotAndLeavesTheModel(Output output) {
        // Labels without any relation to the images can only be learned by heart.
        Random random = new Random(3);
        int[] labels = random.ints(32, 0, 2).toArray();
        TestImages images = TestImages.of(32, 16, i -> labels[i], i -> 100, "heads", "tails");
        Map<String, float[]> before = weights();
        ImageLinearProbe.Builder builder =
                LinearProbe.onImages(soda)
                        .output(output)
                        .epochs(8)
                        .batchSize(32)
                        .views(ViewPipeline.builder(16).build())
                        .encoderLearningRate(3e-3);
        double frozen = loss(builder.fineTune(false).build().evaluate(images, images));
        double tuned = loss(builder.fineTune(true).build().evaluate(images, images));
        assertThat(tuned).isLessThan(frozen - 0.05);
        weights().forEach((name, values) -> assertThat(values).isEqualTo(before.get(name)));
    }

    private static double loss(ProbeResult result) {
        return Double.parseDouble(result.settings().get("trainingLoss"));
    }

    private static Map<String, float[]> weights() {
        Map<String, float[]> weights = new HashMap<>();
        soda.parameters().forEach((name, value) -> weights.put(name, value.toFloatArray()));
        return weights;
    }

    @Test
    void refusesDataThatItCannotLearnFrom() {
        ImageLinearProbe probe = LinearProbe.onImages(soda).epochs(1).build();
        TestImages good = TestImages.darkAndBright(4, 16);
        assertThatThrownBy(() -> probe.evaluate(TestImages.darkAndBright(0, 16), good))
                .hasMessageContaining("training images: expected at least one, found none");
        assertThatThrownBy(() -> probe.evaluate(good, TestImages.darkAndBright(0, 16)))
                .hasMessageContaining("test images: expected at least one, found none");
        assertThatThrownBy(
                        () ->
                                probe.evaluate(
                                        TestImages.of(4, 16, i -> -1, i -> 9, "dark", "bright"),
                                        good))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs labelled images");
        assertThatThrownBy(
                        () ->
                                probe.evaluate(
                                        TestImages.of(4, 16, i -> 0, i -> 9, "dark", "bright"),
                                        good))
                .hasMessageContaining("none of class 1 'bright'");
        assertThatThrownBy(() -> probe.evaluate(TestImages.of(4, 16, i -> 0, i -> 9, "dark"), good))
                .hasMessageContaining("the same classes");
        assertThatThrownBy(
                        () ->
                                LinearProbe.onImages(soda)
                                        .views(ViewPipeline.builder(8).build())
                                        .build())
                .hasMessageContaining("found [3, 8, 8]");
        assertThatThrownBy(
                        () ->
                                LinearProbe.onImages(soda)
                                        .output(Output.PIXELS)
                                        .fineTune(true)
                                        .build())
                .hasMessageContaining("found PIXELS");
    }

    @Test
    void refusesAnEncoderThatGivesNoNumbers() {
        try (Soda broken = TinyModels.builder().build()) {
            NDArray bias = broken.parameters().get("encoder.fc.bias");
            float[] values = new float[(int) bias.size()];
            values[3] = Float.NaN;
            bias.set(values);
            TestImages images = TestImages.darkAndBright(6, 16);
            assertThatThrownBy(
                            () ->
                                    LinearProbe.onImages(broken)
                                            .epochs(1)
                                            .build()
                                            .evaluate(images, images))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("encoder.fc.bias: expected finite numbers, found NaN");
        }
    }

    /** Batch norm, softmax regression and Adam, all on the whole set at once. */
    private static final class Recipe {

        private final double[][] features;
        private final int[] labels;
        private final int classes;
        private final int width;
        private final double[] mean;
        private final double[] variance;
        private final double[] parameters;
        private final double[] first;
        private final double[] second;
        private int steps;

        Recipe(TestImages images, int classes, long seed) {
            int n = (int) images.size();
            width = 16 * 16 * 3;
            this.classes = classes;
            features = new double[n][width];
            labels = new int[n];
            for (int i = 0; i < n; i++) {
                labels[i] = images.label(i);
                byte[] pixels = images.image(i).pixels();
                for (int p = 0; p < 256; p++) {
                    for (int c = 0; c < 3; c++) {
                        features[i][c * 256 + p] = (pixels[p * 3 + c] & 0xFF) / 255.0;
                    }
                }
            }
            mean = new double[width];
            variance = new double[width];
            Arrays.fill(variance, 1);
            parameters = new double[classes * width + classes];
            first = new double[parameters.length];
            second = new double[parameters.length];
            Random random = new Random(seed);
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = (2 * random.nextDouble() - 1) / Math.sqrt(width);
            }
        }

        double step(double rate) {
            int n = features.length;
            double[][] x = new double[n][width];
            for (int j = 0; j < width; j++) {
                double m = 0;
                double squares = 0;
                for (double[] row : features) {
                    m += row[j] / n;
                }
                for (double[] row : features) {
                    squares += (row[j] - m) * (row[j] - m);
                }
                for (int i = 0; i < n; i++) {
                    x[i][j] = (features[i][j] - m) / Math.sqrt(squares / n + 1e-5);
                }
                // PyTorch: momentum 0.1, running variance unbiased.
                mean[j] = 0.9 * mean[j] + 0.1 * m;
                variance[j] = 0.9 * variance[j] + 0.1 * squares / (n - 1);
            }
            double loss = 0;
            double[] gradient = new double[parameters.length];
            for (int i = 0; i < n; i++) {
                double[] p = softmax(scores(x[i]));
                loss -= Math.log(p[labels[i]]) / n;
                for (int c = 0; c < classes; c++) {
                    double d = (p[c] - (c == labels[i] ? 1 : 0)) / n;
                    gradient[classes * width + c] += d;
                    for (int j = 0; j < width; j++) {
                        gradient[c * width + j] += d * x[i][j];
                    }
                }
            }
            steps++;
            for (int i = 0; i < parameters.length; i++) {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
                double m = first[i] / (1 - Math.pow(0.9, steps));
                double v = second[i] / (1 - Math.pow(0.999, steps));
                parameters[i] -= rate * m / (Math.sqrt(v) + 1e-8);
            }
            return loss;
        }

        int[] predict() {
            int[] predictions = new int[features.length];
            for (int i = 0; i < predictions.length; i++) {
                double[] x = new double[width];
                for (int j = 0; j < width; j++) {
                    x[j] = (features[i][j] - mean[j]) / Math.sqrt(variance[j] + 1e-5);
                }
                double[] scores = scores(x);
                for (int c = 1; c < classes; c++) {
                    if (scores[c] > scores[predictions[i]]) {
                        predictions[i] = c;
                    }
                }
            }
            return predictions;
        }

        private double[] scores(double[] x) {
            double[] scores = new double[classes];
            for (int c = 0; c < classes; c++) {
                scores[c] = parameters[classes * width + c];
                for (int j = 0; j < width; j++) {
                    scores[c] += parameters[c * width + j] * x[j];
                }
            }
            return scores;
        }

        private static double[] softmax(double[] scores) {
            double sum = 0;
            double[] p = new double[scores.length];
            for (int c = 0; c < p.length; c++) {
                p[c] = Math.exp(scores[c]);
                sum += p[c];
            }
            for (int c = 0; c < p.length; c++) {
                p[c] /= sum;
            }
            return p;
        }
    }
}
