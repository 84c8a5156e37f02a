package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.encoder.EffectiveRank;

/** Measures some fifty times in a training how many directions the latent uses, and warns. */
final class CollapseWatch {

    private static final Logger LOGGER = LoggerFactory.getLogger(CollapseWatch.class);
    private static final int TIMES = 50;
    private static final double WARN_AFTER = 0.1;

    private static final int LEAST_ROWS = 3;

    private boolean warned;

    /**
     * @param at after a step
     * @param totalSteps of the training
     * @return the effective rank, where it is due
     */
    OptionalDouble after(RunPosition at, long totalSteps, StepLatents latents, NDManager manager) {
        long every = Math.max(1, totalSteps / TIMES);
        boolean due = at.step() % every == 0 || at.step() == totalSteps;
        if (!due || latents.rows() < LEAST_ROWS) {
            return OptionalDouble.empty();
        }
        double rank = latents.effectiveRank(manager);
        Optional<String> advice = EffectiveRank.advice(rank, latents.rows());
        boolean late = at.step() >= WARN_AFTER * totalSteps;
        if (!warned && late && advice.isPresent()) {
            warned = true;
            LOGGER.warn(
                    "after step {} of {} the latent uses {} directions (effective rank). {}",
                    at.step(),
                    totalSteps,
                    String.format(Locale.ROOT, "%.1f", rank),
                    advice.get());
        }
        return OptionalDouble.of(rank);
    }
}
