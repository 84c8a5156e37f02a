package org.soda4j;

import ai.djl.Device;
import org.soda4j.engine.ThreadTeam;

/**
 * Where and how a model computes.
 *
 * @param device of the parameters
 * @param precision of encoding and sampling
 * @param team the threads that compute
 */
record Placement(Device device, Precision precision, ThreadTeam team) {

    static Placement of(Device device, Precision precision) {
        return new Placement(device, precision, ThreadTeam.adaptive());
    }
}
