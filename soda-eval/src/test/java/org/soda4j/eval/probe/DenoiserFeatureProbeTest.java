package org.soda4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.soda4j.data.pair.ViewPipeline;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.feature.FeatureSet;

/** The sweep over blocks and noise steps. */
class DenoiserFeatureProbeTest extends TinyModelTest {

    @Test
    void featuresArePooledActivationsOfTheNoisedImage() {
        TestImages images = TestImages.darkAndBright(3, 16);
        int step = 300;
        String block = soda.activationNames().get(1);
        for (boolean keep : new boolean[] {false, true}) {
            FeatureSet found =
                    DenoiserFeatureProbe.builder(soda)
                            .keepLatent(keep)
                            .seed(4)
                            .batchSize(2)
                            .build()
                            .extract(images, step)
                            .get(block);
            for (int i = 0; i < 3; i++) {
                float[] expected = pooled(images, i, step, block, keep);
                for (int c = 0; c < expected.length; c++) {
                    // One image against a batch of two: sums in another order.
                    assertThat(found.row(i)[c]).isCloseTo(expected[c], within(2e-5f));
                }
            }
            assertThat(found.labels()).containsExactly(0, 1, 0);
            assertThat(found.provenance()).containsEntry("latent", keep ? "kept" : "dropped");
        }
    }

    /** Through the library's own forward process and a mean in double. */
    private static float[] pooled(
            TestImages images, int index, int step, String block, boolean keep) {
        float[] pixels =
                ViewPipeline.builder(16)
                        .build()
                        .apply(images.image(index), new ViewRandom(0, 0, 0, 0));
        float[] noise = new float[pixels.length];
        new ViewRandom(4, 0, 0, step).addGaussians(noise, 0, noise.length, 1);
        Shape shape = new Shape(1, 3, 16, 16);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray image = manager.create(pixels, shape);
            NDArray noisy =
                    new DiffusionProcess(soda.config().schedule())
                            .perturb(image.mul(2).sub(1), manager.create(noise, shape), step);
            NDArray z = keep ? soda.encode(image) : manager.zeros(new Shape(1, 12));
            NDArray map =
                    soda.activations(noisy, manager.create(new long[] {step}), z, Set.of(block))
                            .get(block);
            int channels = (int) map.getShape().get(1);
            float[] values = map.toFloatArray();
            float[] pooled = new float[channels];
            int plane = values.length / channels;
            for (int c = 0; c < channels; c++) {
                double sum = 0;
                for (int p = 0; p < plane; p++) {
                    sum += values[c * plane + p];
                }
                pooled[c] = (float) (sum / plane);
            }
            return pooled;
        }
    }

    @Test
    void findsTheBestOfTheWholeTable() {
        // A probe that knows nothing but how large the features are on average.
        FeatureProbe probe =
                (train, test) -> {
                    int[] truth = test.labels();
                    int[] predictions = truth.clone();
                    int wrong =
                            "5".equals(train.provenance().get("step"))
                                    ? train.width() == 64 ? 0 : 1
                                    : 2;
                    for (int i = 0; i < wrong; i++) {
                        predictions[i] = 1 - predictions[i];
                    }
                    return new ProbeResult(
                            "known",
                            Map.of(),
                            predictions,
                            ConfusionMatrix.of(List.of("dark", "bright"), truth, predictions));
                };
        TestImages images = TestImages.darkAndBright(4, 16);
        DenoiserFeatureResult result =
                DenoiserFeatureProbe.builder(soda)
                        .steps(900, 5)
                        .probe(probe)
                        .build()
                        .evaluate(images, images);
        assertThat(result.bestStep()).isEqualTo(5);
        assertThat(result.best().accuracy()).isEqualTo(1);
        int best = result.blocks().indexOf(result.bestBlock());
        assertThat(result.accuracies()[best]).containsExactly(0.5, 1);
        assertThat(result.accuracies()).hasDimensions(soda.activationNames().size(), 2);
        assertThat(result.baselines().chance()).isEqualTo(0.5);
        assertThat(result.baselines().pixels()).isEqualTo(0.5); // Two wrong where there is no step.
        // This probe sees no weights, so the untrained model looks the same to it.
        assertThat(result.baselines().untrained()).isDeepEqualTo(result.accuracies());
        assertThat(result.table())
                .containsPattern("\nchance +50.00 +50.00\nraw pixels +50.00 +50.00\n")
                .containsPattern("\nuntrained, best block +50.00 +100.00\n");
        assertThat(result.table()).contains("best: " + result.bestBlock() + " at t = 5, 100.00 %");
        assertThat(result.heatMap().toImage().getWidth()).isGreaterThan(100);
    }

    @Test
    void lightNoiseTellsDarkFromBright() {
        DenoiserFeatureResult result =
                DenoiserFeatureProbe.builder(soda)
                        .steps(10)
                        .probe(KnnProbe.builder().k(3).metric(KnnMetric.EUCLIDEAN).build())
                        .build()
                        .evaluate(
                                TestImages.darkAndBright(24, 16), TestImages.darkAndBright(10, 16));
        assertThat(result.best().accuracy()).isEqualTo(1);
        assertThat(result.baselines().pixels()).isEqualTo(1); // They are as bright.
        // A row of the picture for each baseline.
        assertThat(result.heatMap().toImage().getHeight())
                .isGreaterThan(34 * (3 + result.blocks().size()));
    }

    @Test
    void refusesUnknownBlocksAndSteps() {
        DenoiserFeatureProbe.Builder builder = DenoiserFeatureProbe.builder(soda);
        assertThatThrownBy(() -> builder.blocks("up.99")).hasMessageContaining("found [up.99]");
        assertThatThrownBy(() -> builder.steps(0)).hasMessageContaining("expected 1 to 1000");
        assertThatThrownBy(() -> builder.steps()).hasMessageContaining("at least one");
        TestImages none = TestImages.darkAndBright(0, 16);
        assertThatThrownBy(() -> builder.build().extract(none, 1))
                .hasMessageContaining("expected at least one");
        TestImages unlabelled = TestImages.of(30, 16, i -> -1, i -> 9);
        assertThatThrownBy(() -> builder.steps(5).build().evaluate(unlabelled, unlabelled))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected labels");
    }
}
