package org.soda4j.eval.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.SamplingOptions;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.feature.ImageBatches;

/** The protocols against their parts called one by one. */
class ImageQualityProtocolTest extends TinyModelTest {

    private static final SamplingOptions OPTIONS = SamplingOptions.defaults().withSteps(3);

    /** Mean and deviation of the pixels: features whose distances can be computed by hand. */
    private static FeatureSet twoNumbers(Iterable<NDArray> batches) {
        List<float[]> rows = new ArrayList<>();
        for (NDArray batch : batches) {
            float[] values = batch.toFloatArray();
            int length = values.length / (int) batch.getShape().get(0);
            for (int from = 0; from < values.length; from += length) {
                float mean = 0;
                float squares = 0;
                for (int i = from; i < from + length; i++) {
                    mean += values[i] / length;
                    squares += values[i] * values[i] / length;
                }
                rows.add(new float[] {mean, squares});
            }
        }
        float[] all = new float[2 * rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, 2 * i, 2);
        }
        return FeatureSet.of(all, 2);
    }

    @Test
    void reconstructionIsTheMeanOverItsImages() {
        TestImages images = TestImages.darkAndBright(6, 16);
        ReconstructionQuality quality =
                ImageQualityProtocol.builder(soda)
                        .options(OPTIONS)
                        .batchSize(6)
                        .features(ImageQualityProtocolTest::twoNumbers)
                        .build()
                        .reconstruction(images);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray originals = ImageBatches.resized(images, soda).range(manager, 0, 6);
            NDArray again = soda.reconstruct(originals, OPTIONS);
            double psnr = Arrays.stream(Psnr.of(originals, again)).average().orElseThrow();
            double ssim = Arrays.stream(Ssim.of(originals, again)).average().orElseThrow();
            FeatureSet a = twoNumbers(List.of(originals));
            FeatureSet b = twoNumbers(List.of(again));
            assertThat(quality.images()).isEqualTo(6);
            assertThat(quality.psnr()).isCloseTo(psnr, within(1e-9));
            assertThat(quality.ssim()).isCloseTo(ssim, within(1e-9));
            assertThat(quality.distribution().frechetDistance())
                    .isCloseTo(FrechetDistance.between(a, b), within(1e-9));
            assertThat(quality.distribution().kernelDistance())
                    .isCloseTo(KernelDistance.between(a, b), within(1e-9));
            assertThat(quality.distribution().precisionRecall()).isPresent();
        }
        assertThat(quality.table())
                .startsWith("reconstruction of 6 images: PSNR")
                .contains("recall")
                .endsWith("\n");
        assertThat(quality.table().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    }

    @Test
    void furtherMetricsAreAveragedAndListed() {
        TestImages images = TestImages.darkAndBright(6, 16);
        ImageQualityProtocol.Builder builder =
                ImageQualityProtocol.builder(soda)
                        .options(OPTIONS)
                        .batchSize(4)
                        .metric("twice PSNR", (a, b) -> twice(Psnr.of(a, b)))
                        .metric("SSIM again", Ssim::of);
        ReconstructionQuality quality = builder.build().reconstruction(images);
        assertThat(quality.metrics()).containsOnlyKeys("twice PSNR", "SSIM again");
        assertThat(quality.metrics().get("twice PSNR")).isCloseTo(2 * quality.psnr(), within(1e-9));
        assertThat(quality.metrics().get("SSIM again")).isEqualTo(quality.ssim());
        assertThat(quality.table()).contains("\n  twice PSNR ", "\n  SSIM again ").endsWith("\n");
        assertThatThrownBy(() -> builder.metric("SSIM", Ssim::of))
                .hasMessageContaining("found SSIM a second time");
        assertThatThrownBy(() -> builder.metric("SSIM again", Ssim::of))
                .hasMessageContaining("found SSIM again a second time");
    }

    private static double[] twice(double[] values) {
        return Arrays.stream(values).map(value -> 2 * value).toArray();
    }

    @Test
    void samplingUsesNoLatentAndTheSeedDecides() {
        TestImages images = TestImages.darkAndBright(9, 16);
        ImageQualityProtocol.Builder builder =
                ImageQualityProtocol.builder(soda).options(OPTIONS).images(5).batchSize(2);
        SamplingQuality first = builder.build().sampling(images);
        assertThat(first.images()).isEqualTo(5);
        assertThat(builder.build().sampling(images)).isEqualTo(first);
        SamplingQuality other = builder.options(OPTIONS.withSeed(8)).build().sampling(images);
        assertThat(other.distribution().frechetDistance())
                .isNotEqualTo(first.distribution().frechetDistance());
        int least = first.distribution().leastForFrechet();
        assertThat(least).isGreaterThan(5);
        assertThat(first.table())
                .contains("5 images without a latent", "precision")
                .contains("Frechet distance needs at least %d images".formatted(least))
                .contains("kernel distance needs at least 100 images");
        assertThat(first.distribution().kernelText(100)).matches("-?\\d+\\.\\d{5}");
        assertThat(first.distribution().precisionRecallText(99)).startsWith("needs at least 100");
        assertThat(first.distribution().precisionRecallText(100)).matches("\\d\\.\\d{3}, \\S+");
        assertThat(first.distribution().frechetText(least)).matches("\\d+\\.\\d{3}");
    }

    @Test
    void tooFewImagesHaveNoDistances() {
        ImageQualityProtocol protocol = ImageQualityProtocol.builder(soda).options(OPTIONS).build();
        assertThatThrownBy(() -> protocol.reconstruction(TestImages.darkAndBright(1, 16)))
                .hasMessageContaining("expected at least 2, found 1");
        assertThatThrownBy(() -> protocol.sampling(TestImages.darkAndBright(0, 16)))
                .hasMessageContaining("expected at least 2, found 0");
        assertThat(
                        protocol.sampling(TestImages.darkAndBright(3, 16))
                                .distribution()
                                .precisionRecall())
                .isEmpty();
        assertThatThrownBy(() -> ImageQualityProtocol.builder(soda).images(1))
                .hasMessageContaining("at least 2");
    }
}
