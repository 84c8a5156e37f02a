package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.encoder.ResNetEncoder;

class StageFeaturesTest {

    private static Soda soda() {
        return TinyModels.builder()
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.125)
                                .stageBlocks(1, 2, 1, 1)
                                .smallImages(true)
                                .build())
                .seed(3)
                .build();
    }

    @Test
    void joinedFeaturesAreLatentAndMeansOfEveryStage() {
        try (Soda soda = soda();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = TinyModels.images(manager, 3);
            NDArray joined = soda.encodeJoined(images);
            assertThat(joined.getShape()).isEqualTo(new Shape(3, 12 + 8 + 16 + 32 + 64));
            assertThat(joined.get(":, :12").toFloatArray())
                    .isEqualTo(soda.encode(images).toFloatArray());
            assertThat(joined.get(":, -64:").toFloatArray())
                    .isEqualTo(soda.encodeFeatures(images).toFloatArray());
            assertThat(soda.encodeStages(images).toFloatArray())
                    .isEqualTo(joined.get(":, 12:").toFloatArray());
        }
    }

    /** Stem and first stage once more, of DJL's own operators; float32 round-off is about 1e-6. */
    @Test
    void theFirstStageIsWhatAPlainNetworkComputes() {
        try (Soda soda = soda();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = TinyModels.images(manager, 2);
            Map<String, NDArray> p = soda.parameters();
            NDArray mean = manager.create(new float[] {0.485f, 0.456f, 0.406f}, new Shape(3, 1, 1));
            NDArray deviation =
                    manager.create(new float[] {0.229f, 0.224f, 0.225f}, new Shape(3, 1, 1));
            NDArray x = relu(convNorm(images.sub(mean).div(deviation), p, "conv1", "bn1"));
            NDArray h = relu(convNorm(x, p, "layer1.0.conv1", "layer1.0.bn1"));
            NDArray stage = relu(convNorm(h, p, "layer1.0.conv2", "layer1.0.bn2").add(x));
            float[] expected = stage.reshape(2, 8, -1).mean(new int[] {2}).toFloatArray();
            float[] found = soda.encodeStages(images).get(":, :8").toFloatArray();
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    private static NDArray convNorm(
            NDArray x, Map<String, NDArray> parameters, String conv, String norm) {
        NDList output =
                Conv2d.conv2d(
                        x,
                        parameters.get("encoder." + conv + ".weight"),
                        null,
                        new Shape(1, 1),
                        new Shape(1, 1));
        String prefix = "encoder." + norm + ".";
        NDArray deviation = column(parameters.get(prefix + "running_var")).add(1e-5).sqrt();
        return output.singletonOrThrow()
                .sub(column(parameters.get(prefix + "running_mean")))
                .div(deviation)
                .mul(column(parameters.get(prefix + "weight")))
                .add(column(parameters.get(prefix + "bias")));
    }

    private static NDArray column(NDArray values) {
        return values.reshape(-1, 1, 1);
    }

    private static NDArray relu(NDArray x) {
        return x.maximum(0);
    }

    @Test
    void statisticsTravelWithTheModel(@TempDir Path folder) throws Exception {
        float[] rows = new float[2 * 132];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i % 7;
        }
        FeatureStatistics statistics = FeatureStatistics.of(rows, 132);
        try (Soda soda = soda()) {
            assertThat(soda.featureStatistics()).isEmpty();
            assertThatThrownBy(() -> soda.keepFeatureStatistics(statistics.columns(0, 5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 132 features, found 5");
            soda.keepFeatureStatistics(statistics);
            soda.save(folder);
        }
        try (Soda again = Soda.load(folder)) {
            assertThat(again.featureStatistics()).contains(statistics);
            again.importWeights(folder.resolve("model.safetensors"));
            assertThat(again.featureStatistics()).as("of other weights").isEmpty();
        }
    }

    @Test
    void statisticsStandardise() {
        float[] rows = {1, 10, 3, 10, 5, 10};
        FeatureStatistics statistics = FeatureStatistics.of(rows, 2);
        assertThat(statistics.mean()).containsExactly(3, 10);
        assertThat(statistics.deviation()[0]).isCloseTo((float) Math.sqrt(8.0 / 3), within(1e-6f));
        statistics.standardize(rows);
        float one = (float) (2 / Math.sqrt(8.0 / 3));
        assertThat(rows).containsExactly(new float[] {-one, 0, 0, 0, one, 0}, within(1e-6f));
        assertThatThrownBy(() -> FeatureStatistics.of(new float[3], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whole rows of 2, found 3");
    }
}
