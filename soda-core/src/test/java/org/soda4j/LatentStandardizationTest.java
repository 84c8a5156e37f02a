package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.encoder.NormLayer;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.engine.ArrayFixture;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.ViewConditioning;

/** Data-dependent initialisation: latents of a batch have mean 0 and variance 1. */
class LatentStandardizationTest extends ArrayFixture {

    private static final int COUNT = 24;
    private static final int LATENT = 12;

    /**
     * Float32's precision times what the layer's deviations, about a hundredth of its means, grow.
     */
    private static final double ROUNDING = 1e-3;

    /** Group norm sees in training what it sees otherwise. */
    private static SodaBuilder groupNorm() {
        return TinyModels.builder()
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.125)
                                .smallImages(true)
                                .norm(NormLayer.GROUP_NORM)
                                .build());
    }

    private static void assertStandard(float[] latents) {
        int n = latents.length / LATENT;
        for (int j = 0; j < LATENT; j++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < n; i++) {
                double z = latents[i * LATENT + j];
                sum += z;
                squares += z * z;
            }
            assertThat(sum / n).as("mean of number %d", j).isCloseTo(0, within(ROUNDING));
            assertThat(squares / n).as("variance of number %d", j).isCloseTo(1, within(ROUNDING));
        }
    }

    @Test
    void latentsOfTheBatchHaveMeanZeroAndVarianceOne() {
        try (Soda soda = groupNorm().seed(3).build()) {
            NDArray images = TinyModels.images(manager, COUNT);
            soda.standardizeLatents(new NDList(images, images));
            assertStandard(soda.encode(images).toFloatArray());
        }
    }

    @Test
    void latentsOfAllSourceViewsToo() {
        try (Soda soda = groupNorm().views(ViewConditioning.builder().build()).seed(3).build()) {
            NDArray images = ViewScenes.images(manager, 16, COUNT / 2, 2);
            List<List<Camera>> cameras = ViewScenes.cameras(16, COUNT / 2, 2);
            List<Camera> flat = cameras.stream().flatMap(List::stream).toList();
            NDArray sources = ViewScenes.numbers(manager, flat).reshape(COUNT / 2, 2, -1);
            NDArray targets = sources.get(":, 0");
            soda.standardizeLatents(new NDList(images, images.get(":, 0"), sources, targets));
            assertStandard(soda.novelViews().encode(images, cameras).latents().toFloatArray());
        }
    }

    /** Seen as in training: by the statistics of the batch, not by running ones, which move. */
    @Test
    void asBatchNormSeesThemInTraining() {
        try (Soda soda = TinyModels.builder().seed(3).build()) {
            NDArray images = TinyModels.images(manager, COUNT);
            soda.standardizeLatents(new NDList(images, images));
            NDList normal = new NDList(soda.config().normalization().apply(images));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray latents = soda.encoder().forward(store, normal, true).get(0);
            assertStandard(latents.stopGradient().toFloatArray());
        }
    }

    @Test
    void refusesWhatHasNoVariance() {
        try (Soda soda = groupNorm().seed(3).build()) {
            NDArray same = manager.ones(TinyModels.images(manager, 4).getShape());
            assertThatThrownBy(() -> soda.standardizeLatents(new NDList(same, same)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("whose latents differ");
            NDArray one = TinyModels.images(manager, 1);
            assertThatThrownBy(() -> soda.standardizeLatents(new NDList(one, one)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("batch: expected at least 2 source images, found 1");
        }
    }
}
