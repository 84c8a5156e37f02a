package org.soda4j.training;

/**
 * How many steps a training has and what the learning rate is in each, counted in steps of all
 * ranks together.
 *
 * <p>A run that goes on with another number of ranks makes larger or smaller steps than before. Its
 * length in epochs or images stays, and the rate goes on from the same place of its schedule; a
 * length in steps stays as it is.
 */
final class StepPlan {

    private final TrainingConfig config;
    private final int ranks;
    private final int stepsPerEpoch;
    private final int imagesPerStep;
    private final long plannedSteps;
    private final long warmupSteps;

    /** Steps made so far beyond what they would be with this number of ranks. */
    private long shift;

    /**
     * @param stepsPerEpoch of each rank
     */
    StepPlan(TrainingConfig config, int stepsPerEpoch, int ranks) {
        this.config = config;
        this.ranks = ranks;
        this.stepsPerEpoch = stepsPerEpoch;
        imagesPerStep = Math.multiplyExact(config.batchSize(), ranks);
        plannedSteps = config.length().steps(stepsPerEpoch, imagesPerStep);
        warmupSteps =
                config.warmup() == null ? 0 : config.warmup().steps(stepsPerEpoch, imagesPerStep);
    }

    /** Goes on from a checkpoint; returns where that is with this number of ranks. */
    RunPosition from(RunPosition saved) {
        RunPosition at = saved.withRanks(ranks);
        long done = (long) at.epoch() * stepsPerEpoch + at.batch();
        shift =
                switch (config.length().unit()) {
                    case STEPS -> 0;
                    case EPOCHS -> at.step() - done;
                    case IMAGES ->
                            at.step() - (config.dropLast() ? at.images() / imagesPerStep : done);
                };
        return at;
    }

    /** Images of a step, over all ranks; an epoch's last step may have fewer. */
    int imagesPerStep() {
        return imagesPerStep;
    }

    long totalSteps() {
        return plannedSteps + shift;
    }

    int lastEpoch() {
        return Math.toIntExact((plannedSteps + stepsPerEpoch - 1) / stepsPerEpoch);
    }

    /**
     * The denoiser's learning rate: the configured one, which is that of one rank's batch, times
     * the number of ranks (the linear rule of Goyal et al. 2017), times the schedule's factor.
     */
    double rate(long step) {
        double factor =
                config.rateSchedule()
                        .factor(step - shift, warmupSteps, plannedSteps, stepsPerEpoch);
        return config.learningRate() * ranks * factor;
    }
}
