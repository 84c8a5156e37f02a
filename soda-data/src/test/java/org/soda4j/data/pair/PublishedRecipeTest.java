package org.soda4j.data.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.soda4j.PixelNormalization;
import org.soda4j.data.transform.RandomResizedCrop;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelBuffer;
import org.soda4j.image.PixelImage;

/** The probabilities and the noise of the published views. */
class PublishedRecipeTest {

    private static final int SIZE = 32;

    private static PixelImage noiseImage(int seed) {
        byte[] pixels = new byte[SIZE * SIZE * 3];
        new Random(seed).nextBytes(pixels);
        return new PixelImage(SIZE, SIZE, 3, pixels);
    }

    /**
     * No crop and no flip (1 in 20), and no augmentation (0.35) or the identity twice (0.65 / 196)
     * leave the image as it is; the crop does so about once in 3,000 times on top.
     */
    @Test
    void oneViewInFiftySixIsTheImageItself() {
        PixelImage image = noiseImage(1);
        ViewPipeline target = ViewPipeline.publishedTarget(SIZE, 3);
        float[] unchanged =
                ViewPipeline.builder(SIZE).build().apply(image, new ViewRandom(0, 0, 0, 0));
        PixelBuffer buffer = new PixelBuffer();
        ViewRandom random = new ViewRandom(0, 0, 0, 0);
        float[] view = new float[target.length()];
        int draws = 30_000;
        int hits = 0;
        for (int i = 0; i < draws; i++) {
            random.reset(9, 0, i, 1);
            target.apply(image, random, buffer, view);
            hits += Arrays.equals(view, unchanged) ? 1 : 0;
        }
        double expected = 0.05 * (0.35 + 0.65 / 196);
        double error = Math.sqrt(expected / draws);
        // AutoContrast also leaves this full-range image alone: two of fourteen operations do.
        double autoContrast = 0.05 * 0.65 * (4.0 - 1) / 196;
        assertThat((double) hits / draws)
                .isCloseTo(expected + autoContrast + 0.0003, within(5 * error));
    }

    /** With one and the same stream, source and target differ by the noise alone. */
    @Test
    void sourceIsTargetPlusATenthOfEachDeviation() {
        PixelNormalization normalization =
                new PixelNormalization(List.of(0.5, 0.4, 0.3), List.of(0.2, 0.3, 0.4));
        ViewPipeline source = ViewPipeline.publishedSource(SIZE, normalization);
        ViewPipeline target = ViewPipeline.publishedTarget(SIZE, 3);
        int samples = SIZE * SIZE;
        int views = 100;
        double[] squares = new double[3];
        for (int i = 0; i < views; i++) {
            PixelImage image = noiseImage(i);
            float[] noisy = source.apply(image, new ViewRandom(2, 0, i, 0));
            float[] clean = target.apply(image, new ViewRandom(2, 0, i, 0));
            for (int j = 0; j < clean.length; j++) {
                assertThat(clean[j] >= 0 && clean[j] <= 1).isTrue();
                squares[j / samples] += Math.pow(noisy[j] - clean[j], 2);
            }
        }
        for (int c = 0; c < 3; c++) {
            double sigma = 0.1 * normalization.deviation().get(c);
            // Five standard errors of a standard deviation of 102,400 numbers are 1.1 %.
            assertThat(Math.sqrt(squares[c] / (views * samples)))
                    .isCloseTo(sigma, within(0.011 * sigma));
        }
    }

    @Test
    void sourceAndTargetAreDrawnApart() {
        ViewPipeline crops = ViewPipeline.builder(SIZE).then(new RandomResizedCrop(SIZE)).build();
        ViewPairs pairs =
                ViewPairs.builder(new NumberedImages(20, SIZE)).source(crops).target(crops).build();
        for (int i = 0; i < 20; i++) {
            List<PixelImage> views = pairs.preview(0, i);
            assertThat(views.get(0).pixels()).isNotEqualTo(views.get(1).pixels());
        }
    }

    @Test
    void aGreyModelGetsGreyViews() {
        ViewPairs pairs =
                ViewPairs.builder(new NumberedImages(2, SIZE))
                        .resolution(16)
                        .normalization(PixelNormalization.symmetric(1))
                        .build();
        assertThat(pairs.source().channels()).isEqualTo(1);
        assertThat(pairs.preview(0, 1).get(1).channels()).isEqualTo(1);
    }
}
