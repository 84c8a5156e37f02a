package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withPrecision;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.TinyModelTest;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.search.FeatureSpace;
import org.soda4j.eval.search.ImageEncoder;

/**
 * The denoiser's features as every extractor gives them; their numbers: DenoiserFeatureProbeTest.
 */
class DenoiserFeaturesTest extends TinyModelTest {

    private static final TestImages IMAGES = TestImages.darkAndBright(7, 16);

    private static FeatureExtractor extractor(Output output) {
        return FeatureExtractor.of(soda)
                .output(output)
                .denoiser(DenoiserFeatures.of(soda).withBlocks("up.1", "down.0").withStep(40))
                .batchSize(4);
    }

    @Test
    void anImageHasItsFeaturesWhateverIsEncodedBesideIt() {
        FeatureSet all = extractor(Output.DENOISER).extract(IMAGES);
        assertThat(all.width()).isEqualTo(64 + 32);
        assertThat(all.row(5)).isNotEqualTo(all.row(3));
        FeatureSet some = extractor(Output.DENOISER).extract(IMAGES.select(0, 5));
        assertThat(some.row(0)).isEqualTo(all.row(0));
        assertThat(some.row(1)).isEqualTo(all.row(5));
        // Attention may sum in another order at another place of the batch.
        FeatureSet moved = extractor(Output.DENOISER).extract(IMAGES.select(5, 6, 6, 0));
        assertThat(moved.row(0)).containsExactly(all.row(5), withPrecision(1e-5f));
        assertThat(moved.row(3)).containsExactly(all.row(0), withPrecision(1e-5f));
    }

    @Test
    void blocksComeInTheOrderOfTheirComputation() {
        FeatureSet both = extractor(Output.DENOISER).extract(IMAGES);
        DenoiserFeatures one = DenoiserFeatures.of(soda).withBlocks("down.0").withStep(40);
        FeatureSet down = extractor(Output.DENOISER).denoiser(one).extract(IMAGES);
        for (int i = 0; i < IMAGES.size(); i++) {
            assertThat(both.columns(0, 32).row(i)).isEqualTo(down.row(i));
        }
        for (DenoiserFeatures other :
                List.of(one.withStep(41), one.withSeed(1), one.withLatent(false))) {
            assertThat(extractor(Output.DENOISER).denoiser(other).extract(IMAGES).row(0))
                    .as(other.toString())
                    .isNotEqualTo(down.row(0));
        }
    }

    @Test
    void joinedAreTheEncodersAndTheDenoisers() {
        FeatureSet joined = extractor(Output.JOINED_DENOISER).extract(IMAGES);
        FeatureSet encoder = extractor(Output.JOINED).extract(IMAGES);
        FeatureSet denoiser = extractor(Output.DENOISER).extract(IMAGES);
        assertThat(joined.width()).isEqualTo(encoder.width() + denoiser.width());
        for (int i = 0; i < IMAGES.size(); i++) {
            assertThat(joined.columns(0, encoder.width()).row(i)).isEqualTo(encoder.row(i));
            float[] rest = joined.columns(encoder.width(), joined.width()).row(i);
            for (int j = 0; j < rest.length; j++) {
                // The latent is computed with the stages or alone, which may sum in another order.
                assertThat(rest[j]).isCloseTo(denoiser.row(i)[j], within(1e-5f));
            }
        }
        assertThat(joined.provenance())
                .containsEntry("features", "JOINED_DENOISER")
                .containsEntry("denoiser", "down.0, up.1 at t = 40, seed 0");
    }

    @Test
    void statisticsOfImagesStandardise() {
        FeatureExtractor scaled = extractor(Output.JOINED_DENOISER).standardizedOn(IMAGES);
        FeatureSet set = scaled.extract(IMAGES);
        for (int j = set.width() - 3; j < set.width(); j++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < set.size(); i++) {
                sum += set.row(i)[j];
                squares += set.row(i)[j] * set.row(i)[j];
            }
            assertThat(sum / set.size()).isCloseTo(0, within(1e-4));
            assertThat(squares / set.size()).isCloseTo(1, within(1e-3));
        }
        assertThat(scaled.extract(IMAGES.select(4, 5, 6)).row(2)).isEqualTo(set.row(6));
        assertThat(set.provenance()).containsEntry("standardized", "on " + IMAGES.contentHash());
        // They are of one output.
        FeatureSet latents = scaled.output(Output.LATENT).extract(IMAGES);
        assertThat(latents.row(0)).isEqualTo(extractor(Output.LATENT).extract(IMAGES).row(0));
        assertThatThrownBy(() -> extractor(Output.DENOISER).standardized(true).extract(IMAGES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("standardizedOn(images) measures them");
    }

    @Test
    void searchTakesThemAndTellsThemApart() {
        FeatureExtractor extractor = extractor(Output.JOINED_DENOISER);
        ImageEncoder encoder = ImageEncoder.of(extractor);
        assertThat(encoder.encode(IMAGES).row(3)).isEqualTo(extractor.extract(IMAGES).row(3));
        FeatureSpace space = encoder.space();
        assertThat(space.sections()).isEqualTo(soda.config().latent().sizes());
        FeatureSpace other =
                ImageEncoder.of(
                                extractor.denoiser(
                                        DenoiserFeatures.of(soda)
                                                .withBlocks("up.1", "down.0")
                                                .withStep(41)))
                        .space();
        assertThatThrownBy(() -> space.requireSame("query", other))
                .hasMessageContaining("at t = 40")
                .hasMessageContaining("at t = 41");
    }

    @Test
    void refusesBlocksAndStepsThatAreNotThere() {
        DenoiserFeatures any = DenoiserFeatures.of(soda);
        FeatureExtractor extractor = FeatureExtractor.of(soda);
        assertThatThrownBy(() -> extractor.denoiser(any.withBlocks("up.1", "up.99")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "blocks: expected some of [down.0, down.2, middle, up.0, up.1, up.3, up.4], which the denoiser has, found [up.99]");
        assertThatThrownBy(() -> extractor.denoiser(any.withStep(1001)))
                .hasMessage("step: expected 1 to 1000, the schedule's, found 1001");
        assertThatThrownBy(() -> extractor.denoiser(any.withStep(0)))
                .hasMessage("step: expected 1 to 1000, the schedule's, found 0");
        assertThatThrownBy(() -> any.withBlocks()).hasMessageContaining("at least one");
    }
}
