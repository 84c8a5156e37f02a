package org.soda4j.training;

/** What the learning rate does in the warm-up and after it. */
public enum RateSchedule {
    /**
     * It grows at the start of every epoch of the warm-up, and then stays: what the published
     * PyTorch implementation does. The first epoch of n has one n-th of the rate.
     */
    PUBLISHED,
    /** It grows with every step of the warm-up, and then stays. */
    CONSTANT,
    /**
     * It grows with every step of the warm-up, and falls to 0 at the end of the training, as half a
     * cosine.
     */
    COSINE;

    /**
     * The factor on the learning rate in one step.
     *
     * @param step counted from 1
     * @param warmupSteps the rate grows over these; 0 for no warm-up
     * @param totalSteps of the training
     * @param stepsPerEpoch at least 1
     * @return 0 .. 1
     */
    double factor(long step, long warmupSteps, long totalSteps, int stepsPerEpoch) {
        if (this == PUBLISHED && step <= warmupSteps) {
            long epochs = (step - 1) / stepsPerEpoch + 1;
            return Math.min(1, (double) epochs * stepsPerEpoch / warmupSteps);
        }
        if (step <= warmupSteps) {
            return (double) step / warmupSteps;
        }
        if (this != COSINE) {
            return 1;
        }
        double progress = (double) (step - 1 - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
        return (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
