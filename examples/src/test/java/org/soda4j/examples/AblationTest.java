package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.training.dataset.Dataset;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.examples.training.BuiltInImages;
import org.soda4j.examples.training.SmallModel;
import org.soda4j.latent.LatentLayout;

/** What a line has beside its probes. */
class AblationTest {

    @Test
    void aLineHasTheBaselinesOfWhatIsProbed() throws IOException {
        ImageDataset train = BuiltInImages.fashionMnist(Dataset.Usage.TRAIN).subset(24, 0);
        ImageDataset test = BuiltInImages.fashionMnist(Dataset.Usage.TEST).subset(5, 0);
        try (Soda soda =
                SmallModel.builder(1, 0)
                        .device(Device.cpu())
                        .latent(LatentLayout.of(32))
                        .denoiser(SmallModel.denoiser(1, 16).build())
                        .build()) {
            ObjectNode line = new ObjectMapper().createObjectNode();
            List<Output> features = List.of(Output.LATENT, Output.JOINED, Output.PIXELS);
            Ablation.baselines(line, soda, features, train, test);
            assertThat(line.properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly(
                            "encoder",
                            "imageShape",
                            "chance",
                            "pixels.knn",
                            "pixels.linear",
                            "untrained.latent.knn",
                            "untrained.latent.linear",
                            "untrained.joined.knn",
                            "untrained.joined.linear");
            assertThat(line.path("chance").doubleValue()).isEqualTo(10);
            // The comparison that every report shows finds the same.
            List<ProbeComparison.Row> rows =
                    ProbeComparison.baselines(soda, train, test, Output.JOINED, row -> {});
            assertThat(line.path("pixels.knn").doubleValue()).isEqualTo(percent(rows.get(1).knn()));
            assertThat(line.path("untrained.joined.knn").doubleValue())
                    .isEqualTo(percent(rows.get(2).knn()));
            assertThat(line.path("untrained.joined.linear").doubleValue())
                    .isEqualTo(percent(rows.get(2).linear()));
        }
    }

    private static double percent(double share) {
        return Math.round(1000 * share) / 10.0;
    }
}
