package org.soda4j.training;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where a run is: what a checkpoint's {@code state.json} holds.
 *
 * @param formatVersion of this file
 * @param step finished optimiser steps
 * @param images training images seen
 * @param epoch the epoch of the next step, from 0
 * @param batch batches of that epoch that are done
 * @param epochLoss sum of their losses
 * @param listeners the listeners' own states
 */
record RunPosition(
        int formatVersion,
        long step,
        long images,
        int epoch,
        int batch,
        double epochLoss,
        JsonNode listeners) {

    static final int FORMAT_VERSION = 1;
}
