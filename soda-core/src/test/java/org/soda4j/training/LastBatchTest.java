package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.encoder.NormLayer;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.io.ConfigText;
import org.soda4j.training.listener.RunEvent;

/** The images that do not fill an epoch's last batch: left out, or a smaller batch. */
class LastBatchTest {

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** 14 images in batches of 4: the fourth has two, and the images are counted as they are. */
    @Test
    void itIsTrainedOnWhereItIsKept() {
        List<RunEvent.Step> kept = steps(14, t -> t.dropLast(false).epochs(2));
        assertThat(kept)
                .extracting(RunEvent.Step::images)
                .containsExactly(4L, 8L, 12L, 14L, 18L, 22L, 26L, 28L);
        assertThat(kept).extracting(RunEvent.Step::epoch).containsExactly(1, 1, 1, 1, 2, 2, 2, 2);
        List<RunEvent.Step> dropped = steps(14, t -> t.epochs(2));
        assertThat(dropped)
                .extracting(RunEvent.Step::images)
                .containsExactly(4L, 8L, 12L, 16L, 20L, 24L);
        assertThat(kept.subList(0, 3))
                .extracting(RunEvent.Step::loss)
                .containsExactlyElementsOf(
                        dropped.subList(0, 3).stream().map(RunEvent.Step::loss).toList());
    }

    /** A first batch of the whole data set is the last one too: the same as one of its size. */
    @Test
    void itsLossIsTheMeanOfItsImages() {
        double small = steps(3, t -> t.dropLast(false).steps(1)).get(0).loss();
        double own = steps(3, t -> t.batchSize(3).steps(1)).get(0).loss();
        assertThat(small).isEqualTo(own);
        double parts =
                steps(3, t -> t.batchSize(8).accumulation(8).dropLast(false).steps(1), true)
                        .get(0)
                        .loss();
        double whole = steps(3, t -> t.batchSize(3).steps(1), true).get(0).loss();
        assertThat(parts).isCloseTo(whole, within(1e-5 * whole));
    }

    @Test
    void aRunGoesOnInEachUnitOfItsLength(@TempDir Path folder) {
        int number = 0;
        for (TrainingLength.Unit unit : TrainingLength.Unit.values()) {
            long count =
                    switch (unit) {
                        case EPOCHS -> 2;
                        case STEPS -> 8;
                        case IMAGES -> 32; // Of full batches.
                    };
            Path whole = folder.resolve("whole" + number);
            Path stopped = folder.resolve("stopped" + number++);
            train(whole, new TrainingLength(unit, count), 0);
            train(stopped, new TrainingLength(unit, count), 4);
            train(stopped, new TrainingLength(unit, count), 6);
            assertThat(train(stopped, new TrainingLength(unit, count), 0).steps()).isEqualTo(8);
            assertThat(TinyTraining.files(TinyTraining.newest(stopped).folder()))
                    .as("%s", unit)
                    .isEqualTo(TinyTraining.files(TinyTraining.newest(whole).folder()));
        }
    }

    private TrainingSummary train(Path run, TrainingLength length, int stopAfter) {
        try (Soda soda = TinyTraining.model(0.2).build()) {
            return TinyTraining.trainer(soda, TinyTraining.data(manager, 14))
                    .dropLast(false)
                    .length(length)
                    .folder(run)
                    .listener(TinyTraining.stopAfter(stopAfter))
                    .build()
                    .fit();
        }
    }

    /**
     * 14 images, three ranks, batches of 4: two steps of 12 and 2, one image each and one again.
     */
    @Test
    void ranksHaveLastBatchesOfOneSize() {
        float[] pixels = TinyTraining.pixels(14, 1);
        List<Integer> last = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            BatchLoader loader =
                    new DatasetLoader(
                            TinyTraining.data(manager, 14),
                            new TrainingData.Request(4, 0, false, rank, 3, false));
            assertThat(loader.steps()).isEqualTo(2);
            Iterator<Batch> rest = loader.epoch(0, 1, manager);
            float[] found = rest.next().getData().head().toFloatArray();
            assertThat(found).hasSize(3 * 8 * 8);
            for (int i = 0; i < 14; i++) {
                if (pixels[i * found.length] == found[0]) {
                    last.add(i);
                }
            }
            assertThat(rest).isExhausted();
        }
        assertThat(last).containsExactly(12, 13, 0);
    }

    @Test
    void oneImageIsTooFewForBatchNorm() {
        assertThatThrownBy(() -> steps(13, t -> t.dropLast(false).epochs(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least 2 images for batch norm")
                .hasMessageContaining("found 1 images in 1 parts; set another batchSize");
    }

    @Test
    void itIsPartOfTheText() {
        TrainingConfig kept = TrainingConfig.builder().epochs(1).dropLast(false).build();
        assertThat(ConfigText.toJson(kept)).contains("\"dropLast\" : false");
        assertThat(
                        ConfigText.fromTree(
                                ConfigText.jsonTree(ConfigText.toJson(kept)), TrainingConfig.class))
                .isEqualTo(kept);
        TrainingConfig dropped = TrainingConfig.builder().epochs(1).build();
        assertThat(ConfigText.toJson(dropped)).doesNotContain("dropLast");
        assertThat(dropped).isNotEqualTo(kept);
        assertThat(kept.stepsPerEpoch(50_000, 1)).isEqualTo(391);
        assertThat(dropped.stepsPerEpoch(50_000, 1)).isEqualTo(390);
        assertThat(kept.stepsPerEpoch(50_000, 2)).isEqualTo(196);
    }

    private List<RunEvent.Step> steps(int images, UnaryOperator<SodaTrainer.Builder> options) {
        return steps(images, options, false);
    }

    private List<RunEvent.Step> steps(
            int images, UnaryOperator<SodaTrainer.Builder> options, boolean groupNorm) {
        List<RunEvent.Step> steps = new ArrayList<>();
        var model = TinyTraining.model(0);
        if (groupNorm) {
            model.encoder(
                    ResNetEncoder.builder()
                            .widthMultiplier(0.125)
                            .smallImages(true)
                            .norm(NormLayer.GROUP_NORM)
                            .build());
        }
        try (Soda soda = model.build()) {
            options.apply(
                            TinyTraining.trainer(soda, TinyTraining.data(manager, images))
                                    .shuffle(false))
                    .listener(TinyTraining.recording(steps))
                    .build()
                    .fit();
        }
        return steps;
    }
}
