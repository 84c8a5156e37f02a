package org.soda4j.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.engine.Operators;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointException;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.optimizer.AdamW;
import org.soda4j.training.optimizer.LossScale;
import org.soda4j.training.optimizer.MovingAverage;

/**
 * What a checkpoint holds besides the position: everything that a step changes.
 *
 * @param soda its parameters and statistics
 * @param average of them
 * @param optimizer its moments
 * @param lossScale its factor and counts, where it is dynamic
 */
record TrainingState(Soda soda, MovingAverage average, AdamW optimizer, LossScale lossScale) {

    /** Writes a checkpoint. */
    Checkpoint save(CheckpointStore checkpoints, RunPosition at, JsonNode listeners) {
        RunPosition position = at.with(lossScale.isDynamic() ? lossScale.state() : null, listeners);
        return checkpoints.save(
                at.step(),
                Map.of(
                        "model", soda.parameters(),
                        "ema", average.state(),
                        "optimizer", optimizer.state()),
                position);
    }

    /**
     * Reads a checkpoint, whose numbers must be finite.
     *
     * @return where the training was
     */
    RunPosition restore(Checkpoint checkpoint, NDManager manager) {
        RunPosition position = checkpoint.state(RunPosition.class);
        if (position.formatVersion() != RunPosition.FORMAT_VERSION) {
            throw new CheckpointException(
                    "%s: expected format version %d, found %d; use the version of soda4j that wrote it"
                            .formatted(
                                    checkpoint.folder(),
                                    RunPosition.FORMAT_VERSION,
                                    position.formatVersion()));
        }
        try (NDManager scope = manager.newSubManager()) {
            Map<String, NDArray> model = checkpoint.loadFinite("model", scope);
            soda.parameters().forEach((name, array) -> Operators.copy(array, model.get(name)));
        }
        try (NDManager scope = manager.newSubManager()) {
            average.restore(checkpoint.loadFinite("ema", scope));
        }
        try (NDManager scope = manager.newSubManager()) {
            long skipped = lossScale.isDynamic() ? position.lossScale().skippedSteps() : 0;
            optimizer.restore(checkpoint.loadFinite("optimizer", scope), position.step() - skipped);
        }
        if (lossScale.isDynamic()) {
            lossScale.restore(position.lossScale());
        }
        return position;
    }
}
