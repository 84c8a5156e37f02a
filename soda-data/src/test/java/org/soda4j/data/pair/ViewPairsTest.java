package org.soda4j.data.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.soda4j.PixelNormalization;
import org.soda4j.data.transform.Denormalize;
import org.soda4j.data.transform.GaussianNoise;
import org.soda4j.data.transform.Normalize;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.training.BatchLoader;
import org.soda4j.training.TrainingData;

class ViewPairsTest {

    @Test
    void recordsAreSourceAndTargetInTheirResolutions() {
        ViewPairs pairs =
                ViewPairs.builder(new NumberedImages(3, 20)).resolutions(24, 16).seed(1).build();
        try (NDManager manager = NDManager.newBaseManager()) {
            var record = pairs.get(manager, 2);
            assertThat(record.getData()).hasSize(2);
            assertThat(record.getData().get(0).getShape()).isEqualTo(new Shape(3, 24, 24));
            assertThat(record.getData().get(1).getShape()).isEqualTo(new Shape(3, 16, 16));
            assertThat(record.getData().get(1).getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(record.getData().get(1).min().getFloat()).isGreaterThanOrEqualTo(0);
            assertThat(record.getData().get(1).max().getFloat()).isLessThanOrEqualTo(1);
            assertThat(record.getLabels().get(0).toLongArray()).containsExactly(2);
        }
    }

    @Test
    void viewsDependOnSeedEpochAndIndex() {
        NumberedImages images = new NumberedImages(3, 16);
        ViewPairs pairs = ViewPairs.builder(images).resolution(16).seed(1).build();
        ViewPairs again = ViewPairs.builder(images).resolution(16).seed(1).build();
        ViewPairs other = ViewPairs.builder(images).resolution(16).seed(2).build();
        assertThat(pixels(pairs, 0, 1)).isEqualTo(pixels(again, 0, 1));
        assertThat(pixels(pairs, 0, 1)).isNotEqualTo(pixels(pairs, 1, 1));
        assertThat(pixels(pairs, 0, 1)).isNotEqualTo(pixels(other, 0, 1));
        assertThat(pairs.preview(0, 1).get(0).pixels())
                .isNotEqualTo(pairs.preview(0, 1).get(1).pixels());
    }

    private static byte[] pixels(ViewPairs pairs, int epoch, int index) {
        return pairs.preview(epoch, index).get(1).pixels();
    }

    /** Pixels plus 0.1 channel standard deviations: checked on views without geometric change. */
    @Test
    void sourceNoiseIsInNormalisedUnitsAndPixelsAreNot() {
        List<Double> deviation = List.of(0.2, 0.4, 0.8);
        PixelNormalization normalization =
                new PixelNormalization(List.of(0.5, 0.4, 0.3), deviation);
        int size = 64;
        ViewPipeline clean = ViewPipeline.builder(size).build();
        ViewPipeline noisy =
                ViewPipeline.builder(size)
                        .then(new Normalize(normalization))
                        .then(new GaussianNoise(0.1))
                        .then(new Denormalize(normalization))
                        .build();
        PixelImage image = new NumberedImages(1, size).image(0);
        float[] pixels = clean.apply(image, new ViewRandom(0, 0, 0, 0));
        float[] found = noisy.apply(image, new ViewRandom(0, 0, 0, 0));
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            double squares = 0;
            int samples = size * size;
            for (int i = c * samples; i < (c + 1) * samples; i++) {
                sum += found[i] - pixels[i];
                squares += Math.pow(found[i] - pixels[i], 2);
            }
            double sigma = 0.1 * deviation.get(c);
            // Five standard errors of a mean and of a standard deviation of 4096 numbers.
            assertThat(sum / samples).isCloseTo(0, within(5 * sigma / 64));
            assertThat(Math.sqrt(squares / samples)).isCloseTo(sigma, within(5 * sigma / 90));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 2, 4", "false, 3, 2"})
    void aTrainerSaysWhatBecomesOfTheLastBatch(boolean dropLast, int steps, int last) {
        ViewPairs pairs = ViewPairs.builder(new NumberedImages(10, 16)).resolution(16).build();
        try (NDManager manager = NDManager.newBaseManager();
                BatchLoader loader =
                        pairs.newLoader(new TrainingData.Request(4, 0, true, 0, 1, dropLast))) {
            assertThat(loader.steps()).isEqualTo(steps);
            try (Batch batch = loader.epoch(0, steps - 1, manager).next()) {
                assertThat(batch.getData().get(1).getShape().get(0)).isEqualTo(last);
            }
        }
    }

    @Test
    void severalImagesOfAnItemGiveTwoDifferentOnesWithTheirPoses() {
        // Index i shows object i / 4 from 90 (i mod 4) degrees.
        NumberedImages images = new NumberedImages(12, 8);
        ViewSource turntable =
                ViewSource.grouped(images, i -> i / 4, i -> new float[] {90 * (i % 4), 7});
        ViewPipeline plain = ViewPipeline.builder(8).build();
        ViewPairs pairs =
                ViewPairs.builder(turntable).source(plain).target(plain).pairsPerItem(50).build();
        assertThat(pairs.size()).isEqualTo(150);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 150; i++) {
            ViewWorkspace space = pairs.workspace();
            pairs.fill(3, 0, i, space);
            assertThat(space.sourcePose[0]).isNotEqualTo(space.targetPose[0]);
            int object = i / 50;
            assertThat(space.label).isEqualTo(object * 4);
            int from = object * 4 + (int) space.sourcePose[0] / 90;
            int to = object * 4 + (int) space.targetPose[0] / 90;
            assertThat(space.source)
                    .isEqualTo(plain.apply(images.image(from), new ViewRandom(0, 0, 0, 0)));
            assertThat(space.target)
                    .isEqualTo(plain.apply(images.image(to), new ViewRandom(0, 0, 0, 0)));
            seen.add(from + ">" + to);
        }
        assertThat(seen).hasSize(3 * 4 * 3);
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThat(pairs.get(manager, 0).getData()).hasSize(4);
            assertThat(pairs.get(manager, 0).getData().get(3).getShape()).isEqualTo(new Shape(2));
        }
    }

    @Test
    void djlLoadsItAsADataSet() throws Exception {
        ViewPairs pairs =
                ViewPairs.builder(new NumberedImages(10, 16))
                        .resolution(16)
                        .setSampling(4, false, true)
                        .build();
        try (NDManager manager = NDManager.newBaseManager()) {
            int batches = 0;
            for (Batch batch : pairs.getData(manager)) {
                assertThat(batch.getData().get(0).getShape()).isEqualTo(new Shape(4, 3, 16, 16));
                assertThat(batch.getLabels().get(0).getShape()).isEqualTo(new Shape(4));
                batches++;
                batch.close();
            }
            assertThat(batches).isEqualTo(2);
        }
    }

    @Test
    void failuresNameDataSetIndexAndCause() {
        NumberedImages images = new NumberedImages(10, 16);
        images.broken = 4;
        ViewPairs pairs = ViewPairs.builder(images).resolution(16).build();
        assertThatThrownBy(() -> pairs.preview(0, 4))
                .isInstanceOf(ViewException.class)
                .hasMessageContaining("NumberedImages, index 4")
                .hasMessageContaining("numbers.bin: truncated");
        assertThatThrownBy(() -> pairs.preview(0, 10))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ViewPairs.builder(images).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("resolution");
    }

    /** An error too, for example of a decoder that runs out of memory, has to name its image. */
    @Test
    void errorsNameTheImageToo() {
        ViewSource source =
                new SingleImages(new NumberedImages(2, 4)) {
                    @Override
                    public PixelImage image(int item, int view) {
                        throw new OutOfMemoryError("made up");
                    }
                };
        ViewPairs pairs = ViewPairs.builder(source).resolution(4).build();
        assertThatThrownBy(() -> pairs.preview(0, 1))
                .isInstanceOf(ViewException.class)
                .hasMessageContaining("NumberedImages, index 1")
                .hasMessageContaining("made up")
                .hasCauseInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void theContentHashIsTheDataSets() {
        NumberedImages images = new NumberedImages(3, 4);
        ViewPairs pairs = ViewPairs.builder(images).resolution(16).build();
        assertThat(pairs.contentHash()).isEqualTo(images.contentHash()).hasSize(64);
    }

    @Test
    void greyAndColourFitEitherPipeline() {
        PixelImage grey = new PixelImage(2, 1, 1, new byte[] {0, (byte) 255});
        PixelImage red = new PixelImage(1, 1, 3, new byte[] {(byte) 255, 0, 0});
        ViewPipeline three = ViewPipeline.builder(1).build();
        ViewPipeline one = ViewPipeline.builder(1).channels(1).build();
        // Half of 255 rounds up to 128; luma of red is 76.
        assertThat(three.apply(grey, new ViewRandom(0, 0, 0, 0)))
                .containsExactly(128 / 255f, 128 / 255f, 128 / 255f);
        assertThat(one.apply(red, new ViewRandom(0, 0, 0, 0))).containsExactly(76 / 255f);
    }
}
