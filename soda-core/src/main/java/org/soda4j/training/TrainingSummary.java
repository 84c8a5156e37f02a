package org.soda4j.training;

import java.time.Duration;

/**
 * How a training ended.
 *
 * @param steps optimiser steps of the whole run, also before an interruption
 * @param images training images of the whole run
 * @param epochs complete passes over the data
 * @param loss smoothed loss at the end
 * @param imagesPerSecond moving average of the speed at the end, evaluation and checkpoints left
 *     out
 * @param elapsed time of this process
 * @param complete whether the planned length was reached
 * @param reason why it ended
 */
public record TrainingSummary(
        long steps,
        long images,
        int epochs,
        double loss,
        double imagesPerSecond,
        Duration elapsed,
        boolean complete,
        String reason) {}
