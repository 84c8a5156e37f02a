package org.soda4j.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.TestImages;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.search.ImageEncoder;

/** What an extractor takes without being told, and what once it is. */
class FeatureExtractorTest {

    private static final Soda SODA = TinyModels.builder().build();
    private static final TestImages IMAGES = TestImages.darkAndBright(6, 16);

    @BeforeEach
    void measure() {
        SODA.keepFeatureStatistics(null);
        FeatureSet joined = FeatureExtractor.of(SODA).output(Output.JOINED).extract(IMAGES);
        SODA.keepFeatureStatistics(FeatureStatistics.of(joined.sharedValues(), joined.width()));
    }

    @AfterAll
    static void close() {
        SODA.close();
    }

    @Test
    void theDefaultIsLatentAndStagesStandardised() {
        FeatureExtractor best = FeatureExtractor.of(SODA);
        assertThat(best.description()).isEqualTo("JOINED standardized");
        FeatureSet features = best.extract(IMAGES);
        assertThat(features.provenance())
                .containsEntry("features", "JOINED")
                .containsEntry("standardized", "true");
        FeatureSet raw = FeatureExtractor.of(SODA).output(Output.JOINED).extract(IMAGES);
        assertThat(features.sharedValues())
                .isEqualTo(raw.standardized(SODA.featureStatistics().get()).sharedValues())
                .isNotEqualTo(raw.sharedValues());
        assertThat(best.batchSize(3).progress(done -> {}).description())
                .isEqualTo("JOINED standardized");
        assertThat(ImageEncoder.of(SODA).space()).isEqualTo(ImageEncoder.of(best).space());
    }

    @Test
    void withoutStatisticsItIsTheLatentAsItIs() {
        SODA.keepFeatureStatistics(null);
        FeatureExtractor latents = FeatureExtractor.of(SODA);
        assertThat(latents.description()).isEqualTo("LATENT");
        assertThat(latents.hasStatistics()).isFalse();
        assertThat(latents.extract(IMAGES).provenance()).doesNotContainKey("standardized");
        assertThatThrownBy(() -> latents.standardized(true).extract(IMAGES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected a model with statistics");
    }

    @Test
    void whatIsNamedIsTakenAsItIs() {
        SODA.keepFeatureStatistics(null);
        FeatureSet raw = FeatureExtractor.of(SODA).extract(IMAGES);
        measure();
        FeatureExtractor latents = FeatureExtractor.of(SODA).output(Output.LATENT);
        assertThat(latents.description()).isEqualTo("LATENT");
        assertThat(latents.extract(IMAGES).sharedValues()).isEqualTo(raw.sharedValues());
        for (Output output : Output.values()) {
            FeatureExtractor named = FeatureExtractor.of(SODA).output(output);
            assertThat(named.description()).doesNotContain("standardized");
            boolean known = named.hasStatistics();
            assertThat(known).as("%s", output).isEqualTo(measured(output));
            if (known) {
                assertThat(named.standardized(true).extract(IMAGES).provenance())
                        .containsEntry("standardized", "true");
            }
        }
    }

    /** Asked for, it stays, whatever is named later. */
    @Test
    void standardisationThatWasAskedForStays() {
        FeatureExtractor asked = FeatureExtractor.of(SODA).standardized(true);
        assertThat(asked.output(Output.STAGES).description()).isEqualTo("STAGES standardized");
        assertThat(FeatureExtractor.of(SODA).standardized(false).description()).isEqualTo("JOINED");
    }

    private static boolean measured(Output output) {
        return switch (output) {
            case LATENT, POOLED, STAGES, JOINED -> true;
            case NORMALIZED_LATENT, DENOISER, JOINED_DENOISER, PIXELS -> false;
        };
    }
}
