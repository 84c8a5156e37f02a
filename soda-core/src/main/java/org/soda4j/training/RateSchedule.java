package org.soda4j.training;

/** What the learning rate does after the warm-up. */
public enum RateSchedule {
    /** It stays; published. */
    CONSTANT,
    /** It falls to 0 at the end of the training, as half a cosine. */
    COSINE;

    /**
     * The factor on the learning rate in one step.
     *
     * @param step counted from 1
     * @param warmupSteps the rate grows linearly over these; 0 for no warm-up
     * @param totalSteps of the training
     * @return 0 .. 1
     */
    double factor(long step, long warmupSteps, long totalSteps) {
        if (step <= warmupSteps) {
            return (double) step / warmupSteps;
        }
        if (this == CONSTANT) {
            return 1;
        }
        double progress = (double) (step - 1 - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
        return (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
