package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import java.util.Locale;
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

    /** Fewer rows say too little for a warning. */
    private static final int LEAST_ROWS_TO_WARN = 16;

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
        boolean late = at.step() >= WARN_AFTER * totalSteps;
        boolean enough = latents.rows() >= LEAST_ROWS_TO_WARN;
        if (!warned && late && enough && rank < EffectiveRank.COLLAPSED) {
            warned = true;
            LOGGER.warn(
                    "after step {} of {} the latent uses {} directions (effective rank). Where it stays"
                            + " so, probes of it stay poor, too. Longer training helps, and, if they"
                            + " are not set yet, a preset minutes-*, identityModulation(true) in the"
                            + " denoiser, a higher learning rate or sigReg(0.02)",
                    at.step(),
                    totalSteps,
                    String.format(Locale.ROOT, "%.1f", rank));
        }
        return OptionalDouble.of(rank);
    }
}
