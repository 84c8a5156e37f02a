package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Lengths, rates and places of a run with several ranks, and with other ranks than before. */
class StepPlanTest {

    private static TrainingConfig.Builder config() {
        return TrainingConfig.builder()
                .batchSize(10)
                .learningRate(1)
                .rateSchedule(RateSchedule.COSINE);
    }

    private static TrainingLength length(TrainingLength.Unit unit, long count) {
        return new TrainingLength(unit, count);
    }

    private static RunPosition position(long step, int epoch, int batch, int ranks) {
        RunPosition start = RunPosition.start(ranks);
        return new RunPosition(
                start.formatVersion(),
                step,
                step * 10 * ranks,
                epoch,
                batch,
                2.0 * batch,
                0,
                null,
                start.ranks(),
                null);
    }

    @Test
    void theRateIsThatOfOneRankTimesTheRanks() {
        TrainingConfig config = config().steps(8).warmup(null).build();
        for (int step = 1; step <= 8; step++) {
            double alone = new StepPlan(config, 100, 1).rate(step);
            assertThat(new StepPlan(config, 25, 4).rate(step)).isEqualTo(4 * alone);
        }
        assertThat(new StepPlan(config, 100, 1).rate(1)).isEqualTo(1);
    }

    @Test
    void lengthsCountTheImagesOfAllRanks() {
        assertThat(new StepPlan(config().epochs(3).build(), 25, 4).totalSteps()).isEqualTo(75);
        assertThat(new StepPlan(config().images(1000).build(), 25, 4).totalSteps()).isEqualTo(25);
        assertThat(new StepPlan(config().steps(7).build(), 25, 4).totalSteps()).isEqualTo(7);
        assertThat(new StepPlan(config().epochs(3).build(), 25, 4).imagesPerStep()).isEqualTo(40);
    }

    @Test
    void theSameRanksGoOnWhereTheyWere() {
        TrainingConfig config = config().epochs(4).build();
        StepPlan plan = new StepPlan(config, 25, 4);
        RunPosition at = position(60, 2, 10, 4);
        assertThat(plan.from(at)).isEqualTo(at);
        assertThat(plan.totalSteps()).isEqualTo(100);
        assertThat(plan.rate(61)).isEqualTo(new StepPlan(config, 25, 4).rate(61));
    }

    /** Half of epoch 3 of 4, with 4 ranks until now and then with 1 or 3. */
    @Test
    void otherRanksKeepEpochPlaceAndSchedule() {
        TrainingConfig config =
                config().epochs(4).warmup(length(TrainingLength.Unit.EPOCHS, 1)).build();
        RunPosition saved = position(60, 2, 10, 4);

        StepPlan alone = new StepPlan(config, 100, 1);
        RunPosition at = alone.from(saved);
        assertThat(at.step()).isEqualTo(60);
        assertThat(at.epoch()).isEqualTo(2);
        assertThat(at.batch()).isEqualTo(40);
        assertThat(at.meanLoss()).isEqualTo(saved.meanLoss());
        assertThat(at.ranks()).isNull();
        assertThat(alone.totalSteps()).isEqualTo(60 + 60 + 100);
        StepPlan before = new StepPlan(config, 25, 4);
        // The same place of the schedule; of the rate a quarter, as of the step.
        assertThat(alone.rate(61)).isCloseTo(before.rate(61) / 4, within(1e-2));
        assertThat(alone.rate(220)).isCloseTo(0, within(1e-3));

        RunPosition three = new StepPlan(config, 33, 3).from(saved);
        // 40 batches of images are done; 13 steps of 3 hold 39, so one is seen again.
        assertThat(three.batch()).isEqualTo(13);
        assertThat(three.ranks()).isEqualTo(3);
    }

    @Test
    void aLengthInStepsOrImagesStays() {
        RunPosition saved = position(60, 2, 10, 4);
        StepPlan steps = new StepPlan(config().steps(90).build(), 100, 1);
        steps.from(saved);
        assertThat(steps.totalSteps()).isEqualTo(90);
        StepPlan images = new StepPlan(config().images(4000).build(), 100, 1);
        images.from(saved);
        // 2,400 of 4,000 images are seen.
        assertThat(images.totalSteps()).isEqualTo(60 + 160);
    }
}
