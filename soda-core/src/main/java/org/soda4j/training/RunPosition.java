package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import org.soda4j.training.optimizer.LossScale;

/**
 * Where a run is: what a checkpoint's {@code state.json} holds.
 *
 * @param formatVersion of this file
 * @param step finished optimiser steps, also skipped ones
 * @param images training images seen
 * @param epoch the epoch of the next step, from 0
 * @param batch batches of that epoch that are done
 * @param epochLoss sum of the losses of those that were not skipped
 * @param epochSkipped how many of them were skipped
 * @param lossScale only in float16
 * @param ranks processes that share an epoch's images; absent for 1
 * @param listeners the listeners' own states
 */
record RunPosition(
        int formatVersion,
        long step,
        long images,
        int epoch,
        int batch,
        double epochLoss,
        int epochSkipped,
        @JsonInclude(JsonInclude.Include.NON_NULL) LossScale.State lossScale,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer ranks,
        JsonNode listeners) {

    static final int FORMAT_VERSION = 1;

    /** Before the first step. */
    static RunPosition start(int ranks) {
        return new RunPosition(
                FORMAT_VERSION, 0, 0, 0, 0, 0, 0, null, ranks == 1 ? null : ranks, null);
    }

    /** After one more step of so many images. */
    RunPosition afterStep(int batchSize, TrainingStep.Result result) {
        return new RunPosition(
                formatVersion,
                step + 1,
                images + batchSize,
                epoch,
                batch + 1,
                result.skipped() ? epochLoss : epochLoss + result.loss(),
                result.skipped() ? epochSkipped + 1 : epochSkipped,
                lossScale,
                ranks,
                listeners);
    }

    /** At the begin of the next epoch. */
    RunPosition nextEpoch() {
        return new RunPosition(
                formatVersion, step, images, epoch + 1, 0, 0, 0, lossScale, ranks, listeners);
    }

    /**
     * The same place for another number of ranks: of the epoch's images, what does not fill a step
     * is seen again, and its mean loss stays.
     */
    RunPosition withRanks(int now) {
        int before = ranks == null ? 1 : ranks;
        if (now == before) {
            return this;
        }
        int newBatch = Math.toIntExact((long) batch * before / now);
        boolean judged = newBatch > 0 && batch > epochSkipped;
        return new RunPosition(
                formatVersion,
                step,
                images,
                epoch,
                newBatch,
                judged ? meanLoss() * newBatch : 0,
                judged ? 0 : newBatch,
                lossScale,
                now == 1 ? null : now,
                listeners);
    }

    /** With what a checkpoint holds besides. */
    RunPosition with(LossScale.State scale, JsonNode listenerStates) {
        return new RunPosition(
                formatVersion,
                step,
                images,
                epoch,
                batch,
                epochLoss,
                epochSkipped,
                scale,
                ranks,
                listenerStates);
    }

    /** Of this epoch so far; not a number if every step was skipped. */
    double meanLoss() {
        return epochLoss / (batch - epochSkipped);
    }
}
